"""Where the sound of a stereo microphone comes from, run by run, and whose direction is whose."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from attune.hearing.framer import FRAME, STEP
from attune.hearing.lags import DIRECTION_DELAY, DirectedFrames
from attune.hearing.voices.decoding import VOICES, Voice
from attune.hearing.voices.directions import Directions, by_answer, joined
from attune.hearing.voices.encoder import ANSWERS, HOP_FRAMES
from attune.timebase import Span
from directed_sound import before_capsules, directed
from fake_detectors import as_int16, noise

SECOND = 16_000
TURN = 3 * SECOND
LEFT, RIGHT = -4.0, 5.0


@cache
def turns() -> NDArray[np.int16]:
    """Return two people before one stereo microphone who take turns of three seconds, six in all: int16 (n, 2)."""
    random = np.random.default_rng(3)
    parts = [
        before_capsules(
            noise(TURN, -30.0, seed=k), lag=LEFT if k % 2 == 0 else RIGHT, direct_to_echo_db=6, random=random
        )
        for k in range(6)
    ]
    sound = np.concatenate([part[:TURN] for part in parts])
    return as_int16(*sound.T)


def run_frames(k: int) -> DirectedFrames:
    """Return the frames of a turn."""
    first = k * TURN // FRAME
    return directed(turns())[first + 10 : first + TURN // FRAME - 10]


def sure_of(voice: Voice, frames: DirectedFrames) -> NDArray[np.float32]:
    """Return the evidence of windows that are all sure of one voice, one a slot."""
    evidence = np.full((len(frames) // HOP_FRAMES, VOICES), -5.0, np.float32)
    evidence[:, voice] = 0.0
    return evidence


def learned() -> Directions:
    """Return directions that have heard all turns."""
    directions = Directions()
    for k in range(6):
        directions.learn(run_frames(k))
    return directions


@pytest.mark.parametrize(("left", "right"), [(Voice.FIRST, Voice.SECOND), (Voice.SECOND, Voice.FIRST)])
def test_directions_are_named_by_the_voices_that_come_from_them(left: Voice, right: Voice) -> None:
    """Whoever is heard on the left is the left direction's, be it the first voice or the second."""
    directions = learned()
    runs = [(run_frames(k), sure_of(left if k % 2 == 0 else right, run_frames(k))) for k in range(6)]
    directions.link(runs)
    for k, voice in ((4, left), (5, right)):
        evidence = directions.evidence(run_frames(k))
        assert evidence is not None
        assert (evidence.argmax(axis=1) == voice).mean() >= 0.95


def test_directions_say_nothing_before_they_are_linked() -> None:
    """Where somebody sits does not tell who it is."""
    directions = learned()
    assert directions.evidence(run_frames(0)) is None


def test_voices_that_disagree_with_directions_link_nothing() -> None:
    """Voices that change by halves while the direction stays: no side has it clearly."""
    directions = learned()
    runs = []
    for k in range(6):
        voices = sure_of(Voice.FIRST, run_frames(k))
        voices[::2] = sure_of(Voice.SECOND, run_frames(k))[::2]
        runs.append((run_frames(k), voices))
    directions.link(runs)
    assert directions.evidence(run_frames(0)) is None


def test_one_direction_is_none() -> None:
    """One person who speaks from one place gives no directions, whatever the voices say."""
    directions = Directions()
    for k in (0, 2, 4):
        directions.learn(run_frames(k))
    directions.link([(run_frames(k), sure_of(Voice.FIRST, run_frames(k))) for k in (0, 2, 4)])
    assert directions.evidence(run_frames(0)) is None


def test_frames_of_a_run_are_those_of_the_whole_sound() -> None:
    """Fed in steps, a stretch of time has the frames that it has in the sound heard at once."""
    sound = turns()[: 20 * STEP]
    directions = Directions()
    for at in range(0, len(sound), STEP):
        directions.step(sound[at : at + STEP], needed_from=0)
    span = Span(5 * STEP, 15 * STEP)
    whole = directed(sound)
    assert np.array_equal(directions.frames(span).curve, whole.curve[span.start // FRAME : span.stop // FRAME])
    late = directions.frames(Span(0, 30 * STEP))
    assert len(late) == 20 * STEP // FRAME - DIRECTION_DELAY


def test_old_frames_are_let_go_unless_a_run_needs_them() -> None:
    """A run under way keeps its frames; without one two seconds stay."""
    sound = turns()[: 60 * STEP]
    kept, let_go = Directions(), Directions()
    for at in range(0, len(sound), STEP):
        kept.step(sound[at : at + STEP], needed_from=STEP)
        let_go.step(sound[at : at + STEP], needed_from=None)
    everything = Span(STEP, len(sound))
    assert len(kept.frames(everything)) == 59 * STEP // FRAME - DIRECTION_DELAY
    assert len(let_go.frames(Span(len(sound) - 2 * SECOND, len(sound)))) == 2 * SECOND // FRAME - DIRECTION_DELAY
    assert len(let_go.frames(everything)) < 3 * SECOND // FRAME


def test_an_answer_has_the_mean_of_its_slots() -> None:
    """Of the first slot alone after 80 ms, of ten after 800 ms; slots that are not known say nothing."""
    slots = np.arange(12, dtype=float)[:, None] * np.ones(VOICES)
    answers = by_answer(slots, count=3)
    assert answers.shape == (3, ANSWERS, VOICES)
    assert answers[0, :, 0].tolist() == pytest.approx([k / 2 for k in range(10)])
    assert answers[2, 9, 0] == pytest.approx(sum(range(2, 12)) / 10)
    beyond = by_answer(slots[:4], count=4)
    assert beyond[3, 9, 1] == pytest.approx(0.3)


def test_joined_frames_follow_each_other() -> None:
    """Curves, cells and differences alike."""
    frames = run_frames(0)
    again = joined([frames[:7], frames[7:20], frames[20:]])
    assert np.array_equal(again.curve, frames.curve)
    assert np.array_equal(again.cells, frames.cells)
    assert np.array_equal(again.difference_db, frames.difference_db)
