"""Classes of points that are known, and how sure the classifier is of each."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from attune.hearing.voices.regression import Classifier, trained
from attune.hearing.voices.sphere import on_sphere

EAST = np.array([1.0, 0.0, 0.0, 0.0])
NORTH = np.array([0.0, 1.0, 0.0, 0.0])
UP = np.array([0.0, 0.0, 1.0, 0.0])
RIDGE = 0.1


def around(direction: NDArray[np.float64], count: int, *, seed: int, spread: float = 0.1) -> NDArray[np.float32]:
    """Return points about a direction."""
    points = direction + spread * np.random.default_rng(seed).normal(size=(count, 4))
    return on_sphere(points.astype(np.float32))


def shares(classifier: Classifier, *points: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the probability of every class for some points."""
    return np.exp(classifier.log_shares(np.stack(points).astype(np.float32)))


def loss(classes: list[NDArray[np.float32]], classifier: Classifier, *, ridge: float) -> float:
    """Return what is minimised: the mean cross-entropy of the classes, and the ridge on weights in unit scale."""
    crossed = np.mean([-classifier.log_shares(points)[:, k].mean() for k, points in enumerate(classes)])
    return float(crossed + ridge / 2 * (classifier.weights / np.sqrt(len(classifier.weights))).__pow__(2).sum())


def test_separable_classes_are_told_apart() -> None:
    """Points that the classifier has not seen, of three classes, all go to their own."""
    classifier = trained([around(at, 30, seed=k) for k, at in enumerate((EAST, NORTH, UP))], ridge=RIDGE)
    for k, at in enumerate((EAST, NORTH, UP)):
        assert (classifier.log_shares(around(at, 50, seed=10 + k)).argmax(axis=1) == k).all()


def test_probabilities_sum_to_one() -> None:
    """For points near the classes and far from all of them; as logarithms they are never above 0."""
    classifier = trained([around(EAST, 20, seed=1), around(NORTH, 20, seed=2)], ridge=RIDGE)
    points = np.random.default_rng(3).normal(size=(40, 4)).astype(np.float32) * 30
    found = classifier.log_shares(points)
    assert found.shape == (40, 2)
    assert found.dtype == np.float32
    assert found.max() <= 0.0
    assert np.exp(found).sum(axis=1) == pytest.approx(1.0, abs=1e-5)


def test_no_points_have_no_probabilities() -> None:
    """A run without windows is no special case."""
    classifier = trained([around(EAST, 20, seed=1), around(NORTH, 20, seed=2)], ridge=RIDGE)
    assert classifier.log_shares(np.zeros((0, 4), np.float32)).shape == (0, 2)


def test_who_speaks_more_is_not_likelier_for_it() -> None:
    """One voice has a hundred windows for each of the other's: half-way between them both are equally likely."""
    few, many = np.tile(EAST, (5, 1)), np.tile(NORTH, (500, 1))
    classifier = trained([few.astype(np.float32), many.astype(np.float32)], ridge=RIDGE)
    assert shares(classifier, EAST + NORTH)[0] == pytest.approx([0.5, 0.5], abs=0.01)


def test_points_said_twice_say_nothing_new() -> None:
    """Repeating a class leaves everything as it was."""
    first, second = around(EAST, 15, seed=1, spread=0.4), around(NORTH, 15, seed=2, spread=0.4)
    once = trained([first, second], ridge=RIDGE)
    often = trained([np.concatenate([first] * 4), second], ridge=RIDGE)
    points = (EAST, NORTH, UP, EAST + NORTH)
    assert shares(once, *points) == pytest.approx(shares(often, *points), abs=1e-3)


def test_more_ridge_is_less_sure() -> None:
    """The same points, and shares nearer to a half."""
    classes = [around(EAST, 30, seed=1, spread=0.3), around(NORTH, 30, seed=2, spread=0.3)]
    bold, careful = (shares(trained(classes, ridge=ridge), EAST)[0, 0] for ridge in (0.01, 1.0))
    assert bold > careful > 0.5


def test_same_points_for_both_classes_say_nothing() -> None:
    """Two voices that are one are equally likely everywhere."""
    points = around(EAST, 20, seed=1)
    assert shares(trained([points, points], ridge=RIDGE), EAST, NORTH, UP) == pytest.approx(0.5, abs=1e-3)


def test_descent_comes_within_a_hundredth_of_the_minimum() -> None:
    """No other weights that thousands of small random steps find are better by more."""
    classes = [around(at, 25, seed=k, spread=0.5) for k, at in enumerate((EAST, NORTH, EAST + UP))]
    found = trained(classes, ridge=RIDGE)
    least = loss(classes, found, ridge=RIDGE)
    random = np.random.default_rng(7)
    best, size = (found.weights, found.bias), 0.3
    lowest = least
    for k in range(2_000):
        step = size * 0.998**k
        weights = best[0] + step * random.normal(size=found.weights.shape).astype(np.float32)
        bias = best[1] + step * random.normal(size=found.bias.shape).astype(np.float32)
        tried = loss(classes, Classifier(weights=weights, bias=bias), ridge=RIDGE)
        if tried < lowest:
            best, lowest = (weights, bias), tried
    assert least <= 1.01 * lowest


def test_same_lesson_again_learns_the_same() -> None:
    """Nothing is random."""
    classes = [around(EAST, 20, seed=1), around(NORTH, 20, seed=2)]
    one, other = trained(classes, ridge=RIDGE), trained(classes, ridge=RIDGE)
    assert (one.weights == other.weights).all()
    assert (one.bias == other.bias).all()


@pytest.mark.parametrize(
    ("sizes", "told"),
    [([], r"not \[\]"), ([4], r"not \[4\]"), ([4, 0], r"not \[4, 0\]")],
    ids=["none", "one", "an empty one"],
)
def test_fewer_than_two_classes_are_refused(sizes: list[int], told: str) -> None:
    """There is nothing to tell apart."""
    with pytest.raises(ValueError, match=told):
        trained([around(EAST, size, seed=1) for size in sizes], ridge=RIDGE)
