"""Where sound comes from in each 10 ms frame: the time by which it reaches one capsule of a stereo microphone later.

Theory of operation. Sound from the left reaches the left capsule first. In each cell of time and frequency the phase
between the channels tells by how much, whatever the cell's level (GCC-PHAT): summed over the cells that stand out from
the room's steady noise, the cosine of the phase that is left after undoing a lag makes a *curve* over lags, 1 where all
cells agree. It peaks at the lag of a voice; what comes back from the walls comes from everywhere and adds little to any
lag. One frame has too few cells to stand for itself, so a curve is that of the 90 ms about its frame.

Source: Knapp & Carter 1976 for GCC-PHAT. Figures stand with the thresholds. "The dyads" are 28 composed conversations
of real voices: capsules 14 cm apart, people at −40 and +50 degrees, RT60 0.4 s; the second is 6 dB softer, with 1 dB
more echo than direct sound, the first with 3 dB less.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attune.hearing.framer import FRAME, FRAMES_A_STEP, STEP

MOST_LAG = 10
"""Samples of lag to either side: 0.6 ms, capsules up to 21 cm apart."""

FINENESS = 4
"""Points of the curve a sample; between them it is interpolated."""

LAGS: NDArray[np.float64] = np.arange(-MOST_LAG * FINENESS, MOST_LAG * FINENESS + 1) / FINENESS
"""The lags of a curve, in samples: positive where the second channel hears a sound later than the first."""

WINDOW = 512
"""Samples of the spectral window, 32 ms.

Source: 32, 64 and 128 ms do the same on the dyads under smoothing; the shortest dates best.
"""

_REACH = 4
DIRECTION_DELAY = 2 + _REACH
"""Frames by which directions lag behind a step: windows are centred on their frames, and so is the smoothing."""

_CONTEXT = WINDOW // 2 - FRAME // 2 + 2 * FRAME
_LOWEST_HZ, _HIGHEST_HZ = 200, 7_600


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DirectedFrames:
    """Where sound comes from in some consecutive frames, each with the four frames on either side of it.

    curve
        float32, shape (n, len(LAGS)), −1..1: agreement of the cells on each lag.
    cells
        float32, shape (n,): how many cells stand out from the noise. A curve of few cells is ragged: by chance alone it
        reaches ±1 / √cells.
    difference_db
        float32, shape (n,): level of the first channel over the second.
    """

    curve: NDArray[np.float32]
    cells: NDArray[np.float32]
    difference_db: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.cells)

    def __getitem__(self, which: slice | NDArray[np.bool_]) -> DirectedFrames:
        """Return the frames of a slice, or those for which a mark, bool of shape (n,), is set."""
        return DirectedFrames(curve=self.curve[which], cells=self.cells[which], difference_db=self.difference_db[which])

    @property
    def lag(self) -> NDArray[np.float64]:
        """The lag of each frame's highest peak in samples, shape (n,), by a parabola through three points."""
        return _peaks(self.curve)

    @property
    def clarity(self) -> NDArray[np.float32]:
        """How far each frame's peak stands above chance, shape (n,): its height × √cells.

        Source: on the dyads the median is 14 in speech of the near person, 9 of the far one, 1.6 in silence.
        """
        clarity: NDArray[np.float32] = self.curve.max(axis=1) * np.sqrt(self.cells)
        return clarity


def height_at(curve: NDArray[np.floating], *, lag: float) -> NDArray[np.float64]:
    """Return the height of curves, shape (n, len(LAGS)), at a lag between the two outermost: shape (n,)."""
    place = (min(max(lag, -MOST_LAG), MOST_LAG) + MOST_LAG) * FINENESS
    left = min(int(place), len(LAGS) - 2)
    share = place - left
    return curve[:, left].astype(np.float64) * (1 - share) + curve[:, left + 1].astype(np.float64) * share


