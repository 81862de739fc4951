"""How alike two learned voices are, and whether one is two, on vectors made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from attune.hearing.voices.likeness import TOO_ALIKE, expected_confusion, holds_two_voices
from attune.profile import VoiceProfile

EAST = np.array([1.0, 0.0, 0.0])
NORTH = np.array([0.0, 1.0, 0.0])


def profile(*directions: NDArray[np.float64], encoder: str = "bands") -> VoiceProfile:
    """Return a profile whose windows end with these directions; what they say earlier must not matter."""
    last = np.stack(directions)
    windows = np.stack([-last, last / np.linalg.norm(last, axis=1, keepdims=True)], axis=1)
    return VoiceProfile(encoder=encoder, windows=windows.astype(np.float32), voiced_s=3.0)


def test_voices_far_apart_are_never_confused() -> None:
    """Every window lies nearer to its own person."""
    assert expected_confusion(profile(*[EAST] * 40), profile(*[NORTH] * 40)) == 0.0


def test_both_people_count_the_same() -> None:
    """Four of forty windows of one and none of the other's thirty: a twentieth."""
    strays = [NORTH if k in (5, 15, 25, 35) else EAST for k in range(40)]
    assert expected_confusion(profile(*strays), profile(*[NORTH] * 30)) == pytest.approx(0.05)


def test_windows_that_share_sound_do_not_vouch_for_each_other() -> None:
    """A person who changes after eleven windows resembles their neighbours alone, and is given away."""
    between = np.array([1.0, 1.0, 0.5])
    changing = profile(*[EAST] * 11, *[NORTH] * 11)
    assert expected_confusion(changing, profile(*[between] * 30)) == 0.5


def test_profiles_too_short_to_compare_say_nothing() -> None:
    """With five windows each, all share sound with each other."""
    assert expected_confusion(profile(*[EAST] * 5), profile(*[NORTH] * 5)) is None


def test_short_profile_leaves_the_long_one_to_be_judged() -> None:
    """What can be judged is; here a sixth of the long one's windows."""
    strays = [NORTH if k % 6 == 0 else EAST for k in range(30)]
    assert expected_confusion(profile(*strays), profile(*[NORTH] * 5)) == pytest.approx(5 / 30)


def test_same_voice_twice_is_too_alike() -> None:
    """Two recordings that differ by chance alone."""
    random = np.random.default_rng(3)
    one, two = (profile(*(EAST + 0.3 * random.normal(size=(64, 3)))) for _ in range(2))
    confused = expected_confusion(one, two)
    assert confused is not None
    assert confused > 3 * TOO_ALIKE


def test_voices_of_different_encoders_are_refused() -> None:
    """Their embeddings mean different things."""
    with pytest.raises(ValueError, match="learned with bands and waves cannot be compared"):
        expected_confusion(profile(*[EAST] * 40), profile(*[EAST] * 40, encoder="waves"))


@pytest.mark.parametrize(
    ("directions", "two"),
    [
        ([EAST] * 32 + [NORTH] * 32, True),
        ([EAST] * 50 + [NORTH] * 14, True),
        ([EAST] * 58 + [NORTH] * 6, False),
        ([EAST] * 32 + [EAST + 0.6 * NORTH] * 32, False),
        ([EAST] * 2, False),
    ],
    ids=["half and half", "a fifth", "a cough", "one person, two moods", "one and the same"],
)
def test_two_voices_in_one_recording_are_noticed(directions: list[NDArray[np.float64]], two: object) -> None:
    """Two groups that are large enough and far enough apart."""
    assert holds_two_voices(profile(*directions)) is two
