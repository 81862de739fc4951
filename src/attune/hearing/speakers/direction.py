"""Two people before one stereo microphone: who speaks is whose direction the sound comes from.

Theory of operation. `hearing/lags.py` gives each frame a curve over lags, which peaks where a voice comes from:

    clear peaks in speech → histogram over lags → two directions, or none yet         (`TwoDirections`)
    curve at the two lags → log evidence for the first, the second, both at once      (`DirectionModel`)

The height of the curve at the two lags is all that is looked at. How high it stands when one of them talks depends on
the room and on how far they sit, so it is learned from the clear frames themselves. Both at once is a point between the
two: some cells are one person's, some the other's.

Source: Loesch & Yang 2010 for directions as clusters of lags. "The dyads" are those of `hearing/lags.py`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attune.hearing.lags import FINENESS, LAGS, MOST_LAG, DirectedFrames, height_at

CLEAR = 4.5
"""Clarity from which a frame's peak is trusted.

Source: on the dyads 99 of 100 clear frames of one voice peak within a sample of its lag; of the near person's
frames .95 are clear, of the far one's .86.
"""

APART = 1.5
"""Samples between two directions, at least.

Source: chosen; the peak of a voice that fills 0.2 to 7.6 kHz is 1.2 samples wide at half its height. Capsules 14 cm
apart tell angles of 7 degrees either side of the middle apart, capsules 5 cm apart 20 degrees.
"""

ENOUGH = 200
"""Clear frames in speech that make a direction: 2 s."""

KEPT_FRAMES = 6_000
"""Clear frames in which directions are sought: a minute.

Source: chosen, long enough for one person's long turn and the other's answer.
"""

_NEAR = 1.0
_FOLLOW_RATE = 1 / 500
_ASTRAY_RATE = 1 / 3_000
_MOST_ASTRAY = 0.5
_MOST_GHOSTLY = 0.5
_SURELY_GHOST = 0.65


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """One of two directions, and what the curve looks like while it alone is heard.

    lag
        Samples by which the second channel is later.
    height
        Of the curve at this lag.
    elsewhere
        Height of the curve at the other direction's lag.
    """

    lag: float
    height: float
    elsewhere: float

    def follow(self, own: DirectedFrames, *, other: float) -> Direction:
        """Return the direction moved a little towards clear frames of its own; `other` is the other's lag."""
        if not len(own):
            return self
        rate = min(1.0, _FOLLOW_RATE * len(own))
        return Direction(
            lag=self.lag + rate * (float(own.lag.mean()) - self.lag),
            height=self.height + rate * (float(height_at(own.curve, lag=self.lag).mean()) - self.height),
            elsewhere=self.elsewhere + rate * (float(height_at(own.curve, lag=other).mean()) - self.elsewhere),
        )