def _peaks(curves: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the lag of each curve's highest point, shape (n,), between the points where it does not lie at an end."""
    top = curves.argmax(axis=1)
    middle = np.clip(top, 1, len(LAGS) - 2)
    rows = np.arange(len(curves))
    before, peak, after = (curves[rows, middle + k].astype(np.float64) for k in (-1, 0, 1))
    bend = before - 2 * peak + after
    aside = np.where((bend < 0) & (top == middle), (before - after) / np.where(bend < 0, 2 * bend, 1.0), 0.0)
    lags: NDArray[np.float64] = (top + aside) / FINENESS - MOST_LAG
    return lags


class DirectionSense:
    """Hears where sound comes from; the first `DIRECTION_DELAY` frames of a stream lie before its start.

    The noise of a cell is the quietest 80 ms of the last 6 s at its frequency; a cell counts as far as it stands out.

    Source: minimum statistics (Martin 2001), as in `hearing/levels.py`. Frames of one voice on the dyads whose
    curve is higher at the right of the two true lags: .975, counting all cells alike .973, onsets alone (to be rid of
    echo) .965, because too few cells are left. `_OUT_OF_NOISE` 2 is a little better there, 4 a little better in noise.
    """

    _STEPS = 38
    _SETTLED = 6
    _QUIET = 1e-9
    _SMALLEST = 1e-12
    _OUT_OF_NOISE = 3.0
    _BIAS = 1.5

    def __init__(self) -> None:
        self._window = np.hanning(WINDOW + 1)[:WINDOW].astype(np.float32)
        self._window *= np.float32(np.sqrt(2.0 / (WINDOW * (self._window.astype(np.float64) ** 2).sum())) / 32_768)
        hz = np.fft.rfftfreq(WINDOW, 1 / 16_000)
        self._band = np.flatnonzero((hz >= _LOWEST_HZ) & (hz <= _HIGHEST_HZ))
        turn = np.exp(-2j * np.pi * np.outer(self._band / WINDOW, LAGS))
        self._turn = np.concatenate([turn.real, -turn.imag]).astype(np.float32)
        self.restart()

    def restart(self) -> None:
        """Begin anew: after the start, or after sound that was lost or not observed."""
        self._context = np.zeros((_CONTEXT, 2), np.float32)
        self._minima: deque[NDArray[np.float32]] = deque(maxlen=self._STEPS)
        self._waiting = np.zeros((2 * _REACH, len(LAGS) + 3), np.float32)

    def step(self, samples: NDArray[np.int16]) -> DirectedFrames:
        """Return the sixteen frames that end `DIRECTION_DELAY` frames before this step does.

        Parameters
        ----------
        samples
            int16, shape (STEP, 2).

        Raises
        ------
        ValueError
            The step has another shape.
        """
        if samples.shape != (STEP, 2):
            raise ValueError(f"directions are heard in steps of shape ({STEP}, 2), not {samples.shape}")
        sound = np.concatenate([self._context, samples.astype(np.float32)])
        self._context = sound[STEP:]
        windows = np.lib.stride_tricks.sliding_window_view(np.ascontiguousarray(sound.T), WINDOW, axis=1)
        spectrum = np.fft.rfft(windows[:, : FRAMES_A_STEP * FRAME : FRAME] * self._window)[:, :, self._band]
        raw = np.concatenate([self._waiting, self._sums(spectrum.astype(np.complex64, copy=False))])
        self._waiting = raw[FRAMES_A_STEP:]
        sums = raw[:FRAMES_A_STEP].copy()
        for ahead in range(1, 2 * _REACH + 1):
            sums += raw[ahead : ahead + FRAMES_A_STEP]
        cells, first, second = sums[:, -3], sums[:, -2], sums[:, -1]
        return DirectedFrames(
            curve=sums[:, :-3] / (cells[:, None] + 1),
            cells=cells,
            difference_db=10 * np.log10((first + np.float32(1e-10)) / (second + np.float32(1e-10))),
        )

    def _sums(self, spectrum: NDArray[np.complex64]) -> NDArray[np.float32]:
        """Return what a frame's cells sum to: curve, cells, power of both channels; shape (frames, len(LAGS) + 3)."""
        power = spectrum.real**2 + spectrum.imag**2
        both = power[0] + power[1]
        noise = self._noise(both)
        weight = np.where(both > self._OUT_OF_NOISE * noise, both / (both + 4 * noise), np.float32(0))
        cross = spectrum[0] * spectrum[1].conj()
        cross *= weight / (np.sqrt(power[0] * power[1]) + np.float32(self._SMALLEST**2))
        curve = np.concatenate([cross.real, cross.imag], axis=1) @ self._turn
        counted = weight.sum(axis=1, keepdims=True)
        loud = (power * (weight > 0)).sum(axis=2).T
        return np.concatenate([curve, counted, loud], axis=1)

    def _noise(self, power: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the noise at each frequency, shape (bins,), with these frames (n, bins) taken into account."""
        half = FRAMES_A_STEP // 2
        quietest = np.minimum(power[:half].mean(axis=0), power[half:].mean(axis=0))
        if float(quietest.max()) > self._SMALLEST:
            self._minima.append(quietest)
        if len(self._minima) < self._SETTLED:
            return np.full(power.shape[1], self._QUIET, np.float32)
        noise: NDArray[np.float32] = np.minimum.reduce(list(self._minima)) * np.float32(self._BIAS)
        return np.maximum(noise, np.float32(self._SMALLEST))
