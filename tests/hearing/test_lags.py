"""Where sound comes from: lags to a tenth of a sample, in the frames where they belong."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from attune.hearing.framer import FRAME, STEP
from attune.hearing.lags import DIRECTION_DELAY, LAGS, DirectedFrames, DirectionSense, height_at
from directed_sound import delayed, directed
from fake_detectors import as_int16, noise, silence


def two_capsules(sound: NDArray[np.float64], lag: float) -> NDArray[np.int16]:
    """Return a sound that reaches the second channel later by a lag."""
    return as_int16(delayed(sound, -lag / 2), delayed(sound, lag / 2))


@pytest.mark.parametrize("lag", [-8.3, -4.2, -0.5, 0.0, 0.125, 1.0, 5.0, 9.5])
def test_lag_of_white_noise_is_known_to_a_tenth_of_a_sample(lag: float) -> None:
    """Fractions of a sample too, and in every single frame."""
    heard = directed(two_capsules(noise(8 * STEP, -20.0), lag))[4:-4]
    assert np.abs(heard.lag - lag).max() <= 0.1
    assert heard.curve.max(axis=1).min() >= 0.9


def test_lag_of_pulses_is_known_to_a_tenth_of_a_sample() -> None:
    """A click every 5 ms for less than a second: sound as steady as that is the room's, later on."""
    pulses = silence(5 * STEP)
    pulses[::80] = 0.5
    heard = directed(two_capsules(pulses, 3.3))[8:-8]
    assert np.abs(heard.lag - 3.3).max() <= 0.1


def test_lag_beyond_the_outermost_is_not_made_up() -> None:
    """Microphones a metre apart have no peak within reach of one stereo microphone."""
    heard = directed(two_capsules(noise(8 * STEP, -20.0), 40.0))[4:-4]
    assert np.median(heard.clarity) < 4.5
    assert heard.curve.max() < 0.3


def test_change_of_direction_is_dated_to_the_frame() -> None:
    """The lag changes at frame 40: two frames beside it each side has its own."""
    left, right = (two_capsules(noise(8 * STEP, -20.0), lag) for lag in (-4.0, 5.0))
    heard = directed(np.concatenate([left[: 40 * FRAME], right[40 * FRAME :]]))
    assert np.abs(heard.lag[10:38] + 4.0).max() <= 0.1
    assert np.abs(heard.lag[42:100] - 5.0).max() <= 0.1
    assert abs(int(np.flatnonzero(heard.lag > 0)[np.flatnonzero(heard.lag > 0) >= 10][0]) - 40) <= 1


def test_two_directions_at_once_make_two_peaks() -> None:
    """Each is about as high as its share of the cells."""
    first, second = (two_capsules(noise(5 * STEP, -26.0, seed=k), lag) for k, lag in ((1, -4.0), (2, 5.0)))
    heard = directed(first + second)[4:-4]
    for lag in (-4.0, 5.0):
        assert height_at(heard.curve, lag=lag).mean() == pytest.approx(0.5, abs=0.1)
    assert abs(height_at(heard.curve, lag=0.5).mean()) <= 0.1


def test_noise_of_each_capsule_is_from_nowhere() -> None:
    """What is not the same in both channels has no clear peak."""
    heard = directed(as_int16(noise(8 * STEP, -40.0, seed=1), noise(8 * STEP, -40.0, seed=2)))
    assert heard.clarity.max() < 4.5


def test_voice_in_steady_noise_is_heard_from_its_own_side() -> None:
    """Steady noise from the other side is learned and left out, though it fills the gaps of the burst."""
    burst = noise(24 * STEP, -20.0)
    burst[: 12 * STEP] = 0
    heard = directed(two_capsules(burst, 5.0) + two_capsules(noise(24 * STEP, -40.0, seed=2), -4.0))
    assert np.abs(heard.lag[12 * 16 + 4 : -4] - 5.0).max() <= 0.15
    assert np.median(heard.cells[100:180]) < 0.4 * np.median(heard.cells[200:])


def test_digital_silence_has_no_cells() -> None:
    """Nothing is divided by nothing."""
    heard = directed(as_int16(silence(4 * STEP), silence(4 * STEP)))
    assert heard.cells.max() == 0
    assert heard.curve.tolist() == np.zeros((len(heard), len(LAGS))).tolist()


def test_levels_of_the_channels_are_compared() -> None:
    """The first is 6 dB louder."""
    sound = noise(8 * STEP, -20.0)
    heard = directed(as_int16(sound, 0.5012 * sound))
    assert heard.difference_db[4:-4].tolist() == pytest.approx([6.0] * (len(heard) - 8), abs=0.1)


def test_lags_do_not_depend_on_the_level() -> None:
    """Sound 40 dB softer, and a softer capsule, have the lag that they had."""
    sound = noise(8 * STEP, -60.0)
    heard = directed(as_int16(delayed(sound, -2.5), 0.5 * delayed(sound, 2.5)))[4:-4]
    assert np.abs(heard.lag - 5.0).max() <= 0.15


def test_restart_forgets_everything() -> None:
    """After a restart the same sound gives the same frames to the last bit."""
    samples = two_capsules(noise(6 * STEP, -20.0), 5.0)
    sense = DirectionSense()
    before = [sense.step(samples[k : k + STEP]) for k in range(0, 6 * STEP, STEP)]
    sense.restart()
    after = [sense.step(samples[k : k + STEP]) for k in range(0, 6 * STEP, STEP)]
    assert all(np.array_equal(one.curve, other.curve) for one, other in zip(before, after, strict=True))
    assert all(np.array_equal(one.cells, other.cells) for one, other in zip(before, after, strict=True))


def test_step_has_sixteen_frames() -> None:
    """The first `DIRECTION_DELAY` of a stream lie before its start."""
    frames = DirectionSense().step(np.zeros((STEP, 2), np.int16))
    assert (len(frames), frames.curve.shape, DIRECTION_DELAY) == (16, (16, 81), 6)
    assert len(frames[DIRECTION_DELAY:]) == 10


def test_step_of_another_shape_is_refused() -> None:
    """Directions need two channels."""
    with pytest.raises(ValueError, match=r"\(2560, 2\), not \(2560, 1\)"):
        DirectionSense().step(np.zeros((STEP, 1), np.int16))


def test_curve_is_interpolated_between_its_points() -> None:
    """A triangle about lag 2 has 0.5 halfway down, and its ends beyond the ends."""
    curve = np.maximum(0, 1 - np.abs(LAGS - 2.0) / 2)[None]
    assert height_at(curve, lag=3.0).tolist() == [0.5]
    assert height_at(curve, lag=2.9).tolist() == pytest.approx([0.55])
    assert height_at(curve, lag=99.0).tolist() == [0.0]
    none = np.zeros(1, np.float32)
    assert DirectedFrames(curve=curve.astype(np.float32), cells=none, difference_db=none).lag.tolist() == [2.0]
