"""Detectors that do as they are told, and sound made of noise and tones, for tests of hearing without a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from attune.hearing.framer import STEP
from attune.hearing.speakers.channels import Detectors

RATE = 16_000


class LoudGate:
    """Opens for frames that are louder than −50 dBFS."""

    def is_speech(self, frame: bytes) -> bool:
        """Return whether a frame is loud."""
        samples = np.frombuffer(frame, "<i2").astype(float)
        return bool(np.sqrt((samples**2).mean()) > 32_768 * 10 ** (-50 / 20))


class LoudNeural:
    """Takes windows louder than −40 dBFS for speech."""

    def probabilities(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return 0.9 for loud windows and 0 for others."""
        loud = np.sqrt((windows.astype(float) ** 2).mean(axis=1)) > 10 ** (-40 / 20)
        return np.where(loud, 0.9, 0.0).astype(np.float32)

    def reset(self) -> None:
        """Forget nothing: it remembers nothing."""


LOUD = Detectors(gate=LoudGate, neural=LoudNeural)
"""Whatever is loud is speech."""


def noise(length: int, level_dbfs: float, *, seed: int = 1) -> NDArray[np.float64]:
    """Return white noise of a level."""
    return np.random.default_rng(seed).normal(size=length) * 10 ** (level_dbfs / 20)


def tone(length: int, hz: float, level_dbfs: float) -> NDArray[np.float64]:
    """Return a tone of a level (its root mean square, in dBFS)."""
    return np.sqrt(2) * 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * hz * np.arange(length) / RATE)


def buzz(length: int, hz: float, level_dbfs: float) -> NDArray[np.float64]:
    """Return ten harmonics of a pitch, together of a level."""
    parts = [np.sin(2 * np.pi * k * hz * np.arange(length) / RATE) for k in range(1, 11)]
    return np.sqrt(2 / 10) * 10 ** (level_dbfs / 20) * np.sum(parts, axis=0)


def silence(length: int) -> NDArray[np.float64]:
    """Return digital silence."""
    return np.zeros(length)


def with_voice(
    length: int, spans: Iterable[tuple[int, int]], *, hz: float = 200.0, level_dbfs: float = -20.0
) -> NDArray[np.float64]:
    """Return silence with a buzz in some stretches."""
    out = silence(length)
    for start, stop in spans:
        out[start:stop] = buzz(stop - start, hz, level_dbfs)
    return out


def as_int16(*columns: NDArray[np.float64]) -> NDArray[np.int16]:
    """Return sound in −1..1 as int16, a column each."""
    return np.clip(np.rint(np.stack(columns, axis=1) * 32_768), -32_768, 32_767).astype(np.int16)


def in_steps(samples: NDArray[np.int16]) -> list[NDArray[np.int16]]:
    """Return the whole steps of some sound."""
    return [samples[k : k + STEP] for k in range(0, len(samples) - STEP + 1, STEP)]


class ToldGate:
    """Answers frame by frame as told; False when nothing more is told."""

    def __init__(self, answers: Iterable[bool]) -> None:
        self._answers = iter(answers)

    def is_speech(self, frame: bytes) -> bool:
        """Return the next answer."""
        return next(self._answers, False)


class CountingNeural:
    """Notes what it was asked; answers with a function of the first sample of each window."""

    def __init__(self, answer: Callable[[NDArray[np.float32]], NDArray[np.float32]]) -> None:
        self._answer = answer
        self.asked: list[NDArray[np.float32]] = []
        self.resets = 0

    def probabilities(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the answer for each window."""
        self.asked.append(windows.copy())
        return self._answer(windows)

    def reset(self) -> None:
        """Note that it was reset."""
        self.resets += 1
