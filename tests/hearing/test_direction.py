"""Two people before one stereo microphone, told apart by where they sit."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from attune.hearing.framer import FRAME
from attune.hearing.lags import DirectedFrames
from attune.hearing.speakers.direction import Direction, DirectionModel, TwoDirections
from directed_sound import before_capsules, delayed, directed
from fake_detectors import as_int16, noise, silence
from heard_fixtures import sound_of, true_grid

COUPLES = ("good_listening", "interruptions", "blame_and_defence")
LEFT, RIGHT = -4.2, 5.0


@cache
def voices_of(name: str) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return both clean voices of a dialogue, cut out of a channel each, and who speaks, shape (frames, 2)."""
    sound = sound_of(name).astype(float) / 32_768
    length = len(sound) // FRAME
    who = np.stack([true_grid(name, speaker)[:length] for speaker in ("A", "B")], axis=1)
    sound = sound[: length * FRAME]
    open_for = np.repeat(np.stack([np.convolve(one, np.ones(7), "same") > 0 for one in who.T], axis=1), FRAME, axis=0)
    first, second = (sound * open_for).T
    return first, second, who


def room_noise(length: int) -> NDArray[np.float64]:
    """Return the noise of two capsules, −60 dBFS, shape (n, 2)."""
    return np.stack([noise(length, -60.0, seed=k) for k in (1, 2)], axis=1)


@cache
def before_microphone(name: str, *, left: float = LEFT, right: float = RIGHT) -> DirectedFrames:
    """Return a dialogue before one stereo microphone in a room; the second person is 6 dB softer and farther."""
    random = np.random.default_rng(1)
    first, second, _ = voices_of(name)
    sound = before_capsules(first, lag=left, direct_to_echo_db=3, random=random)
    sound += 0.5 * before_capsules(second, lag=right, direct_to_echo_db=-1, random=random)
    sound += room_noise(len(sound))
    return directed(as_int16(*sound.T))


def heard(frames: DirectedFrames, speech: NDArray[np.bool_], *, directions: TwoDirections) -> list[bool]:
    """Let directions be found in some frames, sixteen at a time; return after which steps there is evidence."""
    steps = range(0, len(frames), 16)
    return [directions.step(frames[k : k + 16], speech=speech[k : k + 16]) is not None for k in steps]


