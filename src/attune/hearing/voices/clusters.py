"""Finds two voices among windows of speech that nobody has named.

Theory of operation. Windows of one voice lie close together on the sphere of embeddings. The two main voices are the
two centres whose windows lie nearest to them: k-means with two centres on the sphere, begun from enrolled voices
or, if there are not two, from the splits along the main directions of spread. Windows far from both centres (a third
voice, a television) are left out of them in every round.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attune.hearing.voices.sphere import on_sphere

FEWEST_WINDOWS = 15
"""Windows that a voice has at least before it counts as one: 80 ms apart, 2 s of speech in one piece.

Source: chosen; with ten, a laugh or a clearing of the throat can become the second person.
"""

LEAST_SHARE = 0.06
"""Share of all windows that a voice has at least. Source: chosen; a partner who hardly speaks has more."""

NEAREST_CENTRES = 0.92
"""Cosine above which two centres are one voice.

Source: measured on composed conversations of real voices, clean, noisy and reverberant: the centres of two people lie
at .62 to .90, those of one person's speech cut in two at .93 and more.
"""

FARTHEST_WINDOW = 0.6
"""Cosine to the nearer centre under which a window is neither voice's.

Source: measured on composed conversations: windows of 0.8 s lie at .82 ± .05 from their own voice's centre.
"""

Anchors = tuple[NDArray[np.float32] | None, NDArray[np.float32] | None]
"""The centres of two enrolled voices, (size,) each; None for one that is not enrolled."""

_ROUNDS = 20
_SPREADS = 3
_CUTS = (20.0, 50.0, 80.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TwoVoices:
    """Two centres, float32 (2, size) of length 1, and whose each window is: int (n,), 0 or 1, −1 for neither's."""

    centres: NDArray[np.float32]
    label: NDArray[np.int64]

    def margin(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return by how much windows (n, size) lie nearer to one centre than to the other: (n,)."""
        likeness = windows @ self.centres.T
        margin: NDArray[np.float32] = np.abs(likeness[:, 0] - likeness[:, 1])
        return margin


def two_voices(windows: NDArray[np.float32], *, anchors: Anchors = (None, None)) -> TwoVoices | None:
    """Return the two main voices among windows of speech; None if there are not two.

    Parameters
    ----------
    windows
        Embeddings of windows of 0.8 s, float32 (n, size).
    anchors
        Centres of enrolled voices: then the order of the voices is theirs. Otherwise the voice of the first window
        comes first.
    """
    if len(windows) < 2 * FEWEST_WINDOWS:
        return None
    best: tuple[float, TwoVoices] | None = None
    for begun in _beginnings(windows, anchors):
        found = _converged(windows, begun)
        if found is None:
            continue
        fit = float((windows @ found.centres.T).max(axis=1).clip(min=FARTHEST_WINDOW).sum())
        if best is None or fit > best[0]:
            best = (fit, found)
    return None if best is None else _ordered(best[1], anchors)


def _beginnings(windows: NDArray[np.float32], anchors: Anchors) -> Iterator[NDArray[np.float32]]:
    """Yield pairs of centres to begin with: the enrolled ones, or, if not both are known, what splits the windows."""
    first, second = anchors
    if first is not None and second is not None:
        yield np.stack([first, second])
        return
    centred = windows - windows.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    for k in range(1, _SPREADS + 1):
        along = centred @ directions[:, -k]
        for cut in _CUTS:
            upper = along > np.percentile(along, cut)
            if 0 < upper.sum() < len(upper):
                yield on_sphere(np.stack([windows[~upper].mean(axis=0), windows[upper].mean(axis=0)]))


def _converged(windows: NDArray[np.float32], centres: NDArray[np.float32]) -> TwoVoices | None:
    label = np.full(len(windows), -1)
    for _ in range(_ROUNDS):
        likeness = windows @ centres.T
        now = np.where(likeness.max(axis=1) >= FARTHEST_WINDOW, likeness.argmax(axis=1), -1)
        if (now == label).all():
            break
        label = now
        if min((label == 0).sum(), (label == 1).sum()) < max(FEWEST_WINDOWS, LEAST_SHARE * len(windows)):
            return None
        centres = on_sphere(np.stack([windows[label == k].mean(axis=0) for k in (0, 1)]))
    if float(centres[0] @ centres[1]) > NEAREST_CENTRES:
        return None
    return TwoVoices(centres=centres.astype(np.float32), label=label)


def _ordered(found: TwoVoices, anchors: Anchors) -> TwoVoices:
    if all(anchor is None for anchor in anchors):
        swapped = bool(found.label[found.label >= 0][0] == 1)
    else:
        straight, crossed = (
            sum(float(centre @ anchor) for centre, anchor in zip(centres, anchors, strict=True) if anchor is not None)
            for centres in (found.centres, found.centres[::-1])
        )
        swapped = crossed > straight
    if not swapped:
        return found
    return TwoVoices(centres=found.centres[::-1].copy(), label=np.where(found.label >= 0, 1 - found.label, -1))
