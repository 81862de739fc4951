"""A run: speech between two pauses, whoever speaks in it; its sound, its windows, and who was found in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attune.hearing.framer import FRAME
from attune.hearing.lags import DirectedFrames
from attune.hearing.voices.decoding import Stretch, Voice
from attune.hearing.voices.encoder import ANSWERS
from attune.hearing.voices.mixing import SLOT
from attune.timebase import Span

QUIETEST_WITHIN = 6
"""Frames on either side of a slot's edge in which the quietest one is where one voice gives way to the other: 60 ms.

Source: chosen; somewhat more than half a slot.
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """A finished run.

    Attributes
    ----------
    span
        Its time.
    sound
        int16, shape (n,).
    windows
        Embeddings of the windows that begin with each slot, float32 (slots, ANSWERS, size); what reaches beyond the run
        is not to be relied on.
    directed
        Where the sound of each frame comes from; None with one capsule.
    """

    span: Span
    sound: NDArray[np.int16]
    windows: NDArray[np.float32]
    directed: DirectedFrames | None = None

    @property
    def whole(self) -> NDArray[np.float32]:
        """The last answers of the windows that lie within the run whole: float32 (n, size)."""
        return self.windows[: max(0, len(self.windows) - ANSWERS + 1), ANSWERS - 1]

    def slots(self, start: int, stop: int) -> NDArray[np.int16]:
        """Return the sound of slots ``start`` to ``stop``."""
        return self.sound[start * SLOT : stop * SLOT]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of time with one cast: `voice` is None where nobody known speaks; `confidence` in 0..1."""

    span: Span
    voice: Voice | None
    confidence: float


def slots_of(samples: int) -> int:
    """Return how many slots a run of so many samples has: its length, rounded, and one at least."""
    return max(1, (samples + SLOT // 2) // SLOT)


def nobody_known(run: Run) -> tuple[Part, ...]:
    """Return a run as long as no voice is known."""
    return (Part(span=run.span, voice=None, confidence=0.0),)


def parts_of(
    stretches: tuple[Stretch, ...],
    *,
    run: Run,
    evidence: NDArray[np.floating],
    is_known: Callable[[Stretch], bool],
) -> tuple[Part, ...]:
    """Return the parts that stretches of a run are, dated to the frame.

    Parameters
    ----------
    stretches
        From the run's first slot on, without gaps; the last one may end before the run does.
    evidence
        Of the run's windows.
    is_known
        Whether a stretch sounds like the voice that it was given to; else nobody known speaks in it.
    """
    found: list[Part] = []
    start = run.span.start
    for k, stretch in enumerate(stretches):
        stop = run.span.start + stretch.stop * SLOT
        if stretch.stop >= len(run.windows):
            stop = run.span.stop
        elif k + 1 < len(stretches) and Voice.BOTH not in (stretch.voice, stretches[k + 1].voice):
            stop = run.span.start + quietest(run.sound, near=stretch.stop * SLOT)
        found.append(
            Part(
                span=Span(start, max(start, stop)),
                voice=stretch.voice if is_known(stretch) else None,
                confidence=confidence(stretch, evidence),
            )
        )
        start = max(start, stop)
    return tuple(found)


def confidence(stretch: Stretch, evidence: NDArray[np.floating]) -> float:
    """Return how likely a stretch is its voice's, as its windows say on average."""
    length = min(stretch.stop - stretch.start, ANSWERS)
    inside = evidence[stretch.start : stretch.stop - length + 1, length - 1, stretch.voice]
    return float(np.exp(inside.mean()))


def quietest(sound: NDArray[np.int16], *, near: int) -> int:
    """Return the edge of the quietest frame near a sample of some sound, or the sample itself if there is no room."""
    first = near // FRAME - QUIETEST_WITHIN
    frames = sound[max(0, first) * FRAME : (near // FRAME + QUIETEST_WITHIN) * FRAME]
    whole = len(frames) // FRAME
    if first < 0 or whole < 2 * QUIETEST_WITHIN:
        return near
    energy = (frames[: whole * FRAME].astype(np.float64).reshape(whole, FRAME) ** 2).sum(axis=1)
    return (first + int(energy.argmin())) * FRAME
