"""Two voices together: evidence for each of them and for both, and who is neither."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from attune.hearing.voices.couple import CHANGE_WITHIN, Couple, Lessons, couple_of, couple_of_profiles
from attune.hearing.voices.decoding import VOICES, Stretch, Voice
from attune.hearing.voices.encoder import ANSWERS, HOP_FRAMES
from attune.hearing.voices.sphere import on_sphere
from made_voices import ANNA, BEN, GUEST, anna_and_ben, run_of

FIRST, SECOND, BOTH = Voice
SIZE = 64
EAST, NORTH, UP = np.eye(SIZE, dtype=np.float32)[:3]


def windows_of(voice: NDArray[np.float32], count: int, *, seed: int) -> NDArray[np.float32]:
    """Return windows of a voice that come nearer to it answer by answer, float32 (count, ANSWERS, SIZE)."""
    away = np.random.default_rng(seed).normal(size=(count, ANSWERS, SIZE)).astype(np.float32)
    spread = np.linspace(0.12, 0.05, ANSWERS, dtype=np.float32)[:, None]
    return on_sphere(voice + spread * away)


def lessons(*, changes: int) -> Lessons:
    """Return lessons of two voices far apart, with so many windows of a change after four slots of ten."""
    before, after = windows_of(EAST, changes, seed=4), windows_of(on_sphere(EAST + NORTH + UP), changes, seed=5)
    at = 4
    return Lessons(
        first=windows_of(EAST, 40, seed=1),
        second=windows_of(NORTH, 60, seed=2),
        both=windows_of(on_sphere(EAST + NORTH), 50, seed=3),
        changes=np.concatenate([before[:, :at], after[:, at:]], axis=1),
        changed_at=np.full(changes, at * HOP_FRAMES),
    )


def likeliest(couple: Couple, windows: NDArray[np.float32]) -> set[int]:
    """Return which voices the last answers of some windows are likeliest of."""
    return set(couple.evidence(windows)[:, -1].argmax(axis=1).tolist())


def test_each_voice_is_known_again() -> None:
    """Windows that nothing was learned from go to their voice, after every answer."""
    couple = couple_of(lessons(changes=40))
    for voice, at in ((FIRST, EAST), (SECOND, NORTH), (BOTH, on_sphere(EAST + NORTH))):
        evidence = couple.evidence(windows_of(at, 30, seed=10))
        assert evidence.shape == (30, ANSWERS, VOICES)
        assert evidence.dtype == np.float32
        assert evidence.max() <= 0.0
        assert (evidence[:, 4:].argmax(axis=2) == voice).mean() >= 0.97


def test_change_from_one_to_the_other_is_no_overlap() -> None:
    """A window half of one and half of the other looks like both, and gives none of the three much."""
    taught = couple_of(lessons(changes=40))
    changes = lessons(changes=60).changes[40:]
    assert np.exp(taught.evidence(changes)[:, -1]).sum(axis=1).max() < 0.5
    untaught = couple_of(lessons(changes=0))
    assert np.exp(untaught.evidence(changes)[:, -1]).sum(axis=1) == pytest.approx(1.0, abs=1e-4)
    assert likeliest(untaught, changes) == {BOTH}


def test_change_that_an_answer_has_not_reached_counts_as_one_voice() -> None:
    """After two slots the change at the fourth is still to come: there is no class of changes."""
    couple = couple_of(lessons(changes=40))
    classes = [len(classifier.bias) for classifier in couple.classifiers]
    share = [4 / (answer + 1) for answer in range(ANSWERS)]
    assert classes == [4 if CHANGE_WITHIN[0] <= at <= CHANGE_WITHIN[1] else 3 for at in share]


def test_third_voice_is_like_neither() -> None:
    """A stretch sounds like its own voice, not like the other, and a third sounds like none."""
    couple = couple_of(lessons(changes=40))
    turns = [windows_of(at, 30, seed=20 + k) for k, at in enumerate((EAST, NORTH, UP))]
    alike = [
        [couple.is_like(Stretch(start=5, stop=20, voice=voice), windows) for voice in (FIRST, SECOND)]
        for windows in turns
    ]
    assert alike == [[True, False], [False, True], [False, False]]


@pytest.mark.parametrize("slots", [1, 4, ANSWERS, 25])
def test_likeness_asks_only_windows_within_the_stretch(slots: int) -> None:
    """What the windows say of time behind its end does not matter, nor do later windows."""
    couple = couple_of(lessons(changes=40))
    windows = windows_of(EAST, 30, seed=20)
    stretch = Stretch(start=2, stop=2 + slots, voice=FIRST)
    for start in range(len(windows)):
        windows[start, max(0, stretch.stop - start) :] = UP
    windows[:2] = UP
    assert couple.is_like(stretch, windows)


def test_real_mixtures_are_learned_and_a_guest_is_refused() -> None:
    """Made voices, mixed as they are in a session: Anna, Ben, and a guest who is like neither of them."""
    couple = anna_and_ben()
    stretch = {voice: Stretch(start=0, stop=20, voice=voice) for voice in Voice}
    anna, ben, guest = (run_of((person, 30), seed=9).windows for person in (ANNA, BEN, GUEST))
    both = run_of((BOTH, 30), seed=9).windows[:20]
    assert likeliest(couple, anna[:20]) == {FIRST}
    assert likeliest(couple, ben[:20]) == {SECOND}
    assert likeliest(couple, both) == {BOTH}
    assert couple.is_like(stretch[FIRST], anna)
    assert couple.is_like(stretch[SECOND], ben)
    assert not any(couple.is_like(stretch[voice], guest) for voice in Voice)


def test_profiles_alone_tell_two_voices_apart() -> None:
    """Before anything was heard: of different lengths, and both at once is guessed to lie between."""
    couple = couple_of_profiles(windows_of(EAST, 12, seed=1), windows_of(NORTH, 64, seed=2))
    assert likeliest(couple, windows_of(EAST, 30, seed=10)) == {FIRST}
    assert likeliest(couple, windows_of(NORTH, 30, seed=11)) == {SECOND}
    assert likeliest(couple, windows_of(on_sphere(EAST + NORTH), 30, seed=12)) == {BOTH}
    assert not couple.is_like(Stretch(start=0, stop=20, voice=FIRST), windows_of(UP, 30, seed=13))


def test_order_of_profiles_is_the_order_of_voices() -> None:
    """Swapped profiles swap the voices, and nothing else."""
    first, second, heard = (windows_of(at, 30, seed=k) for k, at in enumerate((EAST, NORTH, EAST)))
    one, other = couple_of_profiles(first, second), couple_of_profiles(second, first)
    assert one.evidence(heard) == pytest.approx(other.evidence(heard)[:, :, [SECOND, FIRST, BOTH]], abs=1e-4)
    assert one.centres == pytest.approx(other.centres[[SECOND, FIRST, BOTH]], abs=1e-6)
