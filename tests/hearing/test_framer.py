"""Blocks of any size become steps of 2560 samples, and nothing is lost between them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attune.hearing.framer import FRAME, FRAMES_A_STEP, STEP, Framer


def counted(length: int, *, channels: int = 1) -> np.ndarray:
    """Return sound in which each value says where it stands."""
    return np.arange(length * channels, dtype=np.int16).reshape(length, channels)


def test_step_is_whole_frames_and_whole_neural_windows() -> None:
    """A step of 2560 samples holds sixteen frames of 160 and five windows of 512."""
    assert (FRAME, STEP, FRAMES_A_STEP) == (160, 2_560, 16)
    assert STEP % 512 == 0


def test_less_than_a_step_waits() -> None:
    """Nothing comes out before a step is full; the rest comes when it is asked for."""
    framer = Framer(channels=1)
    assert framer.push(counted(2_559)) == []
    assert np.array_equal(framer.rest(), counted(2_559))


def test_block_of_two_steps_and_a_bit_gives_both_and_keeps_the_bit() -> None:
    """5121 samples are two steps and one sample."""
    framer = Framer(channels=2)
    sound = counted(5_121, channels=2)
    first, second = framer.push(sound)
    assert np.array_equal(first, sound[:2_560])
    assert np.array_equal(second, sound[2_560:5_120])
    assert np.array_equal(framer.rest(), sound[5_120:])


def test_rest_is_forgotten_once_taken() -> None:
    """After a rest the next step begins with the next sample."""
    framer = Framer(channels=1)
    framer.push(counted(100))
    framer.rest()
    (step,) = framer.push(counted(2_560))
    assert np.array_equal(step, counted(2_560))


def test_empty_block_changes_nothing() -> None:
    """A block without samples is allowed."""
    framer = Framer(channels=1)
    framer.push(counted(10))
    assert framer.push(counted(0)) == []
    assert len(framer.rest()) == 10


def test_block_with_another_number_of_channels_is_refused() -> None:
    """Two channels cannot follow one."""
    with pytest.raises(ValueError, match="dimension"):
        Framer(channels=1).push(counted(10, channels=2))


@given(st.lists(st.integers(0, 6_000), max_size=12))
def test_any_block_sizes_give_the_same_steps(sizes: list[int]) -> None:
    """Steps and rest are the sound, cut every 2560 samples, wherever the blocks were cut."""
    sound = counted(sum(sizes))
    framer = Framer(channels=1)
    steps: list[np.ndarray] = []
    start = 0
    for size in sizes:
        steps.extend(framer.push(sound[start : start + size]))
        start += size
    assert all(step.shape == (STEP, 1) for step in steps)
    assert np.array_equal(np.concatenate([*steps, framer.rest()]), sound)
    assert len(steps) == sum(sizes) // STEP
