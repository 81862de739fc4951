"""How a few seconds from a microphone sound: level, noise, clipping."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attune.timebase import SAMPLE_RATE

FRAME_SAMPLES = SAMPLE_RATE // 50
"""20 ms. Source: the usual frame of level meters for speech."""

SILENCE_DBFS = -100.0
"""What digital silence is called. Source: below the lowest bit of 16-bit sound (-90 dBFS)."""

CLIPPED_SHARE = 0.001
"""From this share of samples at full scale on, speech is distorted. Source: chosen; one sample a millisecond apart."""

FLOOR_PERCENTILE = 10
"""The quietest tenth of the frames is taken for the room. Source: chosen; people pause for more than that."""

FULL_SCALE = 32767


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundCheck:
    """Levels in dBFS: of the loudest and of the quietest tenth of the time; the share of clipped samples."""

    loud_dbfs: float
    floor_dbfs: float
    clipped_share: float

    @property
    def is_digital_silence(self) -> bool:
        """Whether not one bit moved: a microphone in a silent room still hisses."""
        return self.loud_dbfs <= SILENCE_DBFS


def sound_check(samples: NDArray[np.int16]) -> SoundCheck:
    """Return the levels of int16 sound, shape (n, channels) at 16 kHz; of several channels, the loudest counts.

    Raises
    ------
    ValueError
        If there is less than one frame of 20 ms.
    """
    frames = len(samples) // FRAME_SAMPLES
    if not frames:
        raise ValueError(f"a level needs at least {FRAME_SAMPLES} samples, not {len(samples)}")
    framed = samples[: frames * FRAME_SAMPLES].astype(np.float64).reshape(frames, FRAME_SAMPLES, -1)
    power = np.mean((framed / 32768.0) ** 2, axis=1).max(axis=1)
    levels = 10 * np.log10(np.maximum(power, 10 ** (SILENCE_DBFS / 10)))
    floor, loud = np.percentile(levels, [FLOOR_PERCENTILE, 100 - FLOOR_PERCENTILE])
    clipped = np.mean((samples >= FULL_SCALE) | (samples <= -FULL_SCALE))
    return SoundCheck(loud_dbfs=float(loud), floor_dbfs=float(floor), clipped_share=float(clipped))
