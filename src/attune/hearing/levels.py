"""How loud each channel is in each 10 ms frame: in all, and in the cells of time and frequency that it dominates.

Theory of operation. Two people seldom fill the same cell of a spectrogram at once (they are nearly *W-disjoint
orthogonal*). With a microphone each, a cell of one person's voice is stronger in that person's channel than in
the other, whatever leaks across and whenever both talk. So the power of the cells that a channel dominates is the power
of its own talker: the other's voice, 15 dB weaker there, owns no cell. What leaks comes late, though: a room rings
after a word is over. So a cell is held against the loudest that the other channel was there, fading as a room does.

Source: Yilmaz & Rickard 2004 for disjointness. Measured on composed conversations with crosstalk of −15 dB: overlap
precision .96 at recall .96, dry or reverberant (RT60 0.4 s). Without the fading memory the reverberant crosstalk gives
precision .14; a rule on the levels of whole channels gives .61 at .79 where it is dry.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from attune.hearing.framer import FRAME, FRAMES_A_STEP, STEP

WINDOW = 512
"""Samples of the spectral window, 32 ms: tells the harmonics of voices apart, dates an onset within a frame or two.

Source: chosen: three periods of a low voice (100 Hz).
"""

LEVEL_DELAY = 2
"""Frames by which levels lag behind a step, because windows are centred on their frames."""

FADE_DB = 1.0
"""How much the memory of a cell fades from one frame to the next.

Source: the decay of a room with RT60 = 0.6 s, livelier than most living rooms (about 0.4 s); tuned on composed
conversations with dry and reverberant crosstalk, where 0.5 to 1.0 dB do nearly the same.
"""

_FADE = np.float32(10 ** (-FADE_DB / 10))
_SILENCE = 1e-10
_CONTEXT = WINDOW // 2 - FRAME // 2 + LEVEL_DELAY * FRAME


class Weighting(StrEnum):
    """Which frequencies make up the level of a channel's own talker.

    Rooms, hums and streets are loud below the voice, so with one microphone, where no other channel says what is noise,
    low frequencies weigh less: −5 dB a decade under 500 Hz, at most −6.5 dB.

    Source: tuned on composed conversations with pink noise at 15 dB: speech missed or made up .117 of the time in
    place of .146, and in clean and in reverberant ones no more than before.
    """

    FLAT = "flat"
    SPEECH = "speech"


def _weights(weighting: Weighting) -> NDArray[np.float32]:
    hz = np.fft.rfftfreq(WINDOW, 1 / 16_000)
    if weighting is Weighting.FLAT:
        return np.ones(len(hz), np.float32)
    weights: NDArray[np.float32] = np.sqrt(np.clip(hz / 500, 0.05, 1)).astype(np.float32)
    return weights


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StepLevels:
    """Levels in dBFS, float, shape (FRAMES_A_STEP, channels): of the whole channel, and of the cells it dominates."""

    whole_db: NDArray[np.float64]
    own_db: NDArray[np.float64]

    def since(self, frame: int) -> StepLevels:
        """Return the levels from a frame on."""
        return StepLevels(whole_db=self.whole_db[frame:], own_db=self.own_db[frame:])


class CellLevels:
    """Measures levels a step at a time; the first `LEVEL_DELAY` frames of a stream lie before its start."""

    def __init__(self, *, channels: int, weighting: Weighting) -> None:
        self._weights = _weights(weighting)
        self._context = np.zeros((_CONTEXT, channels), np.float32)
        window = np.hanning(WINDOW + 1)[:WINDOW]
        self._remembered = np.zeros((channels, WINDOW // 2 + 1), np.float32)
        self._window = (window * np.sqrt(2.0 / (WINDOW * (window**2).sum())) / 32_768).astype(np.float32)

    def step(self, samples: NDArray[np.int16]) -> StepLevels:
        """Return the levels of the sixteen frames that end `LEVEL_DELAY` frames before this step does.

        Parameters
        ----------
        samples
            int16, shape (STEP, channels).
        """
        sound = np.concatenate([self._context, samples.astype(np.float32)])
        self._context = sound[STEP:]
        windows = np.lib.stride_tricks.sliding_window_view(np.ascontiguousarray(sound.T), WINDOW, axis=1)
        spectrum = np.fft.rfft(windows[:, : FRAMES_A_STEP * FRAME : FRAME] * self._window)
        power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32, copy=False)
        return StepLevels(whole_db=_decibels(power.sum(axis=2).T), own_db=_decibels(self._own(power * self._weights).T))

    def _own(self, power: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the power of the cells that each channel dominates, (channels, frames), given that of all cells."""
        remembered = np.empty_like(power)
        for frame in range(power.shape[1]):
            self._remembered = np.maximum(power[:, frame], self._remembered * _FADE)
            remembered[:, frame] = self._remembered
        others = (np.delete(remembered, channel, axis=0) for channel in range(len(power)))
        rival = np.stack([other.max(axis=0, initial=0) for other in others])
        own: NDArray[np.float32] = np.where(power > rival, power, np.float32(0)).sum(axis=2)
        return own


