"""Is anybody speaking: a cheap gate first, a neural check where the gate fires.

Theory of operation. The gate (WebRTC's detector, permissive) looks at every 10 ms frame. While it is shut nothing
else runs. When it fires, the neural detector is started afresh on the half second *before* that (pre-roll: the
gate may wake in the middle of a soft first word) and then runs on every step until the gate has been silent
for a second. Where the neural detector did not run its probability is zero. Probabilities of the last
`PREROLL_STEPS` steps may therefore still be revised; older ones are settled.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from attune.hearing.framer import FRAME, FRAMES_A_STEP, STEP

NEURAL_WINDOW = 512
"""Samples of a window of the neural detector (Silero at 16 kHz)."""

PREROLL_STEPS = 3
"""Steps that the neural detector looks back when the gate opens: 480 ms.

Source: the half second that the design asks for, in whole steps.
"""

HOLD_STEPS = 6
"""Steps for which the gate stays open after its last hit: 960 ms.

Source: chosen, longer than pauses within a turn, so that the neural state survives them.
"""

_WINDOWS_A_STEP = STEP // NEURAL_WINDOW
_WINDOW_OF_FRAME = (np.arange(FRAMES_A_STEP) * FRAME + FRAME // 2) // NEURAL_WINDOW


class Gate(Protocol):
    """A cheap detector that seldom misses speech."""

    def is_speech(self, frame: bytes) -> bool:
        """Return whether a 10 ms frame, 160 little-endian int16 samples, may hold speech."""
        ...


class NeuralDetector(Protocol):
    """A detector with a memory, one for each channel."""

    def probabilities(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how likely each window, float32 of shape (k, 512) in −1..1, holds speech: shape (k,)."""
        ...

    def reset(self) -> None:
        """Forget all sound before the next window."""
        ...


GateFactory = Callable[[], Gate]
NeuralFactory = Callable[[], NeuralDetector]


class SpeechDetector:
    """Two-stage speech detection of one channel."""

    def __init__(self, *, gate: Gate, neural: NeuralDetector) -> None:
        self._gate = gate
        self._neural = neural
        self._recent: deque[NDArray[np.int16]] = deque(maxlen=PREROLL_STEPS)
        self._quiet_steps = HOLD_STEPS

    def step(self, samples: NDArray[np.int16]) -> NDArray[np.float32]:
        """Return the speech probability of the newest frames, the last of them the end of this step.

        Parameters
        ----------
        samples
            int16, shape (STEP,).

        Returns
        -------
        float32, shape (k × FRAMES_A_STEP,): k is 1, or more when the gate just opened and earlier steps are revised.
        """
        was_open = self._quiet_steps < HOLD_STEPS
        raw = samples.astype("<i2", copy=False).tobytes()
        size = 2 * FRAME
        hits = sum(self._gate.is_speech(raw[k : k + size]) for k in range(0, len(raw), size))
        self._quiet_steps = 0 if hits else min(HOLD_STEPS, self._quiet_steps + 1)
        if self._quiet_steps >= HOLD_STEPS:
            found = np.zeros(FRAMES_A_STEP, np.float32)
        elif was_open:
            found = self._check(samples)
        else:
            self._neural.reset()
            found = np.concatenate([self._check(step) for step in (*self._recent, samples)])
        self._recent.append(samples)
        return found

    def _check(self, samples: NDArray[np.int16]) -> NDArray[np.float32]:
        windows = (samples.astype(np.float32) / np.float32(32_768)).reshape(_WINDOWS_A_STEP, NEURAL_WINDOW)
        return self._neural.probabilities(windows)[_WINDOW_OF_FRAME]
