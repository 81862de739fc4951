"""Two voices among points on a sphere, whose voices are known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from attune.hearing.voices.clusters import FEWEST_WINDOWS, LEAST_SHARE, two_voices
from attune.hearing.voices.sphere import on_sphere

SIZE = 32
_SHARED, _ONE, _OTHER, THIRD = np.eye(SIZE, dtype=np.float32)[:4]
FIRST, SECOND = on_sphere(np.stack([_SHARED + _ONE, _SHARED + _OTHER]))
"""Two voices at a cosine of .5, and a third far from both."""


def said_by(voice: NDArray[np.float32], count: int, *, seed: int = 1) -> NDArray[np.float32]:
    """Return windows of a voice, at a cosine of about .87 to it, as the real ones are."""
    away = np.random.default_rng(seed).normal(size=(count, SIZE)).astype(np.float32)
    return on_sphere(voice + 0.1 * away)


def near(centre: NDArray[np.float32], voice: NDArray[np.float32]) -> bool:
    """Return whether a centre is that of a voice."""
    return float(centre @ voice) > 0.95


def test_two_voices_are_found_window_by_window() -> None:
    """Turns of 30, 40, 50 and 20 windows: every one is its own voice's."""
    turns = [(FIRST, 30), (SECOND, 40), (FIRST, 50), (SECOND, 20)]
    windows = np.concatenate([said_by(voice, count, seed=k) for k, (voice, count) in enumerate(turns)])
    found = two_voices(windows)
    assert found is not None
    assert found.label.tolist() == [0] * 30 + [1] * 40 + [0] * 50 + [1] * 20
    assert near(found.centres[0], FIRST)
    assert near(found.centres[1], SECOND)
    assert np.linalg.norm(found.centres, axis=1) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("order", [(FIRST, SECOND), (SECOND, FIRST)], ids=["one", "the other"])
def test_who_is_heard_first_comes_first(order: tuple[NDArray[np.float32], ...]) -> None:
    """Without enrolment the names are given by who begins, though they speak the less."""
    windows = np.concatenate([said_by(order[0], 25, seed=1), said_by(order[1], 60, seed=2)])
    found = two_voices(windows)
    assert found is not None
    assert found.label.tolist() == [0] * 25 + [1] * 60


@pytest.mark.parametrize(
    "anchors",
    [(SECOND, FIRST), (SECOND, None), (None, FIRST)],
    ids=["both enrolled", "the first enrolled", "the second enrolled"],
)
def test_order_of_enrolled_voices_is_kept(anchors: tuple[NDArray[np.float32] | None, ...]) -> None:
    """Whoever begins, the enrolled voice keeps its place."""
    windows = np.concatenate([said_by(FIRST, 30, seed=1), said_by(SECOND, 40, seed=2)])
    one, other = anchors
    found = two_voices(windows, anchors=(one, other))
    assert found is not None
    assert found.label.tolist() == [1] * 30 + [0] * 40
    assert near(found.centres[0], SECOND)
    assert near(found.centres[1], FIRST)


def test_enrolment_in_another_mood_still_says_who_is_who() -> None:
    """Anchors half-way to somewhere else are no more than a hint."""
    windows = np.concatenate([said_by(FIRST, 30, seed=1), said_by(SECOND, 40, seed=2)])
    found = two_voices(windows, anchors=(on_sphere(SECOND + THIRD), on_sphere(FIRST + THIRD)))
    assert found is not None
    assert found.label.tolist() == [1] * 30 + [0] * 40


def test_one_voice_alone_is_not_two() -> None:
    """A hundred windows of one person, whatever the chance between them."""
    for seed in range(5):
        assert two_voices(said_by(FIRST, 100, seed=seed)) is None


def test_one_voice_alone_is_not_two_though_two_are_enrolled() -> None:
    """The partner has not spoken yet."""
    assert two_voices(said_by(FIRST, 100), anchors=(FIRST, SECOND)) is None


def test_third_voice_is_left_out() -> None:
    """A guest who says a fifth of it all is neither, and draws no centre away."""
    voices = [(FIRST, 60), (SECOND, 60), (THIRD, 30)]
    windows = np.concatenate([said_by(voice, count, seed=k) for k, (voice, count) in enumerate(voices)])
    found = two_voices(windows)
    assert found is not None
    assert found.label.tolist() == [0] * 60 + [1] * 60 + [-1] * 30
    assert near(found.centres[0], FIRST)
    assert near(found.centres[1], SECOND)


def test_third_voice_that_begins_does_not_come_first() -> None:
    """A television is on before anybody speaks."""
    voices = [(THIRD, 30), (SECOND, 60), (FIRST, 60)]
    windows = np.concatenate([said_by(voice, count, seed=k) for k, (voice, count) in enumerate(voices)])
    found = two_voices(windows)
    assert found is not None
    assert found.label.tolist() == [-1] * 30 + [0] * 60 + [1] * 60


def test_too_few_windows_are_no_two_voices() -> None:
    """Both need enough: one window less than that, and there is one voice."""
    enough, short = said_by(FIRST, FEWEST_WINDOWS, seed=1), said_by(SECOND, FEWEST_WINDOWS - 1, seed=2)
    assert two_voices(np.concatenate([enough, short])) is None
    assert two_voices(np.concatenate([said_by(FIRST, 60), short])) is None
    assert two_voices(np.concatenate([enough, said_by(SECOND, FEWEST_WINDOWS, seed=2)])) is not None


def test_voice_with_hardly_a_share_is_no_partner() -> None:
    """Enough windows, but too few of all: a laugh now and then."""
    some = FEWEST_WINDOWS + 1
    rest = round(some / LEAST_SHARE)
    assert two_voices(np.concatenate([said_by(FIRST, rest + 20, seed=1), said_by(SECOND, some, seed=2)])) is None
    assert two_voices(np.concatenate([said_by(FIRST, rest - 40, seed=1), said_by(SECOND, some, seed=2)])) is not None


def test_no_windows_are_no_voices() -> None:
    """Nothing was said yet."""
    assert two_voices(np.zeros((0, SIZE), np.float32)) is None


def test_margin_is_how_much_nearer_one_centre_is() -> None:
    """A window on a centre is sure, one half-way is not."""
    found = two_voices(np.concatenate([said_by(FIRST, 30, seed=1), said_by(SECOND, 40, seed=2)]))
    assert found is not None
    on, between = found.margin(np.stack([found.centres[0], on_sphere(found.centres.sum(axis=0))]))
    assert on == pytest.approx(1 - found.centres[0] @ found.centres[1], abs=1e-5)
    assert between == pytest.approx(0.0, abs=1e-5)
