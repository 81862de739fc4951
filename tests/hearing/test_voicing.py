"""The rows of the theory of operation, frame by frame.

In these tests the room has −60 dBFS, so loud is above −52.5; a voice not heard yet has no level of its own.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attune.hearing.framer import FRAMES_A_STEP
from attune.hearing.voicing import PATIENCE, RunningLevel, VoicedFrame, Voicing, VoicingSettings, Voucher

LOUD, QUIET = -30.0, -60.0


LITERAL = {"enter": 0.3, "stay": 0.02, "reach_ms": 250, "above_noise_db": 7.5, "below_speech_db": 35.0}
"""Thresholds of these tests, whatever the defaults are tuned to."""


def voicing(running_db: float = -60.0, **settings: float) -> Voicing:
    """Return the voicing of a person who has been speaking at a level."""
    running = RunningLevel()
    running.level_db = running_db
    return Voicing(settings=VoicingSettings(**{**LITERAL, **settings}), running=running)  # type: ignore[arg-type]


def step(machine: Voicing, level_db: list[float], probability: list[float]) -> list[VoicedFrame]:
    """Feed a step in a room of −60 dBFS."""
    return machine.step(level_db=np.array(level_db), floor_db=-60.0, probability=np.array(probability, np.float32))


def speech(frames: list[VoicedFrame]) -> list[int]:
    """Return the indices of the frames that are speech."""
    return [frame.index for frame in frames if frame.speech]


def test_quiet_frames_are_silence_at_once_however_sure_the_detector_is() -> None:
    """The level knows when; a step of quiet frames settles as it comes."""
    frames = step(voicing(), [QUIET] * 16, [0.99] * 16)
    assert [frame.index for frame in frames] == list(range(16))
    assert speech(frames) == []


def test_loud_frames_vouched_for_are_speech_at_once() -> None:
    """No frame waits once the detector is sure."""
    machine = voicing()
    assert speech(step(machine, [LOUD] * 16, [0.99] * 16)) == list(range(16))
    assert machine.settled == 16


def test_loud_frame_that_is_not_vouched_for_waits_and_so_do_the_frames_after_it() -> None:
    """Quiet frames behind a waiting one are not settled before it."""
    machine = voicing()
    frames = step(machine, [QUIET] * 4 + [LOUD] + [QUIET] * 11, [0.0] * 16)
    assert [frame.index for frame in frames] == [0, 1, 2, 3]
    assert machine.settled == 4


def test_loud_frame_that_nobody_vouches_for_is_silence_after_its_patience() -> None:
    """640 ms after it a loud frame is given up: noise."""
    machine = voicing()
    step(machine, [LOUD] + [QUIET] * 15, [0.0] * 16)
    for _ in range(PATIENCE // FRAMES_A_STEP - 2):
        assert step(machine, [QUIET] * 16, [0.0] * 16) == []
    frames = step(machine, [QUIET] * 16, [0.0] * 16)
    assert frames[0] == VoicedFrame(index=0, speech=False, level_db=LOUD, probability=0.0)
    assert machine.settled == 64


def test_detector_vouches_for_frames_250_ms_before_and_after_it_was_sure() -> None:
    """Sure in frames 40 to 47, so loud frames count from 15 to 72."""
    machine = voicing()
    frames = []
    probability = [0.0] * 40 + [0.9] * 8 + [0.0] * 80
    for k in range(0, 128, 16):
        frames += step(machine, [LOUD] * 16, probability[k : k + 16])
    assert speech(frames) == list(range(15, 73))


def test_run_that_stays_but_never_enters_vouches_for_nothing() -> None:
    """Two in a hundred is enough to stay, three in ten are needed to begin."""
    machine = voicing()
    frames = [frame for _ in range(6) for frame in step(machine, [LOUD] * 16, [0.29] * 16)]
    assert speech(frames) == []


def test_run_that_has_entered_stays_at_a_low_probability() -> None:
    """A far talker's voice is held on to at 3 %, for as long as it lasts."""
    machine = voicing()
    frames = step(machine, [LOUD] * 16, [0.3] + [0.03] * 15)
    for _ in range(30):
        frames += step(machine, [LOUD] * 16, [0.03] * 16)
    assert speech(frames) == list(range(16 * 31))


def test_run_counts_from_its_start_once_it_enters() -> None:
    """A run that reaches the threshold late is speech from where it began to stay."""
    machine = voicing(reach_ms=0)
    frames = step(machine, [QUIET] * 4 + [LOUD] * 12, [0.0] * 4 + [0.1] * 12)
    frames += step(machine, [LOUD] * 16, [0.1] * 8 + [0.5] * 8)
    assert speech(frames) == list(range(4, 32))


def test_run_that_ended_does_not_vouch_for_the_next() -> None:
    """After silence a run has to enter anew, even when the old one is still remembered."""
    machine = voicing(reach_ms=0)
    frames = step(machine, [LOUD] * 16, [0.9] * 8 + [0.0] * 8)
    for _ in range(8):
        frames += step(machine, [LOUD] * 16, [0.1] * 16)
    assert speech(frames) == list(range(8))


