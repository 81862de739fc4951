"""What a voice encoder is: the seam behind which the bundled one stands, and any other."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from attune.hearing.framer import FRAME

WINDOW_FRAMES = 80
"""Frames of a window: 0.8 s.

Source: measured on composed conversations of real voices: windows of one voice are given to the right one of two
enrolled voices in .96 of the cases after 400 ms, .98 after 800 ms, and no more after that.
"""

HOP_FRAMES = 8
"""Frames between two windows, and between two answers within one: 80 ms."""

ANSWERS = WINDOW_FRAMES // HOP_FRAMES
"""Answers a window: the voice after 80, 160, … 800 ms."""

FEATURE_CONTEXT = 200
"""Samples on either side of a frame's first sample that its features depend on: half of a 25 ms window."""


class VoiceEncoder(Protocol):
    """Turns sound into points on a sphere: stretches of one voice lie close together, other voices farther away."""

    @property
    def name(self) -> str:
        """The encoder's identity; profiles made by encoders of different names cannot be compared."""
        ...

    def features(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the features of 10 ms frames.

        Parameters
        ----------
        samples
            Sound in −1..1, shape (n × FRAME + 2 × FEATURE_CONTEXT − FRAME,): frame k is centred on sample
            FEATURE_CONTEXT + k × FRAME.

        Returns
        -------
        float32, shape (n, bands).
        """
        ...

    def voices(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the voice after every HOP_FRAMES frames of windows of features, whatever their level.

        Parameters
        ----------
        windows
            float32, shape (k, WINDOW_FRAMES, bands).

        Returns
        -------
        float32, shape (k, ANSWERS, size); vectors have length 1.
        """
        ...


def frames_in(samples: int) -> int:
    """Return how many frames have features when so many samples are known, context included."""
    return max(0, (samples - 2 * FEATURE_CONTEXT) // FRAME + 1)
