"""Two voices are learned from a session: when, from what, and in which order."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from attune.hearing.voices.clusters import Anchors
from attune.hearing.voices.couple import Couple
from attune.hearing.voices.decoding import Voice
from attune.hearing.voices.encoder import ANSWERS
from attune.hearing.voices.mixing import SLOT
from attune.hearing.voices.runs import Run
from attune.hearing.voices.school import FIRST_LESSONS, LATER_LESSONS, MOST_PIECES, MOST_WINDOWS, Pupil, School
from attune.hearing.voices.sphere import on_sphere
from made_voices import ANNA, BEN, GUEST, WideEncoder, run_of

FIRST, SECOND, BOTH = Voice
TWO_SECONDS = 25
NOBODY: Anchors = (None, None)


def school(anchors: Anchors = NOBODY) -> School:
    """Return a school where nobody has learned anything."""
    return School(encoder=WideEncoder(), anchors=anchors)


def centre_of(person: int) -> NDArray[np.float32]:
    """Return where a person's voice lies."""
    return on_sphere(run_of((person, 60), seed=50).whole.mean(axis=0))


def turns_of(*people: int, seed: int = 1) -> list[Run]:
    """Return runs of two seconds, one of each person named."""
    return [run_of((person, TWO_SECONDS), seed=seed + k) for k, person in enumerate(people)]


def taught(runs: Iterable[Run], *, at: School, so_far: Couple | None = None) -> Couple | None:
    """Return what is known after one lesson about some runs."""
    listened = list(runs)
    for run in listened:
        at.hear(run)
    return at.learn(listened, so_far=so_far)


def knows(couple: Couple | None, *people: int) -> bool:
    """Return whether the voices of a couple are those of two people, in this order."""
    assert couple is not None
    heard = [couple.evidence(run_of((person, 20), seed=60).windows[:10])[:, -1] for person in people]
    return [set(evidence.argmax(axis=1).tolist()) for evidence in heard] == [{FIRST}, {SECOND}]


@cache
def _first_minute() -> tuple[School, Couple]:
    at, runs = school(), turns_of(*[ANNA, BEN] * 20)
    couple = taught(runs, at=at)
    assert couple is not None
    assert sum(run.span.duration for run in runs) >= FIRST_LESSONS[-1]
    return at, couple


def after_the_first_minute() -> tuple[School, Couple]:
    """Return a school, and what is known, after all lessons of the first minute, by turns of Anna and Ben."""
    at, couple = _first_minute()
    return deepcopy(at), couple


# --- when -----------------------------------------------------------------------------------------------------


