"""``attune.conversation/1``: Attune's own timed transcript, in JSON. Unknown keys are left alone."""

from __future__ import annotations

import json
from typing import Any

from attune.conversation.timed_transcript import (
    LONGEST_SECONDS,
    Place,
    TimedTranscript,
    TimedUtterance,
    TranscriptBuilder,
)
from attune.errors import TranscriptError
from attune.events import Word
from attune.timebase import Span

SCHEMA = "attune.conversation/1"

_NUMBERS = (float, int)


def parse_conversation(text: str, *, name: str) -> TimedTranscript:
    """Return what a conversation document tells.

    Parameters
    ----------
    text
        The whole document.
    name
        What messages call it.

    Raises
    ------
    TranscriptError
        If it is not JSON, of another schema, or says something impossible; with the number of the utterance, from 1.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TranscriptError(f"{name} is not JSON: {error}") from error
    whole = Place(name, "the document")
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        said = document.get("schema") if isinstance(document, dict) else None
        found = f"its schema is {said!r}" if said is not None else "it names no schema"
        raise TranscriptError(f'{name}: {found}; a timed transcript begins with "schema": "{SCHEMA}"')
    builder = TranscriptBuilder(name=name)
    for speaker in _listed(document, "speakers", place=whole):
        if not isinstance(speaker, str):
            raise whole.error(f"a speaker is {speaker!r}; write names as text in quotes")
        if speaker in builder.speakers:
            raise whole.error(f"two speakers are called {speaker!r}; give each a name of their own")
        builder.name_speaker(speaker, place=whole)
    for number, entry in enumerate(_listed(document, "utterances", place=whole), start=1):
        place = Place(name, f"utterance {number}")
        builder.add(_utterance(entry, speakers=builder.speakers, place=place), place=place)
    return builder.finished()


def _listed(entry: dict[str, Any], key: str, *, place: Place) -> list[Any]:
    value = entry.get(key)
    if not isinstance(value, list):
        raise place.error(f'"{key}" is missing or no list; it is needed')
    return value


def _utterance(entry: object, *, speakers: list[str], place: Place) -> TimedUtterance:
    if not isinstance(entry, dict):
        raise place.error("it is no object with speaker, start and end")
    speaker = entry.get("speaker")
    if speaker not in speakers:
        raise place.error(f'its speaker is {speaker!r}, who is not among "speakers"; add the name there')
    span = place.span(entry.get("start"), entry.get("end"))
    text = entry.get("text")
    if text is not None and not isinstance(text, str):
        raise place.error(f'"text" is {text!r}; write it as text in quotes')
    words: tuple[Word, ...] = ()
    if entry.get("words") is not None:
        words = _words(_listed(entry, "words", place=place), place=place)
    spoken = " ".join((text or "").split()) or " ".join(word.text for word in words)
    return TimedUtterance(speaker=speaker, span=span, text=spoken or None, words=words)


def _words(entries: list[Any], *, place: Place) -> tuple[Word, ...]:
    """Return words with their times, sorted; those without a text are left out."""
    words: list[Word] = []
    for number, entry in enumerate(entries, start=1):
        span = _plain_span(entry)
        if span is None:
            at = Place(place.name, f"{place.at}, word {number}")
            if not isinstance(entry, dict) or not isinstance(entry.get("text"), str):
                raise at.error("it is no object with start, end and text")
            span = at.span(entry.get("start"), entry.get("end"))
        if spoken := " ".join(entry["text"].split()):
            words.append(Word(span=span, text=spoken))
    words.sort(key=lambda word: word.span.start)
    return tuple(words)


def _plain_span(entry: Any) -> Span | None:
    """Return a word's time where nothing about it is out of the ordinary, without the cost of telling what is."""
    if type(entry) is not dict or type(entry.get("text")) is not str:
        return None
    start: Any = entry.get("start")
    end: Any = entry.get("end")
    if type(start) in _NUMBERS and type(end) in _NUMBERS and 0 <= start <= end <= LONGEST_SECONDS:
        return Span.of_seconds(start, end)
    return None
