"""Any block size in, steps of one size out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FRAME = 160
"""Samples of a frame: 10 ms, the grid on which speech is dated.

Source: chosen; the finest size that the WebRTC gate takes, and finer than the ±200 ms to which events are validated.
"""

STEP = 2_560
"""Samples of a step: 160 ms, sixteen frames and five windows of the neural detector.

Source: the least common multiple of 160 (frame) and 512 (Silero's window). Working in whole steps makes
results independent of block sizes to the last bit, and five windows a call cost 0.6 of five single calls.
"""

FRAMES_A_STEP = STEP // FRAME


class Framer:
    """Cuts a stream of blocks into steps.

    Parameters
    ----------
    channels
        Columns of the blocks.
    """

    def __init__(self, *, channels: int) -> None:
        self._waiting = np.zeros((0, channels), np.int16)

    def push(self, samples: NDArray[np.int16]) -> list[NDArray[np.int16]]:
        """Return the steps that `samples`, int16 of shape (n, channels), completes: each (STEP, channels)."""
        waiting = np.concatenate([self._waiting, samples])
        whole = len(waiting) // STEP
        self._waiting = waiting[whole * STEP :]
        return [waiting[k * STEP : (k + 1) * STEP] for k in range(whole)]

    def rest(self) -> NDArray[np.int16]:
        """Return what does not fill a step, shape (n < STEP, channels), and forget it."""
        rest, self._waiting = self._waiting, self._waiting[:0]
        return rest