def _decibels(power: NDArray[np.float32]) -> NDArray[np.float64]:
    decibels: NDArray[np.float64] = 10 * np.log10(power.astype(np.float64) + _SILENCE)
    return decibels


class NoiseFloor:
    """Follows the level of the room between words, in the cells that a channel dominates: the quietest 80 ms of 6 s.

    A channel whose neighbour talks owns fewer cells, and those hold less than the room's noise. So the floor never lies
    further than `_OWN_SHARE_DB` under the quietest 80 ms of the whole channel; else the noise, back in all cells as
    soon as the neighbour pauses for breath, would stand out like a voice.

    Source: minimum statistics (Martin 2001); window chosen, longer than people speak without a dip of 80 ms. Until a
    second has passed the floor is taken to be quiet, so that a person who speaks at once is heard. A step with digital
    silence in it (of a muted or sleeping microphone) says nothing about the room: its mean lies below the noise, and
    were it counted, the first noise after it would stand out like a voice. The share is tuned on composed conversations
    with noise of −60 to −42 dBFS.
    """

    _STEPS = 38
    _SETTLED = 6
    _QUIET_DB = -62.0
    _BIAS_DB = 1.0
    _LOUDEST_DB = -35.0
    _DIGITAL_SILENCE_DB = -95.0
    _OWN_SHARE_DB = 5.0

    def __init__(self, *, channels: int) -> None:
        self._minima: list[deque[tuple[float, float]]] = [deque(maxlen=self._STEPS) for _ in range(channels)]

    @property
    def level_db(self) -> list[float]:
        """The floor of each channel in dBFS."""
        return [self._floor(minima) for minima in self._minima]

    def step(self, levels: StepLevels) -> None:
        """Take the levels of a step into account; the first step of a stream may have fewer frames than others."""
        own, whole = (_quietest_half(level_db) for level_db in (levels.own_db, levels.whole_db))
        least = levels.whole_db.min(axis=0).tolist()
        for minima, own_db, whole_db, least_db in zip(self._minima, own, whole, least, strict=True):
            if least_db > self._DIGITAL_SILENCE_DB:
                minima.append((own_db, whole_db - self._OWN_SHARE_DB))

    def _floor(self, minima: deque[tuple[float, float]]) -> float:
        if len(minima) < self._SETTLED:
            return self._QUIET_DB
        own_db, whole_db = (min(levels) for levels in zip(*minima, strict=True))
        floor_db: float = max(own_db, whole_db) + self._BIAS_DB
        return min(floor_db, self._LOUDEST_DB)


def _quietest_half(level_db: NDArray[np.float64]) -> list[float]:
    """Return the mean level of the quieter half of some frames (n, channels), for each channel."""
    halves = np.array_split(10 ** (level_db / 10), 2)
    quietest: list[float] = (10 * np.log10(np.minimum(*(half.mean(axis=0) for half in halves)))).tolist()
    return quietest
