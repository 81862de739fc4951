"""Where the sound of a stereo microphone comes from, run by run, and whose direction is whose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from attune.hearing.framer import FRAME
from attune.hearing.lags import DIRECTION_DELAY, DirectedFrames, DirectionSense
from attune.hearing.speakers.direction import TwoDirections
from attune.hearing.voices.decoding import VOICES, Voice
from attune.hearing.voices.encoder import ANSWERS, HOP_FRAMES
from attune.timebase import Span, samples_of

LOOK_BACK_STEPS = samples_of(2.0) // (FRAME * 16)
"""Steps of frames that are held in any case. Source: chosen, as for sound."""

CLEARLY = 1.5
"""How many times more often voices and directions agree one way than the other before they are linked.

Source: chosen; on composed conversations they agree in nine slots of ten.
"""

_FEWEST_SLOTS = 25


class Directions:
    """Follows directions beside voices."""

    def __init__(self) -> None:
        self._sense = DirectionSense()
        self._two = TwoDirections()
        self._crossed: bool | None = None
        self.restart(0)

    def restart(self, origin: int) -> None:
        """Begin anew at a sample; where people sit is remembered."""
        self._sense.restart()
        self._start = origin
        self._early = DIRECTION_DELAY
        self._frames: list[DirectedFrames] = []

    def step(self, samples: NDArray[np.int16], *, needed_from: int | None) -> None:
        """Take in a step, int16 of shape (STEP, 2); let go what lies before `needed_from` and long ago."""
        while len(self._frames) > LOOK_BACK_STEPS:
            stop = self._start + FRAME * len(self._frames[0])
            if needed_from is not None and stop > needed_from:
                break
            self._start = stop
            del self._frames[0]
        self._frames.append(self._sense.step(samples)[self._early :])
        self._early = 0

    def frames(self, span: Span) -> DirectedFrames:
        """Return the frames of a stretch of time, as far as they are known."""
        first, last = ((sample - self._start) // FRAME for sample in (span.start, span.stop))
        return joined(self._frames)[max(0, first) : last]

    def learn(self, frames: DirectedFrames) -> None:
        """Take in where the sound of a finished run came from."""
        before = self._two.found
        self._two.step(frames, speech=np.ones(len(frames), bool))
        if (before is None) != (self._two.found is None):
            self._crossed = None

    def link(self, runs: Sequence[tuple[DirectedFrames, NDArray[np.float32]]]) -> None:
        """Find out whose direction is whose from what voices (evidence of whole windows, (n, VOICES)) say of runs."""
        votes = np.zeros(2)
        for frames, voices in runs:
            evidence = self._slots(frames)
            if evidence is None:
                return
            count = min(len(evidence), len(voices))
            voice, direction = voices[:count].argmax(axis=1), evidence[:count].argmax(axis=1)
            alone = (voice != Voice.BOTH) & (direction != Voice.BOTH)
            votes += [np.sum(alone & (voice == direction)), np.sum(alone & (voice != direction))]
        if votes.sum() >= _FEWEST_SLOTS and votes.max() > CLEARLY * votes.min():
            self._crossed = bool(votes[1] > votes[0])

    def evidence(self, frames: DirectedFrames) -> NDArray[np.float64] | None:
        """Return what directions say of the slots of a run, (n, VOICES) in the order of the voices; None if nothing."""
        if self._crossed is None:
            return None
        evidence = self._slots(frames)
        if evidence is None:
            return None
        return evidence[:, [Voice.SECOND, Voice.FIRST, Voice.BOTH]] if self._crossed else evidence

    def _slots(self, frames: DirectedFrames) -> NDArray[np.float64] | None:
        by_frame = self._two.evidence(frames)
        if by_frame is None:
            return None
        whole = len(by_frame) // HOP_FRAMES
        slots: NDArray[np.float64] = by_frame[: whole * HOP_FRAMES].reshape(whole, HOP_FRAMES, VOICES).mean(axis=1)
        return slots


def joined(parts: Sequence[DirectedFrames]) -> DirectedFrames:
    """Return consecutive frames as one."""
    return DirectedFrames(
        curve=np.concatenate([part.curve for part in parts]),
        cells=np.concatenate([part.cells for part in parts]),
        difference_db=np.concatenate([part.difference_db for part in parts]),
    )


def by_answer(slots: NDArray[np.float64], *, count: int) -> NDArray[np.float64]:
    """Return the mean evidence of the slots of every answer of `count` windows, (count, ANSWERS, VOICES).

    Parameters
    ----------
    slots
        Of a run, (n, VOICES); what is not known says nothing.
    """
    known = np.zeros((count + ANSWERS, VOICES))
    known[: min(len(slots), len(known))] = slots[: len(known)]
    summed = np.concatenate([np.zeros((1, VOICES)), np.cumsum(known, axis=0)])
    starts, lengths = np.arange(count)[:, None], np.arange(1, ANSWERS + 1)
    mean: NDArray[np.float64] = (summed[starts + lengths] - summed[starts]) / lengths[:, None]
    return mean
