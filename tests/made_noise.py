"""Sound in which nobody speaks, made from numbers: noise, hum, keys, music."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

RATE = 16_000


def at_level(sound: NDArray[np.float64], level_dbfs: float) -> NDArray[np.int16]:
    """Return some sound as one channel of int16 with a level."""
    scaled = sound * (10 ** (level_dbfs / 20) / np.sqrt((sound**2).mean()))
    return np.clip(np.rint(scaled * 32_768), -32_768, 32_767).astype(np.int16)[:, None]


def white(seconds: float, random: np.random.Generator) -> NDArray[np.float64]:
    """Return white noise: a fan, a shower."""
    return random.normal(size=round(seconds * RATE))


def pink(seconds: float, random: np.random.Generator) -> NDArray[np.float64]:
    """Return noise whose power falls with frequency, from 30 Hz: traffic, rain."""
    length = round(seconds * RATE)
    spectrum = np.fft.rfft(random.normal(size=length))
    hz = np.fft.rfftfreq(length, 1 / RATE)
    return np.fft.irfft(np.where(hz < 30, 0, spectrum / np.sqrt(np.maximum(hz, 1))), length)


def hum(seconds: float, random: np.random.Generator) -> NDArray[np.float64]:
    """Return mains hum with harmonics that swell and fade, in a little noise."""
    t = np.arange(round(seconds * RATE)) / RATE
    swell = 1 + 0.3 * np.sin(2 * np.pi * 0.2 * t)
    tones = sum(np.sin(2 * np.pi * 50 * k * t + k) / k for k in range(1, 12))
    return swell * tones + 0.05 * random.normal(size=len(t))


def keyboard(seconds: float, random: np.random.Generator) -> NDArray[np.float64]:
    """Return typing: about six clicks a second, each a burst of a few milliseconds with a thud, in a quiet room."""
    sound = 0.001 * random.normal(size=round(seconds * RATE))
    burst = np.arange(800) / RATE
    at = 0.0
    while (at := at + random.exponential(1 / 6)) < seconds - 0.1:
        click = random.normal(size=800) * np.exp(-burst / 0.004)
        thud = np.sin(2 * np.pi * random.uniform(120, 300) * burst) * np.exp(-burst / 0.012)
        start = int(at * RATE)
        sound[start : start + 800] += random.uniform(0.3, 1.0) * (click + thud)
    return sound


def music(seconds: float, random: np.random.Generator) -> NDArray[np.float64]:
    """Return chords of four plucked notes with overtones, a bass and a beat, two chords a second."""
    length = round(seconds * RATE)
    sound = np.zeros(length + RATE)
    note = np.arange(RATE) / RATE
    for start in range(0, length, RATE // 2):
        root = random.integers(48, 60)
        for interval, gain in ((-12, 0.8), (0, 0.5), (4, 0.4), (7, 0.4), (12, 0.3)):
            hz = 440 * 2 ** ((root + interval - 69) / 12)
            voice = sum(np.sin(2 * np.pi * k * hz * note) / k**1.5 for k in range(1, 7))
            sound[start : start + RATE] += gain * voice * np.exp(-note / 0.4)
        sound[start : start + 1_600] += 0.5 * random.normal(size=1_600) * np.exp(-note[:1_600] / 0.02)
    return sound[:length]


Maker = Callable[[float, np.random.Generator], NDArray[np.float64]]

ROOMS: dict[str, Maker] = {"white": white, "pink": pink, "hum": hum, "keyboard": keyboard}
"""Sounds of a room."""
