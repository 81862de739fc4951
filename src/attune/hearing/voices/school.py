"""Learns the two voices of a session from the session itself.

Theory of operation. No enrolment sounds like the evening: another room, another distance, another mood. So what tells
the voices apart is learned from the session's own speech, again and again, more often at the beginning. In the first
minute of speech, and until two voices are known, the windows of the newest runs are split into two voices afresh, so
that a bad beginning mends itself; enrolled voices help to begin and say which is whose. After that, what is known is
carried on and adapts slowly: windows of confident speech replace the oldest ones. Stretches in which windows agree for
long enough give sound of one voice alone, which is mixed and strung together to learn how both sound at once. A few
such pieces of each voice, the newest, are held in memory and never kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from attune.hearing.voices.clusters import Anchors, TwoVoices, two_voices
from attune.hearing.voices.couple import Couple, Lessons, couple_of
from attune.hearing.voices.decoding import Voice, decoded
from attune.hearing.voices.encoder import ANSWERS, VoiceEncoder
from attune.hearing.voices.mixing import changing_windows, mixed_windows
from attune.hearing.voices.runs import Run, confidence
from attune.timebase import samples_of

FIRST_LESSONS = tuple(samples_of(s) for s in (6.0, 10.0, 15.0, 22.0, 30.0, 45.0, 60.0))
"""Amounts of speech after which it is learned afresh. Source: chosen; labels settle within 20 to 30 s of two voices."""

LATER_LESSONS = samples_of(60.0)
"""Amount of speech between two lessons after that. Source: chosen; people move and tire, slowly."""

LEAST_RUN_OF_WINDOWS = 3
"""Windows in a row that agree on a voice, for their sound to be that voice's alone. Source: chosen: about a second."""

LEAST_MARGIN_QUANTILE = 0.25
"""Share of each voice's windows, the least certain ones, that teach nothing. Source: chosen; overlap is among them."""

CONFIDENT = 0.8
"""How sure a stretch is to teach anything after the first minute. Source: chosen."""

SETTLED = samples_of(20.0)
"""Amount of speech after which a split into two voices has to agree with what was known before. Source: chosen."""

LEAST_AGREEMENT = 0.75
"""Share of windows that a new split gives to the same voice as what was known before.

Source: chosen; on composed conversations two good splits agree in .9 and more. One voice in two moods may lie farther
apart than two voices, and a split between its moods agrees in about half.
"""

MOST_WINDOWS = 200
"""Windows of each voice, and of both, that are remembered: the newest. Source: chosen; over a minute of speech each."""

MOST_PIECES = 12
"""Pieces of sound of each voice that are held for mixing: the newest. Source: chosen; as many as mixtures are made."""


@dataclass(slots=True, kw_only=True, eq=False)
class Pupil:
    """What has been taken in of one voice: windows of it, float32 (n, ANSWERS, size), and pieces of its sound."""

    windows: list[NDArray[np.float32]] = field(default_factory=list)
    sounds: list[NDArray[np.int16]] = field(default_factory=list)

    def take(self, run: Run, start: int, stop: int) -> None:
        """Take in slots ``start`` to ``stop`` of a run, `ANSWERS` at least."""
        # Copies: a view would hold the whole run in memory.
        self.windows.append(run.windows[start : stop - ANSWERS + 1].copy())
        self.sounds.append(run.slots(start, stop).copy())
        del self.sounds[:-MOST_PIECES]
        while sum(map(len, self.windows)) - len(self.windows[0]) >= MOST_WINDOWS:
            del self.windows[0]


