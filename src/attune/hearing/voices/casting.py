"""From the parts of a run to segments of people: who began, who fell silent, and what they said in between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attune.events import UNKNOWN, SpeechSegment, VoiceActivity, Voicing, segment_id
from attune.hearing.framer import FRAME
from attune.hearing.units import PAUSE_FRAMES
from attune.hearing.voices.decoding import Voice
from attune.hearing.voices.runs import Part, Run
from attune.timebase import Span

_PAUSE = PAUSE_FRAMES * FRAME
_SILENCE = 1e-10


@dataclass(slots=True, kw_only=True)
class _Speaking:
    """A person's speech under way: from where, to where it is known, and the confidence summed over its samples."""

    since: int
    until: int
    sure: float


class Cast:
    """Tells the parts of one run, in order; what one person says with less than 200 ms between is one segment.

    Parameters
    ----------
    names
        Of the two people.
    start
        Where the run starts.
    """

    def __init__(self, *, names: tuple[str, str], start: int) -> None:
        self._names = names
        self._told_until = start
        self._open: dict[str, _Speaking] = {}
        self._segments: list[SpeechSegment] = []

    @property
    def horizon(self) -> int:
        """The earliest sample at which a segment of this run that has not been told may start."""
        return min([self._told_until, *(speaking.since for speaking in self._open.values())])

    @property
    def segments(self) -> list[SpeechSegment]:
        """All segments that have been told, sorted by start."""
        return sorted(self._segments, key=lambda segment: (segment.span.start, segment.id))

    def tell(self, parts: Iterable[Part], *, run: Run, now: int) -> list[VoiceActivity | SpeechSegment]:
        """Return what some more parts begin and end; `run` holds the sound as far as they reach."""
        events: list[VoiceActivity | SpeechSegment] = []
        for part in parts:
            for name in self._of(part):
                events.extend(self._speaks(name, part, run=run, now=now))
            self._told_until = part.span.stop
        over = [name for name, speaking in self._open.items() if self._told_until - speaking.until >= _PAUSE]
        return events + self._close(over, run=run, now=now)

    def finish(self, *, run: Run, now: int) -> list[VoiceActivity | SpeechSegment]:
        """Return the ends of all that is open, as the run is over."""
        return self._close(list(self._open), run=run, now=now)

    def _of(self, part: Part) -> tuple[str, ...]:
        if part.voice is None:
            return (UNKNOWN,)
        return self._names if part.voice is Voice.BOTH else (self._names[part.voice],)

    def _speaks(self, name: str, part: Part, *, run: Run, now: int) -> list[VoiceActivity | SpeechSegment]:
        sure = part.confidence * part.span.duration
        speaking = self._open.get(name)
        if speaking is not None and part.span.start - speaking.until < _PAUSE:
            speaking.until, speaking.sure = part.span.stop, speaking.sure + sure
            return []
        ended = [] if speaking is None else self._close([name], run=run, now=now)
        self._open[name] = _Speaking(since=part.span.start, until=part.span.stop, sure=sure)
        return [*ended, *_activity(name, Voicing.STARTED, at=part.span.start, now=now)]

    def _close(self, names: list[str], *, run: Run, now: int) -> list[VoiceActivity | SpeechSegment]:
        events: list[VoiceActivity | SpeechSegment] = []
        for name in sorted(names, key=lambda name: (self._open[name].since, name)):
            speaking = self._open.pop(name)
            span = Span(speaking.since, speaking.until)
            segment = SpeechSegment(
                id=segment_id(name, span.start),
                span=span,
                speaker=name,
                level_dbfs=_level(run.sound[span.start - run.span.start : span.stop - run.span.start]),
                confidence=min(1.0, speaking.sure / max(1, span.duration)),
            )
            self._segments.append(segment)
            events += [segment, *_activity(name, Voicing.STOPPED, at=span.stop, now=now)]
        return events


def segments_of(parts: Iterable[Part], *, run: Run, names: tuple[str, str]) -> list[SpeechSegment]:
    """Return the segments of a whole run's parts, sorted by start."""
    cast = Cast(names=names, start=run.span.start)
    cast.tell(parts, run=run, now=run.span.stop)
    cast.finish(run=run, now=run.span.stop)
    return cast.segments


def _activity(name: str, voicing: Voicing, *, at: int, now: int) -> list[VoiceActivity]:
    """Return that a known person began or fell silent; that somebody speaks has been told for the whole run."""
    return [] if name == UNKNOWN else [VoiceActivity(speaker=name, voicing=voicing, at=at, known_at=now)]


def _level(sound: NDArray[np.int16]) -> float:
    power = float(np.mean((sound.astype(np.float64) / 32_768) ** 2)) if len(sound) else 0.0
    return float(10 * np.log10(power + _SILENCE))
