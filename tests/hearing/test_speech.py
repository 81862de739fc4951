"""Two stages of speech detection: when the neural one runs, on what, and how often."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from attune.hearing.framer import FRAMES_A_STEP, STEP
from attune.hearing.speech import HOLD_STEPS, PREROLL_STEPS, SpeechDetector
from fake_detectors import CountingNeural, ToldGate

SHUT = [False] * FRAMES_A_STEP
OPEN = [False] * (FRAMES_A_STEP - 1) + [True]


def step_number(k: int) -> NDArray[np.int16]:
    """Return a step in which every sample is k × 256."""
    return np.full(STEP, 256 * k, np.int16)


def numbered(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the number of the step that each window comes from, over a hundred."""
    return (windows[:, 0] * 128 / 100).astype(np.float32)


def detector(gate: list[list[bool]]) -> tuple[SpeechDetector, CountingNeural]:
    """Return a detector whose gate answers as told, step by step."""
    neural = CountingNeural(numbered)
    return SpeechDetector(gate=ToldGate([answer for step in gate for answer in step]), neural=neural), neural


def test_while_the_gate_is_shut_the_neural_detector_does_not_run() -> None:
    """Four silent steps cost four zero answers and no neural call."""
    detect, neural = detector([SHUT] * 4)
    for k in range(4):
        assert np.array_equal(detect.step(step_number(k)), np.zeros(16, np.float32))
    assert neural.asked == []


def test_gate_that_opens_revises_exactly_three_steps() -> None:
    """With the fifth step the answers for steps 2, 3 and 4 come again, heard afresh, and the older ones do not."""
    detect, neural = detector([SHUT] * 4 + [OPEN])
    for k in range(1, 5):
        detect.step(step_number(k))
    found = detect.step(step_number(5))
    assert found.shape == ((PREROLL_STEPS + 1) * FRAMES_A_STEP,)
    assert np.allclose(found, np.repeat([0.02, 0.03, 0.04, 0.05], 16))
    assert neural.resets == 1
    assert [len(windows) for windows in neural.asked] == [5, 5, 5, 5]


def test_gate_open_from_the_first_step_revises_nothing() -> None:
    """There is nothing before the first step."""
    detect, _ = detector([OPEN])
    assert detect.step(step_number(1)).shape == (16,)


def test_one_hit_in_a_step_opens_the_gate_for_all_of_it() -> None:
    """The gate's decision is the step's."""
    detect, neural = detector([[False] * 7 + [True] + [False] * 8])
    assert np.allclose(detect.step(step_number(3)), 0.03)
    assert len(neural.asked) == 1


def test_gate_holds_for_five_silent_steps_and_is_shut_at_the_sixth() -> None:
    """960 ms after its last hit the gate is shut; the neural state survived until then."""
    detect, neural = detector([OPEN] + [SHUT] * HOLD_STEPS + [SHUT])
    ran = []
    for k in range(8):
        before = len(neural.asked)
        detect.step(step_number(k))
        ran.append(len(neural.asked) > before)
    assert ran == [True, True, True, True, True, True, False, False]
    assert neural.resets == 1


def test_hit_within_the_hold_continues_without_starting_afresh() -> None:
    """A pause of half a second does not make the detector forget."""
    detect, neural = detector([OPEN, SHUT, SHUT, SHUT, OPEN])
    lengths = [len(detect.step(step_number(k))) for k in range(5)]
    assert lengths == [16, 16, 16, 16, 16]
    assert neural.resets == 1


def test_gate_that_opens_again_starts_afresh_on_the_steps_before() -> None:
    """After the hold, the next hit looks back over the last three steps, heard before or not."""
    detect, neural = detector([OPEN] + [SHUT] * 6 + [OPEN])
    for k in range(7):
        detect.step(step_number(k))
    assert np.allclose(detect.step(step_number(7)), np.repeat([0.04, 0.05, 0.06, 0.07], 16))
    assert neural.resets == 2


def test_windows_are_the_sound_in_one_to_minus_one() -> None:
    """Five windows of 512, int16 over 32768, in order."""
    detect, neural = detector([OPEN])
    sound = np.arange(STEP, dtype=np.int16)
    detect.step(sound)
    (windows,) = neural.asked
    assert windows.shape == (5, 512)
    assert windows.dtype == np.float32
    assert np.array_equal(windows.reshape(-1), (sound / 32_768).astype(np.float32))


def test_frame_takes_the_answer_of_the_window_that_holds_its_middle() -> None:
    """Sixteen frames of 160 over five windows of 512: the fourth frame's middle (560) lies in the second window."""
    neural = CountingNeural(lambda windows: np.arange(len(windows), dtype=np.float32))
    detect = SpeechDetector(gate=ToldGate(OPEN), neural=neural)
    assert detect.step(step_number(1)).tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4]


def test_gate_gets_frames_of_ten_milliseconds_in_order() -> None:
    """Each frame is 320 bytes, little-endian, and none is left out."""
    frames: list[bytes] = []

    class Listening:
        def is_speech(self, frame: bytes) -> bool:
            frames.append(frame)
            return False

    sound = np.arange(STEP, dtype=np.int16)
    SpeechDetector(gate=Listening(), neural=CountingNeural(numbered)).step(sound)
    assert [len(frame) for frame in frames] == [320] * 16
    assert b"".join(frames) == sound.astype("<i2").tobytes()
