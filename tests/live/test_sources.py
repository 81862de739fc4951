"""Recordings as sources of live sound: in real time, held for the coach, heard in the room."""

from __future__ import annotations

import numpy as np

from attune.events import Block
from attune.live.sources import PacedSource, SwiftSource

TENTH = 1_600


def blocks(count: int) -> list[Block]:
    """Return blocks of a tenth of a second, each filled with its number, from 1 on."""
    return [Block(start=k * TENTH, samples=np.full((TENTH, 1), k + 1, np.int16)) for k in range(count)]


class Late:
    """A clock that is always past every deadline, so that nothing is waited for."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1_000.0
        return self.now


class Stage:
    """Notes what a recital is asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def go_on(self, start: int) -> None:
        self.asked.append(("go on", start))

    def pause(self) -> None:
        self.asked.append(("pause", 0))


def test_recording_comes_through_whole_and_in_order() -> None:
    """What is not held is what the recording has."""
    heard = list(PacedSource(blocks(3), clock=Late()).sounds())
    assert [(sound.start, int(sound.samples[0, 0])) for sound in heard] == [(0, 1), (TENTH, 2), (2 * TENTH, 3)]


def test_held_recording_waits_behind_silence() -> None:
    """Silence fills the time in which the coach speaks, and the rest comes later, without a hole."""
    holding = iter([False, True, True, False, False])
    heard = list(PacedSource(blocks(3), clock=Late(), held=lambda: next(holding)).sounds())
    assert [(sound.start, int(sound.samples[0, 0])) for sound in heard] == [
        (0, 1),
        (TENTH, 0),
        (2 * TENTH, 0),
        (3 * TENTH, 2),
        (4 * TENTH, 3),
    ]


def test_recital_falls_silent_while_held_and_goes_on_where_it_stopped() -> None:
    """What is heard in the room stays with what is taken in."""
    stage, holding = Stage(), iter([False, True, False, False])
    list(PacedSource(blocks(3), clock=Late(), held=lambda: next(holding), recital=stage).sounds())
    assert stage.asked == [("go on", 0), ("pause", 0), ("go on", TENTH), ("pause", 0)]


def test_stopped_source_ends_and_its_recital_with_it() -> None:
    """Nothing sounds on after the end."""
    stage = Stage()
    source = PacedSource(blocks(3), clock=Late(), recital=stage)
    sounds = source.sounds()
    next(sounds)
    source.stop()
    assert list(sounds) == []
    assert stage.asked == [("go on", 0), ("pause", 0)]


def test_swift_source_stops_between_two_blocks() -> None:
    """A fast run can be interrupted too."""
    source = SwiftSource(blocks(3))
    sounds = source.sounds()
    next(sounds)
    source.stop()
    assert list(sounds) == []


def test_how_much_later_a_held_recording_is_can_be_asked() -> None:
    """What comes after a silence is as much later as the silence is long."""
    holding = iter([False, True, True, False, False])
    source = PacedSource(blocks(3), clock=Late(), held=lambda: next(holding))
    list(source.sounds())
    assert [source.held_before(sample) for sample in (0, TENTH, 3 * TENTH, 4 * TENTH)] == [0, 0, 2 * TENTH, 2 * TENTH]
