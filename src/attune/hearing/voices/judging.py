"""Weighs what voices and directions say of a run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attune.hearing.lags import DirectedFrames
from attune.hearing.voices.couple import Couple
from attune.hearing.voices.decoding import SLOT_WEIGHT, Stretch, decoded
from attune.hearing.voices.directions import Directions, by_answer
from attune.hearing.voices.runs import Part, Run, parts_of

SURE_DIRECTION = 0.5
"""Mean log evidence of a stretch's slots from which its direction alone says that it is a known person.

Source: chosen; at most it is log 3, 1.1, and a voice from elsewhere has 0.
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judge:
    """What is known of two voices and, with a stereo microphone, of where they come from."""

    couple: Couple
    directions: Directions | None

    def evidence(
        self, windows: NDArray[np.float32], *, directed: DirectedFrames | None, first: int = 0
    ) -> NDArray[np.float64]:
        """Return how likely the answers of a run's windows are of each voice: (n, ANSWERS, VOICES).

        Directions are weighed so that a slot counts once, however its windows are.

        Parameters
        ----------
        windows
            From slot `first` of the run on, float32 (n, ANSWERS, size).
        directed
            Where the sound of the run comes from, from its start on.
        """
        voices = self.couple.evidence(windows).astype(np.float64)
        slots = self._slots(directed)
        if slots is None:
            return voices
        return voices + by_answer(slots[first:], count=len(windows)) / SLOT_WEIGHT

    def parts(self, run: Run) -> tuple[Part, ...]:
        """Return who speaks in a finished run, part by part."""
        evidence = self.evidence(run.windows, directed=run.directed)
        return self.parts_of(decoded(evidence), run=run, evidence=evidence)

    def parts_of(self, stretches: tuple[Stretch, ...], *, run: Run, evidence: NDArray[np.floating]) -> tuple[Part, ...]:
        """Return the parts that stretches of a run are; one that is like neither voice is nobody's that is known."""
        slots = self._slots(run.directed)

        def is_known(stretch: Stretch) -> bool:
            if slots is not None and stretch.start < len(slots):
                said = float(slots[stretch.start : stretch.stop, stretch.voice].mean())
                if said >= SURE_DIRECTION:
                    return True
            return self.couple.is_like(stretch, run.windows)

        return parts_of(stretches, run=run, evidence=evidence, is_known=is_known)

    def _slots(self, directed: DirectedFrames | None) -> NDArray[np.float64] | None:
        return None if self.directions is None or directed is None else self.directions.evidence(directed)