def first_is_ahead(evidence: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return for each frame whether it is rather the first person's than the second's."""
    ahead: NDArray[np.bool_] = evidence[:, 0] > evidence[:, 1]
    return ahead


@pytest.mark.parametrize("name", COUPLES)
def test_who_speaks_is_known_from_the_start_once_it_is_revised(name: str) -> None:
    """Frames in which one person speaks, in a room with echo, without enrolment; the least is .979."""
    who = voices_of(name)[2]
    directions = TwoDirections()
    frames = before_microphone(name)
    heard(frames, who.any(axis=1), directions=directions)
    evidence = directions.evidence(frames)
    assert evidence is not None
    truth = who[: len(evidence)]
    first_speaker = int(np.flatnonzero(who[:, 1])[0] < np.flatnonzero(who[:, 0])[0])
    right = first_is_ahead(evidence) == truth[:, first_speaker]
    assert right[truth.sum(axis=1) == 1].mean() >= 0.95


def test_directions_are_where_people_sit() -> None:
    """Lags to a tenth of a sample, the one that is heard first in front."""
    directions = TwoDirections()
    who = voices_of("good_listening")[2]
    heard(before_microphone("good_listening"), who.any(axis=1), directions=directions)
    assert directions.found is not None
    first, second = directions.found
    starts = [int(np.flatnonzero(one)[0]) for one in who.T]
    expected = [LEFT, RIGHT] if starts[0] < starts[1] else [RIGHT, LEFT]
    assert [first.lag, second.lag] == pytest.approx(expected, abs=0.1)


# --- nobody is made up -------------------------------------------------------------------------------------------


def nothing_found(samples: NDArray[np.int16], speech: NDArray[np.bool_]) -> bool:
    """Return whether no directions are found in some sound, at any time."""
    directions = TwoDirections()
    frames = directed(samples)
    return not any(heard(frames, speech[: len(frames)], directions=directions))


def test_one_sound_in_both_channels_has_no_directions() -> None:
    """A mono recording saved as stereo: everybody sits in the middle."""
    first, second, who = voices_of("good_listening")
    both = first + second
    assert nothing_found(as_int16(both, both), who.any(axis=1))


def test_one_person_is_not_two() -> None:
    """The echo of one voice is no second person."""
    first, _, who = voices_of("good_listening")
    sound = before_capsules(first, lag=RIGHT, direct_to_echo_db=-3, random=np.random.default_rng(2))
    assert nothing_found(as_int16(*(sound + room_noise(len(sound))).T), who[:, 0])


def test_wall_that_throws_a_voice_back_is_no_second_person() -> None:
    """The reflection is heard for as long as the voice, in some frames above it; the curve is high at both lags."""
    first, _, who = voices_of("good_listening")
    random = np.random.default_rng(2)
    sound = before_capsules(first, lag=RIGHT, direct_to_echo_db=3, random=random)
    sound += before_capsules(delayed(first, 60.0), lag=LEFT, direct_to_echo_db=3, random=random)
    samples = as_int16(*(sound + room_noise(len(sound))).T)
    lag = directed(samples).lag[who[:, 0]]
    assert min(int((np.abs(lag - seat) < 0.5).sum()) for seat in (LEFT, RIGHT)) >= 250
    assert nothing_found(samples, who[:, 0])


def test_person_who_changes_seats_once_is_not_two() -> None:
    """Two directions, but no turns."""
    first, _, who = voices_of("good_listening")
    half = len(first) // 2
    moved = np.concatenate(
        [np.stack([delayed(part, -lag / 2), delayed(part, lag / 2)], axis=1)
         for part, lag in ((first[:half], LEFT), (first[half:], RIGHT))]
    )  # fmt: skip
    assert nothing_found(as_int16(*(moved + room_noise(len(moved))).T), who[:, 0])


def test_microphone_a_person_is_not_one_microphone() -> None:
    """Each voice leaks 15 dB weaker and 6 samples later into the other's channel: levels tell that better."""
    first, second, who = voices_of("good_listening")
    sound = np.stack([first + 0.18 * delayed(second, 6.0), second + 0.18 * delayed(first, 6.0)], axis=1)
    assert nothing_found(as_int16(*(sound + room_noise(len(sound))).T), who.any(axis=1))


def test_people_too_close_together_are_not_told_apart() -> None:
    """A sample between them is less than a peak is wide."""
    who = voices_of("good_listening")[2]
    directions = TwoDirections()
    assert not any(
        heard(before_microphone("good_listening", left=-0.5, right=0.5), who.any(axis=1), directions=directions)
    )
    assert directions.evidence(before_microphone("good_listening")) is None


def test_sound_without_speech_teaches_nothing() -> None:
    """A radio and a fan by turns are not people: the detector marks no speech."""
    frames = before_microphone("good_listening")
    assert not any(heard(frames, np.zeros(len(frames), bool), directions=TwoDirections()))


# --- moving ------------------------------------------------------------------------------------------------------


def turns(*lags: float, frames: int = 150) -> DirectedFrames:
    """Return turns of white noise, each from its own lag and followed by half a second of silence."""
    pause = silence(50 * FRAME)
    parts = []
    for k, lag in enumerate(lags):
        voice = np.concatenate([noise(frames * FRAME, -20.0, seed=k), pause])
        parts.append(np.stack([delayed(voice, -lag / 2), delayed(voice, lag / 2)], axis=1))
    sound = np.concatenate(parts)
    return directed(as_int16(*(sound + room_noise(len(sound))).T))


def loud(frames: DirectedFrames) -> NDArray[np.bool_]:
    """Return where noise of −20 dBFS is heard."""
    speech: NDArray[np.bool_] = frames.clarity >= 8
    return speech


def test_two_seconds_of_each_are_enough() -> None:
    """Three turns of 1.5 s are too few for the second person; with a fourth both are known."""
    three, four = turns(LEFT, RIGHT, LEFT), turns(LEFT, RIGHT, LEFT, RIGHT)
    assert not any(heard(three, loud(three), directions=TwoDirections()))
    assert heard(four, loud(four), directions=TwoDirections())[-1]


def test_directions_follow_people_who_shift() -> None:
    """The second person drifts by 0.6 samples over forty turns, the first stays."""
    drift = [lag for k in range(20) for lag in (LEFT, RIGHT - 0.03 * k)]
    frames = turns(*drift, frames=100)
    directions = TwoDirections()
    heard(frames, loud(frames), directions=directions)
    assert directions.found is not None
    assert [one.lag for one in directions.found] == pytest.approx([LEFT, RIGHT - 0.55], abs=0.12)


def test_microphone_that_is_turned_is_noticed() -> None:
    """Everybody is elsewhere from then on: the old directions are given up, and new ones found."""
    frames = turns(*[LEFT, RIGHT] * 3, *[-1.0, 8.0] * 10, frames=200)
    directions = TwoDirections()
    known = heard(frames, loud(frames), directions=directions)
    assert directions.found is not None
    assert [one.lag for one in directions.found] == pytest.approx([-1.0, 8.0], abs=0.1)
    assert not all(known[known.index(True) :])


def test_marks_of_speech_fit_the_frames() -> None:
    """A mark a frame."""
    with pytest.raises(ValueError, match="16 frames need as many marks of speech, not 15"):
        TwoDirections().step(turns(LEFT)[:16], speech=np.zeros(15, bool))


# --- the scale of evidence -----------------------------------------------------------------------------------------


def evidence_at(first: float, second: float, *, cells: float = 1_000.0) -> list[float]:
    """Return the evidence of a frame whose curve has two heights at two people who reach 0.4 and 0.3 alone."""
    model = DirectionModel(
        first=Direction(lag=-4.0, height=0.4, elsewhere=0.0), second=Direction(lag=5.0, height=0.3, elsewhere=0.0)
    )
    curve = np.zeros((1, 81), np.float32)
    curve[0, [24, 60]] = first, second
    row: list[float] = model.evidence(curve, cells=np.array([cells], np.float32))[0].tolist()
    return row


def test_frame_of_one_person_is_that_persons() -> None:
    """The right one has nearly log 3 = 1.1, the most there is; the other is out of the question."""
    assert evidence_at(0.4, 0.0)[0] == pytest.approx(0.97, abs=0.1)
    assert evidence_at(0.4, 0.0)[1] < -8
    assert evidence_at(0.0, 0.3)[1] == pytest.approx(0.97, abs=0.1)


def test_frame_between_two_people_is_both() -> None:
    """Half the cells are each person's."""
    first, second, both = evidence_at(0.2, 0.15)
    assert both > 1.0
    assert max(first, second) < -1


def test_frame_of_nobody_says_nothing() -> None:
    """No height, or no cells to trust it by."""
    assert evidence_at(0.0, 0.0, cells=50.0) == pytest.approx([0.0, 0.0, 0.0], abs=0.2)
    assert evidence_at(0.1, 0.0, cells=0.0) == pytest.approx([0.0, 0.0, 0.0], abs=0.2)


def test_evidence_is_over_the_mean_of_the_three() -> None:
    """Likelihoods of a frame have mean 1, so silence can stand beside them with 0."""
    for heights in ((0.4, 0.0), (0.1, 0.2), (0.2, 0.2), (0.0, 0.05)):
        assert np.mean(np.exp(evidence_at(*heights))) == pytest.approx(1.0)
