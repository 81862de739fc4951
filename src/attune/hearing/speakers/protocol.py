"""What tells people apart: the seam behind which channels, voices and directions stand."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from attune.events import Revision, SpeechSegment, VoiceActivity

HeardEvent = VoiceActivity | SpeechSegment | Revision
"""What hearing tells."""


class Speakers(Protocol):
    """Who speaks when; fed step by step between two restarts."""

    @property
    def horizon(self) -> int:
        """The earliest sample at which a segment that has not been reported may start."""
        ...

    @property
    def doubts(self) -> tuple[str, ...]:
        """Sentences for the user about how far people can be told apart in this sound."""
        ...

    def restart(self, origin: int) -> None:
        """Begin anew at a sample: after the start, or after sound that was lost or not observed."""
        ...

    def step(self, samples: NDArray[np.int16], *, now: int) -> list[HeardEvent]:
        """Return what a step, int16 of shape (STEP, channels), begins and ends; `now` is the sample after it."""
        ...

    def finish(self, rest: NDArray[np.int16], *, now: int) -> list[HeardEvent]:
        """Return the ends of open units, when sound stops at `now` with `rest`, int16 (n < STEP, channels)."""
        ...
