"""Hearing that does as it is told: who speaks is known beforehand, and so is when it becomes known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from attune.engine import Engine
from attune.events import UNKNOWN, Phrase, Revision, SpeechSegment, Transcript, VoiceActivity, Voicing, Word, segment_id
from attune.hearing.ear import Ear
from attune.hearing.speakers.protocol import HeardEvent
from attune.hearing.speakers.voices import KnownVoices
from attune.plan import Arrangement
from attune.timebase import Span, joined
from fake_voice_encoder import BandEncoder
from heard_fixtures import engine_of

PAUSE = 3_200
"""Silence that ends a unit, and a run."""

CLOSES_AFTER = PAUSE
"""How long after its end a unit is known to be over: before the same person can begin another."""

Told = tuple[int, HeardEvent]
"""An event, and the sample at which it becomes known."""


def spoken(speaker: str, start: int, stop: int) -> SpeechSegment:
    """Return a unit."""
    return SpeechSegment(
        id=segment_id(speaker, start), span=Span(start, stop), speaker=speaker, level_dbfs=-20.0, confidence=0.9
    )


def activity(speaker: str, voicing: Voicing, at: int, known_at: int) -> Told:
    """Return that a voice began or fell silent."""
    return known_at, VoiceActivity(speaker=speaker, voicing=voicing, at=at, known_at=known_at)


def runs_of(units: Iterable[SpeechSegment]) -> list[Span]:
    """Return the stretches from a pause to a pause, whoever speaks."""
    return joined([unit.span for unit in units], within=PAUSE)


def told_at_once(units: Iterable[SpeechSegment]) -> list[Told]:
    """Return units whose voices are known as soon as they are heard."""
    script: list[Told] = []
    for unit in units:
        if unit.speaker != UNKNOWN:
            script.append(activity(unit.speaker, Voicing.STARTED, unit.span.start, unit.span.start))
        script.append((unit.span.stop + CLOSES_AFTER, unit))
        if unit.speaker != UNKNOWN:
            script.append(activity(unit.speaker, Voicing.STOPPED, unit.span.stop, unit.span.stop + CLOSES_AFTER))
    return script


def told_late(versions: Sequence[tuple[int, Sequence[SpeechSegment]]]) -> list[Told]:
    """Return what is told of speech that nobody knows at first.

    Parameters
    ----------
    versions
        From when on which units are known: each replaces what was told before of the runs that are over by then.
    """
    script: list[Told] = []
    for run in runs_of(unit for _, units in versions for unit in units):
        script.append(activity(UNKNOWN, Voicing.STARTED, run.start, run.start))
        told: list[SpeechSegment] | None = None
        for known_at, units in [(0, [spoken(UNKNOWN, run.start, run.stop)]), *versions]:
            mine = sorted((u for u in units if u.span.overlap(run)), key=lambda unit: (unit.span.start, unit.id))
            if told is None:
                told = mine
                script.extend((run.stop + CLOSES_AFTER, unit) for unit in mine)
                script.append(activity(UNKNOWN, Voicing.STOPPED, run.stop, run.stop + CLOSES_AFTER))
            elif mine != told:
                at = max(known_at, run.stop + CLOSES_AFTER)
                script.append((at, Revision(span=run, replaced=tuple(told), segments=tuple(mine), known_at=at)))
                told = mine
    return script


class ScriptedSpeakers:
    """Tells each event in the step in which it becomes known.

    Parameters
    ----------
    script
        What is told.
    settles_at
        Until then the horizon stays at the first unit that was told.
    """

    doubts = ()

    def __init__(self, script: Iterable[Told], *, settles_at: int = 0) -> None:
        self._script = sorted(script, key=lambda told: told[0])
        self._settles_at = settles_at
        self._now = 0
        self._first: int | None = None

    @property
    def horizon(self) -> int:
        """The start of the first run until voices are settled; then the start of what is still to be told."""
        coming = [self._now, *(_start(event) for _, event in self._script if not isinstance(event, Revision))]
        if self._now < self._settles_at and self._first is not None:
            coming.append(self._first)
        return min(coming)

    def restart(self, origin: int) -> None:
        """Go on after sound that was not heard."""
        self._now = origin

    def step(self, samples: NDArray[np.int16], *, now: int) -> list[HeardEvent]:
        """Return what is known by now."""
        self._now = now
        events = [event for known_at, event in self._script if known_at <= now]
        self._script = [told for told in self._script if told[0] > now]
        starts = [_start(event) for event in events if isinstance(event, SpeechSegment)]
        if self._first is None and starts:
            self._first = min(starts)
        return events

    def finish(self, rest: NDArray[np.int16], *, now: int) -> list[HeardEvent]:
        """Return all that is left."""
        self._now = now
        events = [event for _, event in self._script]
        self._script = []
        return events


def _start(event: HeardEvent) -> int:
    return event.at if isinstance(event, VoiceActivity) else event.span.start


class RoomTranscriber:
    """Hears everybody in a phrase, as a recogniser does that has one microphone; notes what it was asked.

    Parameters
    ----------
    words
        What is said in the room, by whomever.
    """

    name = "room"

    def __init__(self, words: Iterable[Word]) -> None:
        self._words = sorted(words, key=lambda word: word.span)
        self.asked: list[Phrase] = []

    def transcribe(self, phrase: Phrase, samples: NDArray[np.int16]) -> Transcript:
        """Return the words whose middle lies in a phrase, whoever it was asked for."""
        self.asked.append(phrase)
        heard = tuple(w for w in self._words if phrase.span.contains((w.span.start + w.span.stop) // 2))
        return Transcript(phrase_id=phrase.id, words=heard, model=self.name)


def scripted_engine(script: Iterable[Told], *, settles_at: int = 0, **options: object) -> Engine:
    """Return an engine with one microphone that hears what is written; options go to `engine_of`."""
    engine = engine_of(
        arrangement=Arrangement.ONE_MICROPHONE,
        channels=1,
        voices=KnownVoices(encoder=BandEncoder(), profiles={}),
        **options,  # type: ignore[arg-type]
    )
    engine._ear = Ear(speakers=ScriptedSpeakers(script, settles_at=settles_at), channels=1)
    return engine
