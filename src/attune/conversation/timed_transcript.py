"""Who said what, when, as a transcript tells it: text in, checked data out.

Times come from the transcript alone. Words that it gives without times stay text: they are searched for listening acts,
and no time is guessed for them.

Each format is read by a module of `attune.conversation.transcripts`; what all of them must hold is checked here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import isfinite

from attune.errors import TranscriptError
from attune.events import BOTH, UNKNOWN, Word
from attune.timebase import Span

MOST_SPEAKERS = 8
"""Source: the interface; nobody follows more in a conversation."""

LONGEST_SECONDS = 7 * 24 * 3600.0
"""Later times are taken for milliseconds or samples. Source: chosen; a week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedUtterance:
    """What one person said in one go.

    `text` is None where nothing is known but the time; `words` is empty where the words have no times.
    """

    speaker: str
    span: Span
    text: str | None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedTranscript:
    """A conversation of one to eight people.

    `speakers` are in the order that the transcript names them, `utterances` sorted by start; `duration` is in samples.
    """

    speakers: tuple[str, ...]
    utterances: tuple[TimedUtterance, ...]
    duration: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands, for messages: ``talk.stm, line 7``."""

    name: str
    at: str

    def error(self, problem: str) -> TranscriptError:
        """Return the error that says what is wrong here."""
        return TranscriptError(f"{self.name}, {self.at}: {problem}")

    def seconds(self, value: object, *, what: str) -> float:
        """Return a time in seconds, given as a number or as its text.

        Raises
        ------
        TranscriptError
            If it is no number, not finite, negative, or so large that it cannot be seconds.
        """
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise self.error(f"{what} is {_shown(value)}; write a number of seconds")
        try:
            number = float(value)
        except (ValueError, OverflowError):
            raise self.error(f"{what} is {_shown(value)}; write a number of seconds") from None
        if not isfinite(number):
            raise self.error(f"{what} is {_shown(value)}; write a number of seconds")
        if number < 0:
            raise self.error(f"{what} is {_shown(value)}; times count from the beginning, from 0")
        if number > LONGEST_SECONDS:
            raise self.error(f"{what} is {_shown(value)}, more than a week; times are in seconds")
        return number

    def span(self, start: object, end: object) -> Span:
        """Return the time from a start to an end in seconds.

        Raises
        ------
        TranscriptError
            If one is no time, or the end lies before the start.
        """
        begins, ends = self.seconds(start, what="start"), self.seconds(end, what="end")
        if ends < begins:
            raise self.error(f"it ends ({_shown(end)}) before it starts ({_shown(start)}); swap or mend the two")
        return Span.of_seconds(begins, ends)


@dataclass(slots=True, kw_only=True)
class TranscriptBuilder:
    """Collects what a reader finds, and hands it out checked and sorted."""

    name: str
    speakers: list[str] = field(default_factory=list)
    utterances: list[TimedUtterance] = field(default_factory=list)

    def name_speaker(self, speaker: str, *, place: Place) -> None:
        """Note that somebody takes part.

        Raises
        ------
        TranscriptError
            If the name is empty, cannot be shown, or has a meaning of its own.
        """
        if speaker in self.speakers:
            return
        if not speaker or not speaker.isprintable():
            raise place.error(f"a speaker's name is a word that can be shown, not {_shown(speaker)}")
        if speaker in (UNKNOWN, BOTH):
            raise place.error(f"the name {_shown(speaker)} has a meaning of its own; rename this speaker")
        self.speakers.append(speaker)

    def add(self, utterance: TimedUtterance, *, place: Place) -> None:
        """Add an utterance; one without length and words is left out.

        Raises
        ------
        TranscriptError
            If its speaker cannot be called so.
        """
        self.name_speaker(utterance.speaker, place=place)
        if utterance.span.duration or utterance.text or utterance.words:
            self.utterances.append(utterance)

    def finished(self, *, duration: int = 0) -> TimedTranscript:
        """Return the transcript, at least as long as `duration` samples.

        Raises
        ------
        TranscriptError
            If it names nobody, or more than eight people.
        """
        if not self.speakers:
            raise TranscriptError(f"{self.name}: nobody speaks in it; a transcript names one to {MOST_SPEAKERS} people")
        if len(self.speakers) > MOST_SPEAKERS:
            raise TranscriptError(
                f"{self.name}: {len(self.speakers)} people speak in it; up to {MOST_SPEAKERS} can be followed, "
                "so leave some out"
            )
        utterances = sorted(self.utterances, key=lambda said: (said.span, self.speakers.index(said.speaker)))
        return TimedTranscript(
            speakers=tuple(self.speakers),
            utterances=tuple(utterances),
            duration=max([duration, *_ends(utterances)]),
        )


def _ends(utterances: Iterable[TimedUtterance]) -> Iterable[int]:
    for said in utterances:
        yield said.span.stop
        if said.words:
            yield max(word.span.stop for word in said.words)


def _shown(value: object) -> str:
    """Return a value as a message quotes it, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "…"
