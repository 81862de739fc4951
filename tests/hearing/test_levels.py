"""How loud, in all and in the cells that a channel dominates; and the noise of the room."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from attune.hearing.framer import FRAME, STEP
from attune.hearing.levels import LEVEL_DELAY, CellLevels, NoiseFloor, StepLevels, Weighting
from fake_detectors import as_int16, in_steps, noise, silence, tone


def heard(*columns: NDArray[np.float64]) -> StepLevels:
    """Return the levels of all frames of some sound, without the frames before its start."""
    cells = CellLevels(channels=len(columns), weighting=Weighting.FLAT)
    steps = [cells.step(step) for step in in_steps(as_int16(*columns))]
    return StepLevels(
        whole_db=np.concatenate([step.whole_db for step in steps])[LEVEL_DELAY:],
        own_db=np.concatenate([step.own_db for step in steps])[LEVEL_DELAY:],
    )


def test_noise_of_minus_60_reads_minus_60() -> None:
    """White noise has its level in every frame, give or take what 32 ms can tell."""
    levels = heard(noise(10 * STEP, -60.0))
    assert levels.whole_db[2:].mean() == pytest.approx(-60.0, abs=0.3)
    assert np.array_equal(levels.whole_db, levels.own_db)


def test_full_scale_tone_reads_minus_3() -> None:
    """A tone that fills the range has a root mean square 3 dB below it."""
    assert heard(tone(4 * STEP, 1_000, -3.01)).whole_db[4:].mean() == pytest.approx(-3.01, abs=0.05)


def test_step_has_sixteen_frames_for_each_channel() -> None:
    """Levels are a grid of frames and channels."""
    levels = CellLevels(channels=3, weighting=Weighting.FLAT).step(np.zeros((STEP, 3), np.int16))
    assert levels.whole_db.shape == levels.own_db.shape == (16, 3)


def test_digital_silence_reads_minus_100() -> None:
    """There is no minus infinity."""
    assert heard(silence(STEP)).whole_db.tolist() == [[-100.0]] * 14


def test_level_of_a_burst_lies_in_its_own_frames() -> None:
    """A burst in frames 20 to 23 is loudest there, and gone three frames beside it: nothing is shifted."""
    sound = silence(3 * STEP)
    sound[20 * FRAME : 24 * FRAME] = tone(4 * FRAME, 1_000, -20.0)
    level = heard(sound).whole_db[:, 0]
    assert (level[21:23] > -20.5).all()
    assert int(level.argmax()) in (21, 22)
    assert (level[[20, 23]] > -24).all()
    assert (level[[17, 26]] < -90).all()


def test_tone_that_leaks_at_minus_15_owns_nothing_in_the_other_channel() -> None:
    """The weaker copy of a voice is loud in its channel and owns no cell of it."""
    voice = tone(4 * STEP, 440, -20.0)
    levels = heard(voice, 0.18 * voice)
    assert (levels.whole_db[4:, 1] > -36).all()
    assert levels.own_db[4:, 0].mean() == pytest.approx(-20.0, abs=0.1)
    assert (levels.own_db[4:, 1] < -80).all()


def test_tones_in_different_cells_are_both_kept() -> None:
    """Two people who speak at once, each leaking into the other's channel, keep their own levels."""
    first, second = tone(4 * STEP, 440, -20.0), tone(4 * STEP, 2_000, -26.0)
    levels = heard(first + 0.18 * second, second + 0.18 * first)
    assert levels.own_db[4:].mean(axis=0) == pytest.approx([-20.0, -26.0], abs=0.1)


def test_leak_that_comes_later_still_owns_nothing() -> None:
    """Sound takes 3 ms for a metre; the cells of a leak that lags are as weak as they were."""
    voice = tone(4 * STEP, 440, -20.0)
    leak = np.concatenate([np.zeros(96), 0.18 * voice[:-96]])
    assert (heard(voice, leak).own_db[6:, 1] < -60).all()


def test_equal_channels_own_nothing() -> None:
    """A cell that is equally strong in two channels is nobody's."""
    voice = tone(2 * STEP, 440, -20.0)
    assert (heard(voice, voice).own_db == -100.0).all()


def test_three_channels_give_each_cell_to_the_strongest() -> None:
    """A leak into two other channels owns nothing in either."""
    voice = tone(2 * STEP, 440, -20.0)
    own = heard(0.1 * voice, voice, 0.18 * voice).own_db[4:]
    assert (own[:, 1] > -20.2).all()
    assert (own[:, [0, 2]] < -80).all()


def test_one_call_or_many_give_the_same_levels() -> None:
    """Context is carried from step to step."""
    sound = as_int16(noise(4 * STEP, -30.0))
    one = CellLevels(channels=1, weighting=Weighting.FLAT)
    again = CellLevels(channels=1, weighting=Weighting.FLAT)
    steps = [one.step(step).whole_db for step in in_steps(sound)]
    assert all(
        np.array_equal(again.step(step).whole_db, found) for step, found in zip(in_steps(sound), steps, strict=True)
    )
    afresh = CellLevels(channels=1, weighting=Weighting.FLAT).step(in_steps(sound)[1])
    assert not np.array_equal(afresh.whole_db, steps[1])


