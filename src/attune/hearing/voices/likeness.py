"""How far learned voices lie apart: from one another, and within what should be one voice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from attune.profile import VoiceProfile

NEIGHBOURS = 10
"""Windows on either side that share sound with a window, 80 ms apart and 0.8 s long; they say nothing new about it."""

TOO_ALIKE = 0.1
"""From this share of confused windows on, two voices are too alike for one microphone.

Source: fourteen dyads of real voices, seeds 1 and 2, and the fixtures: of 1234 pairs of recordings of different people
92 % lie below it, the median at none; of 177 pairs of recordings of one person all lie above .30.
"""

FAR_APART = 0.77
"""Cosine of two halves of a profile under which they are two people's.

Source: the same recordings, and the tracks of the dyads: halves of one voice lie above it in 122 of 124 cases, the
middle of them at .88. Whole conversations of two people lie below it in 10 of 22 cases; in the others the voices are
near to each other, or one person speaks most of the time. So it is a reason to ask, and no more.
"""

LEAST_HALF = 0.15
"""Share of the windows that the smaller half has at least. Source: chosen; less is a cough, or a laugh."""

_ROUNDS = 10
"""Rounds in which windows go to the nearer half. Source: chosen; halves of 64 windows settle in fewer than ten."""


def expected_confusion(a: VoiceProfile, b: VoiceProfile) -> float | None:
    """Return which share of two people's windows of 0.8 s would be given to the other one, both counting the same.

    Each window is held against the mean of the other's windows and the mean of its own person's, without those that
    share sound with it. None if both profiles are too short for that.

    Raises
    ------
    ValueError
        If the profiles were made by different encoders.
    """
    if a.encoder != b.encoder:
        raise ValueError(f"voices learned with {a.encoder} and {b.encoder} cannot be compared")
    ours, theirs = _whole(a), _whole(b)
    shares = [share for pair in ((ours, theirs), (theirs, ours)) if (share := _given_away(*pair)) is not None]
    return float(np.mean(shares)) if shares else None


def holds_two_voices(profile: VoiceProfile) -> bool:
    """Return whether the windows of a profile fall into two groups as far apart as two people are."""
    windows = _whole(profile)
    away = windows - windows.mean(axis=0)
    first = away @ np.linalg.svd(away, full_matrices=False)[2][0] > 0
    likeness = 1.0
    for _ in range(_ROUNDS):
        if min(first.mean(), 1 - first.mean()) < LEAST_HALF:
            return False
        one, another = _direction(windows[first].sum(axis=0)), _direction(windows[~first].sum(axis=0))
        likeness = float(one @ another)
        first = windows @ one > windows @ another
    return likeness < FAR_APART


def _whole(profile: VoiceProfile) -> NDArray[np.float64]:
    """Return what each window says after all of its sound, shape (n, size)."""
    return profile.windows[:, -1].astype(np.float64)


def _given_away(own: NDArray[np.float64], other: NDArray[np.float64]) -> float | None:
    """Return the share of a person's windows that lie nearer to the other person; None if none can be judged."""
    total, rival = own.sum(axis=0), _direction(other.sum(axis=0))
    judged = []
    for k, window in enumerate(own):
        around = own[max(0, k - NEIGHBOURS) : k + NEIGHBOURS + 1]
        if len(around) < len(own):
            judged.append(bool(window @ rival > window @ _direction(total - around.sum(axis=0))))
    return float(np.mean(judged)) if judged else None


def _direction(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    direction: NDArray[np.float64] = vector / np.linalg.norm(vector)
    return direction