def test_lessons_come_often_at_first_and_then_once_a_minute() -> None:
    """Each as soon as enough speech was heard, in runs of two seconds; learning takes the lesson off the list."""
    (run,) = turns_of(ANNA)
    at, heard, lessons = school(), 0, []
    while heard < FIRST_LESSONS[-1] + 2.5 * LATER_LESSONS:
        heard += run.span.duration
        if at.hear(run):
            lessons.append(heard)
            at.learn([], so_far=None)
    planned = [*FIRST_LESSONS, FIRST_LESSONS[-1] + LATER_LESSONS, FIRST_LESSONS[-1] + 2 * LATER_LESSONS]
    assert lessons == [-(-amount // run.span.duration) * run.span.duration for amount in planned]


def test_long_run_is_one_lesson() -> None:
    """Sixteen seconds at once have passed three lessons, and are one; the next comes at its own time."""
    at = school()
    assert at.hear(run_of((ANNA, 200)))
    at.learn([], so_far=None)
    until = FIRST_LESSONS[3] - 200 * SLOT
    assert not at.hear(run_of((ANNA, until // SLOT - 1)))
    assert at.hear(run_of((ANNA, 2)))


# --- from what ------------------------------------------------------------------------------------------------


def test_two_voices_are_learned_from_their_turns() -> None:
    """Two turns of each, and they are told apart, in the order in which they were heard."""
    assert knows(taught(turns_of(ANNA, BEN, ANNA, BEN), at=school()), ANNA, BEN)
    assert knows(taught(turns_of(BEN, ANNA, ANNA, BEN), at=school()), BEN, ANNA)


def test_two_voices_in_one_run_are_learned() -> None:
    """People who leave no pause between them are two all the same."""
    assert knows(taught([run_of((ANNA, 40), (BEN, 40), (ANNA, 40))], at=school()), ANNA, BEN)


def test_one_voice_teaches_nothing() -> None:
    """Nothing is known, however much that one person says; what was known stays."""
    runs = turns_of(*[ANNA] * 8)
    assert taught(runs, at=school()) is None
    at = school()
    known = taught(turns_of(ANNA, BEN, ANNA, BEN), at=at)
    assert knows(taught(runs, at=at, so_far=known), ANNA, BEN)


def test_no_runs_teach_nothing() -> None:
    """Nobody has said anything."""
    assert school().learn([], so_far=None) is None


def test_short_words_teach_nothing() -> None:
    """Runs shorter than a window hold no window of one voice alone."""
    runs = [run_of((person, ANSWERS - 1), seed=k) for k, person in enumerate([ANNA, BEN] * 12)]
    assert taught(runs, at=school()) is None


@pytest.mark.parametrize(
    ("anchors", "order"),
    [
        ((centre_of(BEN), centre_of(ANNA)), (BEN, ANNA)),
        ((centre_of(ANNA), centre_of(BEN)), (ANNA, BEN)),
        ((None, centre_of(ANNA)), (BEN, ANNA)),
        ((centre_of(BEN), None), (BEN, ANNA)),
    ],
    ids=["Ben, Anna", "Anna, Ben", "somebody, Anna", "Ben, somebody"],
)
def test_enrolled_voices_keep_their_order(anchors: Anchors, order: tuple[int, int]) -> None:
    """Though Anna begins."""
    assert knows(taught(turns_of(ANNA, BEN, ANNA, BEN), at=school(anchors)), *order)


def test_first_minute_is_split_afresh_each_time() -> None:
    """Ben and a guest were heard first; when they are forgotten, and Anna and Ben are heard, these are the two."""
    at = school()
    early = taught(turns_of(GUEST, BEN, GUEST, BEN), at=at)
    assert knows(early, GUEST, BEN)
    assert knows(taught(turns_of(ANNA, BEN, ANNA, BEN, seed=9), at=at, so_far=early), ANNA, BEN)


def test_later_the_order_of_voices_does_not_depend_on_who_is_heard() -> None:
    """After the first minute a lesson in which Ben begins leaves Anna the first."""
    at, couple = after_the_first_minute()
    assert knows(couple, ANNA, BEN)
    assert knows(taught(turns_of(*[BEN, ANNA] * 4, seed=70), at=at, so_far=couple), ANNA, BEN)


def test_later_confident_speech_is_taken_in() -> None:
    """New turns move the centre of who spoke, a little, and of nobody else."""
    at, before = after_the_first_minute()
    after = taught(turns_of(*[BEN] * 4, seed=70), at=at, so_far=before)
    assert after is not None
    assert (after.centres[FIRST] == before.centres[FIRST]).all()
    assert (after.centres[SECOND] != before.centres[SECOND]).any()
    assert float(after.centres[SECOND, -1] @ before.centres[SECOND, -1]) > 0.99


@pytest.mark.parametrize(
    "turns",
    [[(GUEST, 60)], [(BOTH, 60)], [(ANNA, ANSWERS)]],
    ids=["a guest", "both at once", "a word"],
)
def test_later_nothing_else_is_taken_in(turns: list[tuple[int | Voice, int]]) -> None:
    """A third voice, overlap, and what is too short leave the couple as it was, to the last bit."""
    at, before = after_the_first_minute()
    after = taught([run_of(*turns, seed=70)], at=at, so_far=before)
    assert after is not None
    assert (after.centres == before.centres).all()
    for ours, theirs in zip(after.classifiers, before.classifiers, strict=True):
        assert (ours.weights == theirs.weights).all()


def test_runs_are_taken_in_once() -> None:
    """A lesson in which nothing new was said changes nothing."""
    at, before = after_the_first_minute()
    new = turns_of(BEN, ANNA, seed=70)
    once = taught(new, at=at, so_far=before)
    again = at.learn(new, so_far=once)
    assert once is not None
    assert again is not None
    assert (once.centres == again.centres).all()


def test_same_session_again_learns_the_same() -> None:
    """Nothing is random."""
    one, other = (taught(turns_of(ANNA, BEN, ANNA, BEN), at=school()) for _ in range(2))
    assert one is not None
    assert other is not None
    for ours, theirs in zip(one.classifiers, other.classifiers, strict=True):
        assert (ours.weights == theirs.weights).all()


# --- what is held ---------------------------------------------------------------------------------------------


def test_newest_windows_and_pieces_are_held() -> None:
    """Of a long evening no more than the last windows that make up the most, and the last pieces."""
    pupil = Pupil()
    runs = [run_of((ANNA, 20), seed=k) for k in range(40)]
    for run in runs:
        pupil.take(run, 0, 20)
    each = 20 - ANSWERS + 1
    count = sum(map(len, pupil.windows))
    assert MOST_WINDOWS <= count < MOST_WINDOWS + each
    assert len(pupil.sounds) == MOST_PIECES
    assert (pupil.sounds[-1] == runs[-1].sound).all()
    assert (pupil.windows[-1] == runs[-1].windows[:each]).all()


def test_part_of_a_run_is_taken_in_with_the_windows_within_it() -> None:
    """Slots 5 to 20: their sound, and the six windows that end in it."""
    pupil, run = Pupil(), run_of((ANNA, 40))
    pupil.take(run, 5, 20)
    assert (pupil.sounds[0] == run.sound[5 * SLOT : 20 * SLOT]).all()
    assert (pupil.windows[0] == run.windows[5:11]).all()
