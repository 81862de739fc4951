"""Two voices mixed and strung together, so that it is known what they sound like at once."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from attune.hearing.framer import FRAME
from attune.hearing.voices.encoder import ANSWERS, FEATURE_CONTEXT, WINDOW_FRAMES
from attune.hearing.voices.mixing import LEVELS_DB, MIXTURES, SLOT, WINDOW, changing_windows, embedded, mixed_windows
from fake_voice_encoder import SIZE, BandEncoder
from made_voices import ANNA, BEN, voice_of


class Listening(BandEncoder):
    """Notes the sound that it is given, without its context."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[NDArray[np.float32]] = []

    def features(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the features, and note the sound."""
        self.heard.append(samples[FEATURE_CONTEXT:-FEATURE_CONTEXT])
        return super().features(samples)


def steady(value: int, *lengths: int) -> list[NDArray[np.int16]]:
    """Return pieces of sound of one value, so many samples long."""
    return [np.full(length, value, np.int16) for length in lengths]


def mixed(first: list[NDArray[np.int16]], second: list[NDArray[np.int16]]) -> list[NDArray[np.float32]]:
    """Return the mixtures of two people's sound, as the encoder hears them."""
    encoder = Listening()
    list(mixed_windows(first, second, encoder=encoder))
    return encoder.heard


def test_mixture_is_the_sum_of_both_at_several_levels() -> None:
    """The first is made louder by each level in turn, half of it by softening the second."""
    heard = mixed(steady(8_192, *[2 * WINDOW] * 5), steady(4_096, *[2 * WINDOW] * 5))
    for sound, level in zip(heard, LEVELS_DB, strict=False):
        half = 10 ** (level / 40)
        assert sound == pytest.approx(np.full(2 * WINDOW, 0.25 * half + 0.125 / half), abs=1e-5)


def test_mixture_is_as_long_as_the_shorter_piece() -> None:
    """No window is half of one voice alone: a window and a half against three give a window and a half."""
    (sound,) = mixed(steady(8_192, 3 * WINDOW // 2), steady(4_096, 3 * WINDOW // 2))
    assert len(sound) == 3 * WINDOW // 2
    assert {len(sound) for sound in mixed(steady(8_192, 3 * WINDOW // 2), steady(4_096, 3 * WINDOW))} == {
        3 * WINDOW // 2,
        WINDOW,
    }


@pytest.mark.parametrize(("ours", "theirs"), [(3, 4), (4, 3), (1, 2), (1, 12), (3, 3)])
def test_each_piece_of_one_meets_each_of_the_other(ours: int, theirs: int) -> None:
    """Three pieces and four make twelve mixtures, no two alike."""
    first = [np.full(WINDOW, 1_000 * (k + 1), np.int16) for k in range(ours)]
    second = [np.full(WINDOW, 10_000 + 1_300 * k, np.int16) for k in range(theirs)]
    heard = mixed(first, second)
    pairs = set()
    for k, sound in enumerate(heard):
        half = 10 ** (LEVELS_DB[k % len(LEVELS_DB)] / 40)
        away = {
            (a, b): abs(sound[0] * 32_768 - first[a][0] * half - second[b][0] / half)
            for a in range(ours)
            for b in range(theirs)
        }
        pairs.add(min(away, key=lambda pair: away[pair]))
    assert len(pairs) == len(heard) == min(ours * theirs, MIXTURES)


def test_no_lesson_takes_more_mixtures_than_it_needs() -> None:
    """However much sound there is."""
    pieces = steady(8_192, *[10 * WINDOW] * 6)
    encoder = BandEncoder()
    assert len(list(mixed_windows(pieces, pieces, encoder=encoder))) == MIXTURES
    assert len(list(changing_windows(pieces, pieces, encoder=encoder))) == MIXTURES


def test_windows_of_a_mixture_lie_within_it() -> None:
    """Two windows' length hold windows at slots 0, 2, 4, 6, 8 and 10; one window's length holds one."""
    long, short = ([voice_of(person, slots) for person in (ANNA, BEN)] for slots in (20, 10))
    for (first, second), count in ((long, 6), (short, 1)):
        (windows,) = mixed_windows([first], [second], encoder=BandEncoder())
        assert windows.shape == (count, ANSWERS, SIZE)


def test_change_comes_after_the_frames_that_are_told() -> None:
    """Windows that begin in the one voice end in the other, and each change lies inside."""
    encoder = Listening()
    ((windows, changed_at),) = changing_windows(steady(8_192, WINDOW), steady(-8_192, WINDOW), encoder=encoder)
    assert windows.shape == (len(changed_at), ANSWERS, SIZE)
    assert changed_at.min() > 0
    assert changed_at.max() < WINDOW_FRAMES
    (sound,) = encoder.heard
    for at in changed_at.tolist():
        start = WINDOW - at * FRAME
        assert set(sound[start : start + at * FRAME].tolist()) == {0.25}
        assert set(sound[start + at * FRAME : start + WINDOW].tolist()) == {-0.25}


def test_changes_go_either_way_in_turn() -> None:
    """From the first voice to the second, then from the second to the first."""
    encoder = Listening()
    list(changing_windows(steady(8_192, WINDOW, WINDOW), steady(-8_192, WINDOW, WINDOW), encoder=encoder))
    assert [float(np.sign(sound[0])) for sound in encoder.heard] == [1.0, -1.0, 1.0, -1.0]


def test_change_is_strung_of_the_end_of_one_and_the_start_of_the_other() -> None:
    """The embedded windows are those of the sound that a listener would hear."""
    first, second = voice_of(ANNA, 10), voice_of(BEN, 10)
    ((windows, changed_at),) = changing_windows([first], [second], encoder=BandEncoder())
    sound = np.concatenate([first, second]).astype(np.float32) / np.float32(32_768)
    starts = [WINDOW - at * FRAME for at in changed_at.tolist()]
    assert windows == pytest.approx(embedded(sound, starts, encoder=BandEncoder()), abs=1e-6)


def test_same_sound_again_gives_the_same_mixtures() -> None:
    """Nothing is left to chance."""
    sounds = [[voice_of(person, 20, seed=k) for k in range(3)] for person in (ANNA, BEN)]
    for one, other in zip(mixed(*sounds), mixed(*sounds), strict=True):
        assert (one == other).all()


def test_window_beyond_the_sound_is_filled_with_silence() -> None:
    """Sound of six slots: the first six answers are as in longer sound, and all there are ten."""
    sound = voice_of(ANNA, 12).astype(np.float32) / np.float32(32_768)
    short = embedded(sound[: 6 * SLOT], [0], encoder=BandEncoder())
    assert short.shape == (1, ANSWERS, SIZE)
    assert short[:, :5] == pytest.approx(embedded(sound, [0], encoder=BandEncoder())[:, :5], abs=1e-4)
