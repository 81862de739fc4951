"""What is known of two voices together: how to tell them apart, from each other, from both at once, and from others.

Theory of operation. After every 80 ms of a window there is one classifier with four classes: the first voice, the
second, both at once, and a *change* from one to the other within the window. The first two are learned from windows of
each voice; both at once from windows of the two mixed at several levels; a change from windows cut out of the one
followed by the other. Nobody is asked about changes, but without that class a window half of one voice and half of the
other would pass for both at once. Thresholds come from the same windows: a stretch that looks less like its voice than
all but a few of that voice's own windows is *unknown*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attune.hearing.voices.decoding import VOICES, Stretch
from attune.hearing.voices.encoder import ANSWERS, HOP_FRAMES
from attune.hearing.voices.regression import Classifier, trained
from attune.hearing.voices.sphere import on_sphere

RIDGE = 0.3
"""Weight of the ridge.

Source: tuned on composed conversations of real voices, clean, noisy and reverberant; 0.1 does nearly as well.
"""

LEAST_LIKENESS_SPREADS = 3.5
"""How many standard deviations under the mean likeness of its own windows a stretch is no longer that voice.

Source: chosen; one window in a few hundred, while windows of other voices lie four to five deviations away.
"""

CHANGE_WITHIN = (0.3, 0.8)
"""Where in an answer's sound a change lies for it to count as one.

Source: chosen; nearer its ends the answer is of one voice.
"""

_FEWEST_CHANGES = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lessons:
    """What two voices are learned from: windows of embeddings, float32 (n, ANSWERS, size).

    Attributes
    ----------
    first, second
        Of one voice each.
    both
        Of both at once.
    changes, changed_at
        Of a change from one voice to the other, and after how many frames it comes: int (n,).
    """

    first: NDArray[np.float32]
    second: NDArray[np.float32]
    both: NDArray[np.float32]
    changes: NDArray[np.float32]
    changed_at: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Couple:
    """Two voices that can be told apart.

    Attributes
    ----------
    classifiers
        One for each answer, with the voices in the order of `Voice`, and perhaps more classes behind them.
    centres
        The mean of each voice's answers, float32 (VOICES, ANSWERS, size) of length 1.
    least_likeness
        The cosine to its centre that a stretch has at least: float32 (VOICES, ANSWERS).
    """

    classifiers: tuple[Classifier, ...]
    centres: NDArray[np.float32]
    least_likeness: NDArray[np.float32]

    def evidence(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how likely each answer is of each voice: log-probabilities (n, ANSWERS, VOICES)."""
        found = np.empty((len(windows), ANSWERS, VOICES), np.float32)
        for answer, classifier in enumerate(self.classifiers):
            found[:, answer] = classifier.log_shares(windows[:, answer])[:, :VOICES]
        return found

    def is_like(self, stretch: Stretch, windows: NDArray[np.float32]) -> bool:
        """Return whether a stretch of a run sounds like the voice that it was given to.

        Parameters
        ----------
        stretch
            Slots and their voice.
        windows
            The run's windows, one a slot, float32 (n, ANSWERS, size).
        """
        length = min(stretch.stop - stretch.start, ANSWERS)
        inside = windows[stretch.start : stretch.stop - length + 1, length - 1]
        likeness = inside @ self.centres[stretch.voice, length - 1]
        return float(likeness.mean()) >= float(self.least_likeness[stretch.voice, length - 1])


def couple_of(lessons: Lessons) -> Couple:
    """Return what two voices together teach."""
    voices = (lessons.first, lessons.second, lessons.both)
    classifiers = []
    for answer in range(ANSWERS):
        classes = [windows[:, answer] for windows in voices]
        inside = _changes(lessons, answer)
        if len(inside) >= _FEWEST_CHANGES:
            classes.append(inside)
        classifiers.append(trained(classes, ridge=RIDGE))
    centres = on_sphere(np.stack([windows.mean(axis=0) for windows in voices]))
    return Couple(
        classifiers=tuple(classifiers),
        centres=centres,
        least_likeness=np.stack([_least(windows, centre) for windows, centre in zip(voices, centres, strict=True)]),
    )


def _changes(lessons: Lessons, answer: int) -> NDArray[np.float32]:
    frames = (answer + 1) * HOP_FRAMES
    at = lessons.changed_at
    counts = (at >= CHANGE_WITHIN[0] * frames) & (at <= CHANGE_WITHIN[1] * frames)
    inside: NDArray[np.float32] = lessons.changes[counts, answer]
    return inside


def _least(windows: NDArray[np.float32], centre: NDArray[np.float32]) -> NDArray[np.float32]:
    likeness = np.einsum("nas,as->na", windows, centre)
    least: NDArray[np.float32] = likeness.mean(axis=0) - LEAST_LIKENESS_SPREADS * likeness.std(axis=0)
    return least


def couple_of_profiles(first: NDArray[np.float32], second: NDArray[np.float32]) -> Couple:
    """Return what the embeddings of two enrolled voices teach before both have been heard together.

    Where two speak at once is guessed from the points half-way between the two voices; it is learned from their sound
    as soon as there is some.

    Parameters
    ----------
    first, second
        Windows of each profile, float32 (n, ANSWERS, size).
    """
    count = max(len(first), len(second))
    between = on_sphere(np.resize(first, (count, *first.shape[1:])) + np.resize(second, (count, *second.shape[1:])))
    nothing: Sequence[int] = ()
    return couple_of(
        Lessons(
            first=first,
            second=second,
            both=between.astype(np.float32),
            changes=first[:0],
            changed_at=np.array(nothing, np.int64),
        )
    )
