"""Sound before a stereo microphone, made of sound without a place: lags, a room, and what is heard of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from attune.hearing.framer import FRAME, STEP
from attune.hearing.lags import DIRECTION_DELAY, DirectedFrames, DirectionSense

RATE = 16_000


def delayed(sound: NDArray[np.float64], samples: float) -> NDArray[np.float64]:
    """Return a sound that comes later by any fraction of a sample; what leaves at one end is lost."""
    size = len(sound) + 256
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(size) * samples)
    return np.fft.irfft(np.fft.rfft(sound, size) * turn, size)[: len(sound)]


def with_echo(
    sound: NDArray[np.float64], random: np.random.Generator, *, rt60_s: float, direct_to_echo_db: float
) -> NDArray[np.float64]:
    """Return a sound with a diffuse tail that starts 5 ms after it and falls 60 dB in `rt60_s`."""
    length = round(rt60_s * RATE)
    tail = random.normal(size=length) * 10 ** (-3 * np.arange(length) / length)
    tail[:80] = 0
    tail *= 10 ** (-direct_to_echo_db / 20) / np.sqrt((tail**2).sum())
    size = len(sound) + length
    echo = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(tail, size), size)[: len(sound)]
    return sound + echo


def before_capsules(
    sound: NDArray[np.float64],
    *,
    lag: float,
    direct_to_echo_db: float,
    random: np.random.Generator,
) -> NDArray[np.float64]:
    """Return a sound in a room with RT60 = 0.4 s at two capsules, shape (n, 2): the second hears it later by a lag."""
    capsules = (delayed(sound, 20 + side * lag) for side in (-0.5, 0.5))
    return np.stack(
        [with_echo(heard, random, rt60_s=0.4, direct_to_echo_db=direct_to_echo_db) for heard in capsules], axis=1
    )


def directed(samples: NDArray[np.int16]) -> DirectedFrames:
    """Return all frames of some sound, int16 of shape (n, 2), from its start on, as if silence followed."""
    tail = np.zeros((-len(samples) % STEP + STEP, 2), np.int16)
    padded = np.concatenate([samples, tail])
    sense = DirectionSense()
    steps = [sense.step(padded[k : k + STEP]) for k in range(0, len(padded), STEP)]
    whole = DirectedFrames(
        curve=np.concatenate([step.curve for step in steps]),
        cells=np.concatenate([step.cells for step in steps]),
        difference_db=np.concatenate([step.difference_db for step in steps]),
    )
    return whole[DIRECTION_DELAY : DIRECTION_DELAY + len(samples) // FRAME]