def test_answer_that_is_revised_replaces_the_old_one() -> None:
    """When the gate opens, the frames of the last three steps are heard again, and those that waited become speech."""
    machine = voicing(reach_ms=0)
    step(machine, [LOUD] * 16, [0.0] * 16)
    step(machine, [LOUD] * 16, [0.0] * 16)
    frames = step(machine, [LOUD] * 16, [0.0] * 16 + [0.9] * 32)
    assert speech(frames) == []
    frames = [frame for _ in range(4) for frame in step(machine, [QUIET] * 16, [0.0] * 16)]
    assert speech(frames) == list(range(16, 48))


def test_loud_is_above_the_noise_by_seven_and_a_half() -> None:
    """−52.6 dBFS is not loud in a room of −60, −52.4 is."""
    assert speech(step(voicing(), [-52.6, -52.4] * 8, [0.9] * 16)) == list(range(1, 16, 2))


def test_loud_is_no_further_than_35_under_the_voice_itself() -> None:
    """Where a voice speaks at −10 dBFS, −46 is no part of it, though far above the noise."""
    assert speech(step(voicing(running_db=-10.0), [-44.0, -46.0] * 8, [0.9] * 16)) == list(range(0, 16, 2))


def test_noise_counts_as_it_was_when_the_frame_came() -> None:
    """A frame that waits is not judged by noise that came later."""
    machine = voicing()
    step(machine, [-50.0] * 16, [0.0] * 16)
    machine.step(level_db=np.full(16, -70.0), floor_db=-40.0, probability=np.full(32, 0.9, np.float32))
    assert machine.settled == 32


def test_levels_that_lag_settle_when_they_come() -> None:
    """The first two frames of a stream come late; nothing is settled without its level."""
    machine = voicing()
    frames = step(machine, [LOUD] * 14, [0.9] * 16)
    assert [frame.index for frame in frames] == list(range(14))
    assert [frame.index for frame in step(machine, [LOUD] * 16, [0.9] * 16)] == list(range(14, 30))


def test_settled_frame_says_its_level_and_probability() -> None:
    """Both go into the unit that the frame belongs to."""
    (first, *_) = step(voicing(), [-31.5] * 16, [0.75] * 16)
    assert first == VoicedFrame(index=0, speech=True, level_db=-31.5, probability=0.75)


def test_finish_settles_what_waits() -> None:
    """When nothing more comes, a loud frame that nobody vouched for is silence."""
    machine = voicing()
    step(machine, [LOUD] * 16, [0.0] * 16)
    frames = machine.finish()
    assert [frame.index for frame in frames] == list(range(16))
    assert speech(frames) == []
    assert machine.finish() == []


def test_voice_level_rises_by_a_fifth_and_falls_by_a_decibel_a_second() -> None:
    """Louder speech counts quickly, softer speech slowly."""
    running = RunningLevel()
    running.hear(-20.0)
    assert running.level_db == pytest.approx(-52.0)
    for _ in range(100):
        running.hear(-59.0)
    assert running.level_db == pytest.approx(-53.0)


def test_voucher_that_forgets_old_frames_says_the_same_as_one_that_does_not() -> None:
    """A run that entered long ago still vouches for its newest frames."""
    voucher = Voucher(settings=VoicingSettings(reach_ms=0))
    voucher.step(np.array([0.9] + [0.1] * 15, np.float32))
    for _ in range(40):
        voucher.step(np.full(16, 0.1, np.float32))
    assert voucher.newest == 16 * 41
    assert voucher.vouched(16 * 40).tolist() == [True] * 16


@pytest.mark.parametrize(
    "wrong",
    [{"stay": 0.0}, {"enter": 1.0}, {"stay": 0.4}, {"reach_ms": -10}, {"below_speech_db": 0}, {"above_noise_db": -1}],
)
def test_impossible_thresholds_are_refused(wrong: dict[str, float]) -> None:
    """Each message says what was given."""
    with pytest.raises(ValueError, match="not "):
        VoicingSettings(**wrong)  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.9]), st.booleans()), min_size=1, max_size=40), st.data())
def test_all_frames_settle_once_in_order_whenever_they_come(
    parts: list[tuple[float, bool]], data: st.DataObject
) -> None:
    """Frames settle once each, in order, at the latest after their patience; finishing leaves none."""
    machine = voicing()
    settled: list[int] = []
    for k, (probability, loud) in enumerate(parts):
        revised = data.draw(st.integers(0, min(3, k)))
        frames = step(machine, [LOUD if loud else QUIET] * 16, [probability] * (16 * (revised + 1)))
        settled += [frame.index for frame in frames]
        assert 16 * (k + 1) - machine.settled <= PATIENCE
    settled += [frame.index for frame in machine.finish()]
    assert settled == list(range(16 * len(parts)))
