"""The ring: what comes out, losses counted, is what went in."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from attune.adapters.ring import LOSSES_KEPT, Loss, SampleRing
from attune.events import GapCause


def frames(*values: int) -> NDArray[np.int16]:
    """Return one channel of these values."""
    return np.array(values, np.int16)[:, None]


def everything(ring: SampleRing, *, at_once: int = 1000) -> list[int | Loss]:
    """Return all that waits: values and losses, in order."""
    out: list[int | Loss] = []
    while (item := ring.read(at_once)) is not None:
        out.extend([item] if isinstance(item, Loss) else item[:, 0].tolist())
    return out


def test_empty_ring_gives_nothing() -> None:
    """A reader that is early gets None."""
    assert SampleRing(capacity=4, channels=1).read(4) is None


def test_sound_within_capacity_comes_out_unchanged() -> None:
    """Two channels keep their frames together and their order."""
    ring = SampleRing(capacity=8, channels=2)
    ring.write(np.array([[1, -1], [2, -2], [3, -3]], np.int16))
    assert ring.read(2).tolist() == [[1, -1], [2, -2]]
    assert ring.read(2).tolist() == [[3, -3]]
    assert ring.read(2) is None


def test_sound_across_the_seam_comes_out_in_order() -> None:
    """Writing past the end of the memory goes on at its beginning."""
    ring = SampleRing(capacity=4, channels=1)
    ring.write(frames(1, 2, 3))
    ring.read(3)
    assert ring.write(frames(4, 5, 6, 7)) == 4
    assert everything(ring) == [4, 5, 6, 7]


def test_read_gives_a_copy_that_later_sound_leaves_alone() -> None:
    """What the reader holds does not change when its place in the ring is used again."""
    ring = SampleRing(capacity=2, channels=1)
    ring.write(frames(1, 2))
    held = ring.read(2)
    ring.write(frames(8, 9))
    assert held.tolist() == [[1], [2]]


def test_late_reader_loses_the_newest_frames_at_their_place() -> None:
    """What did not fit is a loss between what was kept and what came after."""
    ring = SampleRing(capacity=3, channels=1)
    assert ring.write(frames(1, 2, 3, 4, 5)) == 3
    assert ring.write(frames(6)) == 0
    assert ring.overruns == 3
    assert ring.read(2).tolist() == [[1], [2]]
    ring.write(frames(7))
    assert everything(ring) == [3, Loss(frames=3, why=GapCause.OVERFLOW), 7]


def test_reported_loss_stands_before_the_next_sound() -> None:
    """A loss that the device reports keeps its place and its cause."""
    ring = SampleRing(capacity=8, channels=1)
    ring.write(frames(1))
    ring.lose(160, why=GapCause.STARVED)
    ring.write(frames(2))
    assert everything(ring) == [1, Loss(frames=160, why=GapCause.STARVED), 2]


def test_loss_at_the_end_appears_when_the_ring_is_settled() -> None:
    """Without later sound a loss waits for `settle`."""
    ring = SampleRing(capacity=1, channels=1)
    ring.write(frames(1, 2, 3))
    assert everything(ring) == [1]
    ring.settle()
    assert everything(ring) == [Loss(frames=2, why=GapCause.OVERFLOW)]


def test_more_losses_than_the_ring_notes_merge_and_none_is_forgotten() -> None:
    """When the notes are full, sound is given up too, and the sum stays right."""
    ring = SampleRing(capacity=1000, channels=1)
    for value in range(LOSSES_KEPT + 44):
        ring.lose(1, why=GapCause.STARVED)
        ring.write(frames(value))
    ring.settle()
    out = everything(ring)
    ring.settle()
    out += everything(ring)
    assert len([item for item in out if not isinstance(item, Loss)]) == LOSSES_KEPT
    assert out[-1] == Loss(frames=88, why=GapCause.STARVED)


@pytest.mark.parametrize(("capacity", "channels"), [(0, 1), (1, 0)])
def test_ring_without_room_is_refused(capacity: int, channels: int) -> None:
    """A ring that can hold nothing is a mistake of the caller."""
    with pytest.raises(ValueError, match="at least one frame"):
        SampleRing(capacity=capacity, channels=channels)


class Model:
    """The same ring as a deque of single frames and losses, without counters to get wrong."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.waiting: deque[int | Loss] = deque()
        self.pending: Loss | None = None

    def lose(self, count: int, why: GapCause) -> None:
        before = self.pending
        self.pending = (
            Loss(frames=count, why=why) if before is None else Loss(frames=before.frames + count, why=before.why)
        )

    def write(self, values: list[int]) -> None:
        for value in values:
            if sum(not isinstance(item, Loss) for item in self.waiting) == self.capacity:
                self.lose(1, GapCause.OVERFLOW)
                continue
            self.settle()
            self.waiting.append(value)

    def settle(self) -> None:
        if self.pending is not None:
            self.waiting.append(self.pending)
            self.pending = None

    def read(self, count: int) -> list[int] | Loss | None:
        if not self.waiting:
            return None
        if isinstance(self.waiting[0], Loss):
            return self.waiting.popleft()  # type: ignore[return-value]
        out: list[int] = []
        while self.waiting and len(out) < count and not isinstance(self.waiting[0], Loss):
            out.append(self.waiting.popleft())  # type: ignore[arg-type]
        return out


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 12)),
        st.tuples(st.just("lose"), st.integers(1, 5)),
        st.tuples(st.just("read"), st.integers(1, 12)),
        st.tuples(st.just("settle"), st.just(0)),
    ),
    max_size=60,
)


@given(capacity=st.integers(1, 9), steps=STEPS)
def test_any_order_of_writing_and_reading_gives_what_a_deque_gives(capacity: int, steps: list[tuple[str, int]]) -> None:
    """Against a plain model: every value, every loss, in the same places, whatever the order of calls."""
    ring, model, value = SampleRing(capacity=capacity, channels=1), Model(capacity), 0
    for step, count in steps:
        if step == "write":
            values = list(range(value, value + count))
            value += count
            ring.write(frames(*values) if values else np.zeros((0, 1), np.int16))
            model.write(values)
        elif step == "lose":
            ring.lose(count, why=GapCause.STARVED)
            model.lose(count, GapCause.STARVED)
        elif step == "settle":
            ring.settle()
            model.settle()
        else:
            got = ring.read(count)
            assert (got[:, 0].tolist() if isinstance(got, np.ndarray) else got) == model.read(count)
