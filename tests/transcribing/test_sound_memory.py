"""The memory of recent sound."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attune.errors import SequenceError
from attune.timebase import Span
from attune.transcribing.sound_memory import SoundMemory


def ramp(start: int, stop: int) -> np.ndarray:
    """Return two channels: the time of each sample, and its negative."""
    time = np.arange(start, stop, dtype=np.int16)
    return np.stack([time, -time], axis=1)


def test_sound_that_was_heard_is_read_back():
    """A stretch across two blocks comes back from the channel that was asked for."""
    memory = SoundMemory(length=8)
    memory.append(0, ramp(0, 4))
    memory.append(4, ramp(4, 6))
    assert memory.read(Span(2, 5), column=0).tolist() == [2, 3, 4]
    assert memory.read(Span(2, 5), column=1).tolist() == [-2, -3, -4]


def test_sound_older_than_the_memory_is_dropped():
    """Memory stays bounded however much is heard, and what was dropped reads as silence."""
    memory = SoundMemory(length=4)
    for start in range(0, 100, 2):
        memory.append(start, ramp(start, start + 2))
    assert memory.span.stop == 100
    assert 4 <= memory.span.duration <= 8
    assert memory.read(Span(96, 100), column=0).tolist() == [96, 97, 98, 99]
    assert memory.read(Span(10, 12), column=0).tolist() == [0, 0]


def test_time_that_was_skipped_is_silence():
    """A gap between blocks reads as zeros and the sound around it stays in place."""
    memory = SoundMemory(length=8)
    memory.append(10, ramp(10, 12))
    memory.append(15, ramp(15, 17))
    assert memory.read(Span(10, 17), column=0).tolist() == [10, 11, 0, 0, 0, 15, 16]


def test_gap_longer_than_the_memory_forgets_what_was_before():
    """After a long gap only silence and the new sound are remembered."""
    memory = SoundMemory(length=4)
    memory.append(0, ramp(0, 4))
    memory.append(1_000, ramp(1_000, 1_002))
    assert memory.span == Span(996, 1_002)
    assert memory.read(Span(0, 4), column=0).tolist() == [0, 0, 0, 0]
    assert memory.read(Span(998, 1_002), column=0).tolist() == [0, 0, 1_000, 1_001]


def test_block_that_begins_before_the_last_ended_raises():
    """Sound handed over twice is the caller's defect."""
    memory = SoundMemory(length=4)
    memory.append(0, ramp(0, 4))
    with pytest.raises(SequenceError, match="starts at sample 3, after 4"):
        memory.append(3, ramp(3, 5))


def test_block_with_another_number_of_channels_raises():
    """The number of channels of a session is fixed."""
    memory = SoundMemory(length=4)
    memory.append(0, ramp(0, 4))
    with pytest.raises(SequenceError, match="2 channels and now has 1"):
        memory.append(4, np.zeros((2, 1), np.int16))


@settings(deadline=None)
@given(sizes=st.lists(st.integers(0, 40), max_size=30), back=st.integers(1, 12))
def test_newest_sound_reads_the_same_for_any_blocks(sizes: list[int], back: int):
    """Whatever the sizes of blocks, the newest samples are exact."""
    memory = SoundMemory(length=12)
    heard = 0
    for size in sizes:
        memory.append(heard, ramp(heard, heard + size))
        heard += size
    back = min(back, heard)
    assert memory.read(Span(heard - back, heard), column=0).tolist() == list(range(heard - back, heard))