def test_since_drops_the_first_frames() -> None:
    """The frames before the start of a stream can be left out."""
    levels = StepLevels(whole_db=np.arange(6.0).reshape(3, 2), own_db=-np.arange(6.0).reshape(3, 2))
    assert levels.since(2).whole_db.tolist() == [[4.0, 5.0]]
    assert levels.since(2).own_db.tolist() == [[-4.0, -5.0]]


# --- the noise of the room ------------------------------------------------------------------------------------


def flat(own_db: float, whole_db: float | None = None, *, frames: int = 16) -> StepLevels:
    """Return a step of one channel at a level."""
    whole = own_db if whole_db is None else whole_db
    return StepLevels(whole_db=np.full((frames, 1), whole), own_db=np.full((frames, 1), own_db))


def floor_after(*steps: StepLevels) -> float:
    """Return the noise floor of one channel after some steps."""
    floor = NoiseFloor(channels=1)
    for step in steps:
        floor.step(step)
    return floor.level_db[0]


def test_floor_is_taken_to_be_quiet_for_the_first_second() -> None:
    """A person who speaks at once is heard: five steps of speech do not make a floor, six do."""
    assert floor_after() == -62.0
    assert floor_after(*[flat(-40.0)] * 5) == -62.0
    assert floor_after(*[flat(-40.0)] * 6) == pytest.approx(-39.0)


def test_floor_is_the_quietest_80_ms() -> None:
    """One quiet half of a step among loud ones is the room."""
    half = StepLevels(whole_db=np.array([[-50.0]] * 8 + [[-20.0]] * 8), own_db=np.array([[-50.0]] * 8 + [[-20.0]] * 8))
    assert floor_after(*[flat(-20.0)] * 7, half) == pytest.approx(-49.0)


def test_floor_forgets_after_six_seconds() -> None:
    """A room that becomes noisier is followed when 38 steps have passed."""
    assert floor_after(*[flat(-60.0)] * 8, *[flat(-50.0)] * 37) == pytest.approx(-59.0)
    assert floor_after(*[flat(-60.0)] * 8, *[flat(-50.0)] * 38) == pytest.approx(-49.0)


def test_floor_is_never_above_minus_35() -> None:
    """Six seconds of unbroken speech are no noise."""
    assert floor_after(*[flat(-20.0)] * 40) == -35.0


def test_digital_silence_says_nothing_about_the_room() -> None:
    """A muted microphone leaves the floor where it was."""
    assert floor_after(*[flat(-50.0)] * 8, *[flat(-100.0)] * 50) == pytest.approx(-49.0)


def test_step_in_which_digital_silence_ends_says_nothing_about_the_room() -> None:
    """The microphone wakes in the middle of a step: its quieter half is part silence, part noise, and no floor."""
    level = np.array([[-100.0]] * 7 + [[-80.0]] + [[-50.0]] * 8)
    waking = StepLevels(whole_db=level, own_db=level)
    assert floor_after(*[flat(-100.0)] * 10, waking, *[flat(-50.0)] * 8) == pytest.approx(-49.0)


def test_floor_of_own_cells_does_not_follow_the_neighbours_voice_down() -> None:
    """While the neighbour talks a channel owns few cells; what is left in them is less than the room's noise."""
    quiet, neighbour_talks = flat(-61.0, -60.0), flat(-77.0, -30.0)
    assert floor_after(*[quiet] * 8, *[neighbour_talks] * 8) == pytest.approx(-64.0)


def test_each_channel_has_its_own_floor() -> None:
    """Two microphones, two rooms' worth of noise."""
    floor = NoiseFloor(channels=2)
    level = np.tile([-60.0, -50.0], (16, 1))
    for _ in range(6):
        floor.step(StepLevels(whole_db=level, own_db=level))
    assert floor.level_db == pytest.approx([-59.0, -49.0])


def test_first_step_of_a_stream_may_be_shorter() -> None:
    """Fourteen frames are halved as sixteen are."""
    assert floor_after(*[flat(-60.0, frames=14)] * 6) == pytest.approx(-59.0)


def test_floor_of_white_noise_is_its_level() -> None:
    """Two seconds of noise at -55 dBFS: the bias of the minimum is made up for."""
    floor = NoiseFloor(channels=1)
    cells = CellLevels(channels=1, weighting=Weighting.FLAT)
    for k, step in enumerate(in_steps(as_int16(noise(20 * STEP, -55.0)))):
        floor.step(cells.step(step).since(0 if k else LEVEL_DELAY))
    assert floor.level_db[0] == pytest.approx(-55.0, abs=0.7)