class School:
    """Learns, and is asked what it has learned.

    Parameters
    ----------
    encoder
        Turns mixtures into embeddings.
    anchors
        The centres of enrolled voices, float32 (size,), in the order of `Voice`; None for a voice that is not enrolled.
    """

    def __init__(self, *, encoder: VoiceEncoder, anchors: Anchors) -> None:
        self._encoder = encoder
        self._anchors = anchors
        self._heard = 0
        self._due = 0
        self._pupils = (Pupil(), Pupil())
        self._unread: list[Run] = []

    def hear(self, run: Run) -> bool:
        """Take a run into account, and return whether it is time to learn."""
        self._heard += run.span.duration
        self._unread.append(run)
        return self._heard >= self._next

    @property
    def is_beginning(self) -> bool:
        """Whether there is speech that has not been learned from, in the first minute of it."""
        return self._due < len(FIRST_LESSONS) and bool(self._unread)

    @property
    def _next(self) -> int:
        if self._due < len(FIRST_LESSONS):
            return FIRST_LESSONS[self._due]
        return FIRST_LESSONS[-1] + (self._due - len(FIRST_LESSONS) + 1) * LATER_LESSONS

    def learn(self, runs: Sequence[Run], *, so_far: Couple | None) -> Couple | None:
        """Return what is known of the two voices now; None if two have not been heard yet.

        Parameters
        ----------
        runs
            The newest, as many as are held.
        so_far
            What was known before.
        """
        afresh = self._due < len(FIRST_LESSONS) or so_far is None
        while self._heard >= self._next:
            self._due += 1
        if afresh:
            self._split(runs, so_far=so_far)
        elif so_far is not None:
            self._carry_on(self._unread, couple=so_far)
        self._unread = []
        first, second = self._pupils
        if not first.windows or not second.windows:
            return so_far
        mixed = list(mixed_windows(first.sounds, second.sounds, encoder=self._encoder))
        changes = list(changing_windows(first.sounds, second.sounds, encoder=self._encoder))
        return couple_of(
            Lessons(
                first=np.concatenate(first.windows),
                second=np.concatenate(second.windows),
                both=np.concatenate(mixed),
                changes=np.concatenate([windows for windows, _ in changes]),
                changed_at=np.concatenate([at for _, at in changes]),
            )
        )

    def _split(self, runs: Sequence[Run], *, so_far: Couple | None) -> None:
        """Take in the runs anew, split into two voices; a split that overturns what has been known for long is not."""
        windows = np.concatenate([run.whole for run in runs]) if runs else np.zeros((0, 1), np.float32)
        found = two_voices(windows, anchors=self._anchors)
        if found is None:
            return
        if (
            so_far is not None
            and self._heard >= SETTLED
            and _agreement(found, windows, couple=so_far) < LEAST_AGREEMENT
        ):
            self._carry_on(self._unread, couple=so_far)
            return
        pupils = (Pupil(), Pupil())
        margin = found.margin(windows)
        least = [float(np.quantile(margin[found.label == k], LEAST_MARGIN_QUANTILE)) for k in (0, 1)]
        at = 0
        for run in runs:
            inside = slice(at, at + len(run.whole))
            at = inside.stop
            for voice, first, last in _agreeing(found.label[inside], margin[inside], least=least):
                pupils[voice].take(run, first, last + ANSWERS - 1)
        if all(pupil.windows for pupil in pupils):
            self._pupils = pupils

    def _carry_on(self, runs: Sequence[Run], *, couple: Couple) -> None:
        """Take in the confident speech of runs that have not been read yet."""
        for run in runs:
            evidence = couple.evidence(run.windows)
            for stretch in decoded(evidence):
                long = stretch.stop - stretch.start >= ANSWERS + LEAST_RUN_OF_WINDOWS - 1
                alone = stretch.voice is not Voice.BOTH
                sure = confidence(stretch, evidence) >= CONFIDENT and couple.is_like(stretch, run.windows)
                if long and alone and sure:
                    self._pupils[stretch.voice].take(run, stretch.start, stretch.stop)


def _agreement(found: TwoVoices, windows: NDArray[np.float32], *, couple: Couple) -> float:
    """Return the share of windows, (n, size), whose label is what a couple says of them."""
    likely = couple.classifiers[-1].log_shares(windows)[:, : Voice.BOTH].argmax(axis=1)
    known = found.label >= 0
    return float((likely == found.label)[known].mean())


def _agreeing(
    label: NDArray[np.int64], margin: NDArray[np.float32], *, least: Sequence[float]
) -> list[tuple[int, int, int]]:
    """Return the rows of windows that agree on a voice with some margin: the voice, the first, one after the last."""
    sure = np.where((label >= 0) & (margin > np.take(least, np.maximum(label, 0))), label, -1)
    edges = np.flatnonzero(np.diff(sure, prepend=-2, append=-2))
    return [(int(sure[a]), a, b) for a, b in pairwise(edges.tolist()) if sure[a] >= 0 and b - a >= LEAST_RUN_OF_WINDOWS]