class DirectionModel:
    """How likely the curve's height at two lags is, if the first speaks, the second, or both at once.

    A voice stands at its own mean height, or at a share of it where it is faint beside its echo; both at once lie
    between. Heights scatter as the mean of so many cells does.

    Source: `_SHARES`, `_STRENGTHS` and scatter tuned on the dyads by the cross-entropy of slots of 80 ms with the three
    cases counted alike (.37 nats). In slots of one voice the right one of two wins in .995; both at once is the
    likeliest with precision .74 at recall .67, and with .94 at .45 when more is asked for.
    """

    _SHARES = (0.2, 0.4, 0.6, 0.8)
    _STRENGTHS = (0.05, 0.3, 0.6, 1.0, 1.3)
    _SCATTER = 0.03
    _BY_CHANCE = 2.0
    _ALWAYS_CELLS = 20.0

    def __init__(self, *, first: Direction, second: Direction) -> None:
        self._directions = (first, second)
        ours = np.array([first.height, first.elsewhere])
        theirs = np.array([second.elsewhere, second.height])
        strengths = np.array(self._STRENGTHS)[:, None]
        self._centres = (
            strengths * ours,
            strengths * theirs,
            np.concatenate([strengths * (share * ours + (1 - share) * theirs) for share in self._SHARES]),
        )

    def evidence(self, curve: NDArray[np.floating], *, cells: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the log likelihood of each frame for the first, the second, and both at once.

        Parameters
        ----------
        curve, cells
            As in `DirectedFrames`, shapes (n, len(LAGS)) and (n,).

        Returns
        -------
        float64, shape (n, 3): natural logarithms of likelihoods over the mean of the three. So 0 says nothing, and is
        what silence and a voice from elsewhere have; log 3 = 1.1 is the most that a case can have, and a case that is
        out of the question lies far below 0. Each frame speaks for the 90 ms about it: the *mean* over the frames
        of an 80 ms slot is the slot's log likelihood, and slots may be added.
        """
        heights = np.stack([height_at(curve, lag=direction.lag) for direction in self._directions], axis=1)
        scatter = 2 * (self._SCATTER**2 + self._BY_CHANCE / (cells.astype(np.float64) + self._ALWAYS_CELLS))
        cases = []
        for centres in self._centres:
            distance = ((heights[:, None] - centres) ** 2).sum(axis=2)
            cases.append(np.logaddexp.reduce(-distance / scatter[:, None], axis=1) - np.log(len(centres)))
        evidence: NDArray[np.float64] = np.stack(cases, axis=1)
        evidence -= np.logaddexp.reduce(evidence, axis=1, keepdims=True) - np.log(len(cases))
        return evidence


class TwoDirections:
    """Finds two directions that voices come from, without enrolment, and says who speaks; fed step by step.

    Nothing is said until two directions have each been heard for `ENOUGH` clear frames, `APART`, with a valley between
    them, well above what is scattered elsewhere, and by turns: one person who changes seats is not two. Then both
    follow people who shift in their seats. Once most of the clear speech of half a minute comes from elsewhere, or
    both turn out to be one, the search begins anew.

    Source: chosen; on the dyads all 28 pairs are found within 14 s, half of them within 9 s, and of the frames in which
    one of them speaks .988 are given to the right one, once revised (the least of 28: .970).
    """

    def __init__(self) -> None:
        self._found: tuple[Direction, Direction] | None = None
        self._heard = _LagsHeard()
        self._elsewhere = 0.0

    @property
    def found(self) -> tuple[Direction, Direction] | None:
        """The two directions, the one that was heard first in front; None until both are known."""
        return self._found

    def step(self, frames: DirectedFrames, *, speech: NDArray[np.bool_]) -> NDArray[np.float64] | None:
        """Return the evidence of some frames, as `DirectionModel.evidence` does, or None while there are no directions.

        Parameters
        ----------
        frames
            From `DirectionSense.step`, in order.
        speech
            bool, shape (n,): where somebody speaks in all likelihood. Directions are learned there alone.

        Raises
        ------
        ValueError
            There are more or fewer marks of speech than frames.
        """
        if len(speech) != len(frames):
            raise ValueError(f"{len(frames)} frames need as many marks of speech, not {len(speech)}")
        clear = frames[speech & (frames.clarity >= CLEAR)]
        if self._found is None:
            self._heard.count(clear)
            self._found = self._heard.directions()
        else:
            self._follow(clear)
        return self.evidence(frames)

    def evidence(self, frames: DirectedFrames) -> NDArray[np.float64] | None:
        """Return the evidence of any frames, as `DirectionModel.evidence` does; None while there are no directions."""
        if self._found is None:
            return None
        first, second = self._found
        return DirectionModel(first=first, second=second).evidence(frames.curve, cells=frames.cells)

    def _follow(self, clear: DirectedFrames) -> None:
        """Let the directions follow clear frames of speech, and give them up when these say that they are wrong."""
        found = self._found
        if found is None:
            return
        owner = _owners(clear.lag, *(direction.lag for direction in found))
        for stray in (owner < 0).tolist():
            self._elsewhere += _ASTRAY_RATE * (stray - self._elsewhere)
        first, second = found
        first, second = (
            first.follow(clear[owner == 0], other=second.lag),
            second.follow(clear[owner == 1], other=first.lag),
        )
        self._found = (first, second)
        one = abs(first.lag - second.lag) < _NEAR or _ghostliness(first, second) > _SURELY_GHOST
        if one or self._elsewhere > _MOST_ASTRAY:
            self._found, self._heard, self._elsewhere = None, _LagsHeard(), 0.0


class _LagsHeard:
    """The clear frames of speech in which two directions are sought: the last minute of them.

    A hard wall or a table throws one voice back from a second direction, which may even be the louder in some frames.
    Such a ghost is heard *while* the voice is, though: the curve stands high at both lags. Of two people each is silent
    for most of the other's talk. So peaks are paired, the highest first, until a pair is two people.

    Source: the contrast (`_MOST_GHOSTLY`) tuned on the dyads' voices in image-source rooms (RT60 0.4 and 0.6 s, in the
    middle and in a corner): .5 to .9 with one person, at most .48 with two; the rest chosen. `_SAME_MICROPHONE_DB`:
    capsules that are turned to either side differ by about 6 dB to one voice, and by as much the other way to the
    other; a microphone each differs by 10 dB and more both ways.
    """

    _AROUND = (0.15, 0.5, 0.85, 1.0, 0.85, 0.5, 0.15)
    _PEAKS = 4
    _VALLEY = 0.5
    _OVER_SCATTER = 4.0
    _BEGUN_FRAMES = 30
    _TURN_FRAMES = 20
    _TURNS = 3
    _SAME_MICROPHONE_DB = 14.0

    def __init__(self) -> None:
        self._clear: deque[DirectedFrames] = deque()
        self._lags: deque[NDArray[np.float64]] = deque()
        self._frames = 0

    def count(self, clear: DirectedFrames) -> None:
        """Take clear frames of speech into account."""
        if not len(clear):
            return
        self._clear.append(clear)
        self._lags.append(clear.lag)
        self._frames += len(clear)
        while self._frames - len(self._lags[0]) >= KEPT_FRAMES:
            self._frames -= len(self._lags.popleft())
            self._clear.popleft()

    def directions(self) -> tuple[Direction, Direction] | None:
        """Return two directions in the order in which they were heard, or None."""
        if self._frames < 2 * ENOUGH:
            return None
        lags = np.concatenate(self._lags)
        for pair in self._pairs(lags):
            owner = _owners(lags, *pair)
            if len(_turns(owner, least=self._TURN_FRAMES)) >= self._TURNS:
                begun = [np.flatnonzero(owner == k)[self._BEGUN_FRAMES] for k in (0, 1)]
                order = (0, 1) if begun[0] < begun[1] else (1, 0)
                found = self._learn(lags, own=[owner == k for k in order])
                if found is not None:
                    return found
        return None

    def _pairs(self, lags: NDArray[np.float64]) -> list[tuple[float, float]]:
        """Return pairs of lags at which the histogram has peaks that are fit to be directions, the highest first."""
        places = np.rint((lags + MOST_LAG) * FINENESS).astype(np.intp)
        counts = np.bincount(places, minlength=len(LAGS)).astype(np.float64)
        counts[[0, -1]] = 0
        around = np.convolve(counts, self._AROUND, "same")
        peaks: list[int] = []
        left = around.copy()
        while len(peaks) < self._PEAKS and left.max() >= ENOUGH:
            peaks.append(int(left.argmax()))
            left[np.abs(LAGS - LAGS[peaks[-1]]) < APART] = 0
        pairs = [(one, two) for k, two in enumerate(peaks) for one in peaks[:k] if self._stand_out(around, one, two)]
        return [(float(LAGS[one]), float(LAGS[two])) for one, two in pairs]

    def _stand_out(self, around: NDArray[np.float64], higher: int, lower: int) -> bool:
        """Return whether there is a valley between two peaks, and little elsewhere beside the lower one."""
        elsewhere = (np.abs(LAGS - LAGS[higher]) >= APART) & (np.abs(LAGS - LAGS[lower]) >= APART)
        valley = around[min(higher, lower) : max(higher, lower) + 1].min()
        scattered = around[elsewhere].mean()
        return bool(around[lower] * self._VALLEY >= valley and around[lower] >= self._OVER_SCATTER * scattered)

    def _learn(self, lags: NDArray[np.float64], *, own: list[NDArray[np.bool_]]) -> tuple[Direction, Direction] | None:
        """Return two directions as their own clear frames have them, or None if they are not of two people."""
        difference_db = np.concatenate([clear.difference_db for clear in self._clear])
        if abs(difference_db[own[0]].mean() - difference_db[own[1]].mean()) >= self._SAME_MICROPHONE_DB:
            return None
        curves = np.concatenate([clear.curve for clear in self._clear])
        middle = [float(np.median(lags[mine])) for mine in own]
        first, second = (
            Direction(
                lag=lag,
                height=float(height_at(curves[mine], lag=lag).mean()),
                elsewhere=float(height_at(curves[mine], lag=other).mean()),
            )
            for mine, lag, other in zip(own, middle, reversed(middle), strict=True)
        )
        return None if _ghostliness(first, second) >= _MOST_GHOSTLY else (first, second)


def _ghostliness(first: Direction, second: Direction) -> float:
    """Return how high the curve stands at one lag while the other is heard, as a share of its height when it is."""
    return max(first.elsewhere / second.height, second.elsewhere / first.height)


def _owners(lags: NDArray[np.float64], first: float, second: float) -> NDArray[np.int8]:
    """Return 0 for lags, shape (n,), near the first direction, 1 nearer to the second, −1 near neither."""
    away = np.abs(lags[:, None] - np.array([first, second]))
    owner: NDArray[np.int8] = np.where(away.min(axis=1) <= _NEAR, away.argmin(axis=1), -1).astype(np.int8)
    return owner


def _turns(owner: NDArray[np.int8], *, least: int) -> list[int]:
    """Return who had the turn, one after the other, leaving out frames of nobody and turns shorter than `least`."""
    whose = owner[owner >= 0]
    edges = np.concatenate([[0], np.flatnonzero(np.diff(whose)) + 1, [len(whose)]])
    turns: list[int] = []
    for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if stop - start >= least and turns[-1:] != [int(whose[start])]:
            turns.append(int(whose[start]))
    return turns
