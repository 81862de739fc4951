"""Settled frames become inter-pausal units, dated to the frame."""

from __future__ import annotations

import pytest

from attune.events import SpeechSegment, VoiceActivity, Voicing
from attune.hearing.units import UnitBuilder
from attune.hearing.voicing import VoicedFrame
from attune.timebase import Span

ORIGIN = 1_000


def frames(pattern: str, *, first: int = 0, level_db: float = -30.0) -> list[VoicedFrame]:
    """Return frames of speech (``#``) and silence (``.``)."""
    return [
        VoicedFrame(index=first + k, speech=mark == "#", level_db=level_db, probability=0.5)
        for k, mark in enumerate(pattern)
    ]


def builder() -> UnitBuilder:
    """Return the builder of Ann's units, whose frame 0 starts at sample 1000."""
    return UnitBuilder(speaker="Ann", origin=ORIGIN)


def segments(events: list[VoiceActivity | SpeechSegment]) -> list[tuple[int, int]]:
    """Return the spans of the segments."""
    return [(event.span.start, event.span.stop) for event in events if isinstance(event, SpeechSegment)]


def test_voice_is_announced_at_its_sixth_frame_and_dated_back() -> None:
    """60 ms of speech are a voice; five frames are not yet."""
    units = builder()
    assert units.step(frames("..#####"), now=2_120) == []
    assert units.step(frames("#", first=7), now=2_280) == [
        VoiceActivity(speaker="Ann", voicing=Voicing.STARTED, at=1_320, known_at=2_280)
    ]


def test_unit_ends_after_twenty_silent_frames() -> None:
    """The segment comes first, then the end of the voice, both dated back to the last frame of speech."""
    units = builder()
    units.step(frames("######" + "." * 19), now=5_000)
    assert units.open_since == 1_000
    segment, stopped = units.step(frames(".", first=25), now=5_160)
    assert segment == SpeechSegment(
        id="s-Ann-1000", span=Span(1_000, 1_960), speaker="Ann", level_dbfs=pytest.approx(-30.0), confidence=0.5
    )
    assert stopped == VoiceActivity(speaker="Ann", voicing=Voicing.STOPPED, at=1_960, known_at=5_160)
    assert units.open_since is None


def test_pause_of_nineteen_frames_does_not_end_a_unit() -> None:
    """190 ms are a pause within a unit."""
    units = builder()
    events = units.step(frames("######" + "." * 19 + "##" + "." * 20), now=9_000)
    assert segments(events) == [(1_000, 1_000 + 27 * 160)]


def test_pause_of_twenty_frames_makes_two_units() -> None:
    """200 ms of silence part two units."""
    units = builder()
    events = units.step(frames("######" + "." * 20 + "######" + "." * 20), now=9_000)
    assert segments(events) == [(1_000, 1_960), (5_160, 6_120)]
    assert [type(event).__name__ for event in events] == ["VoiceActivity", "SpeechSegment", "VoiceActivity"] * 2


def test_click_is_no_unit() -> None:
    """Fifty milliseconds of speech are never told of."""
    units = builder()
    assert units.step(frames("#####" + "." * 20), now=9_000) == []
    assert units.open_since is None


def test_click_is_remembered_as_a_possible_start_while_it_is_open() -> None:
    """Until it has been given up, a segment may still start there."""
    units = builder()
    units.step(frames("..#"), now=1_480)
    assert units.open_since == 1_320


def test_level_is_the_mean_power_of_the_frames_of_speech() -> None:
    """Half at −20 and half at −30 dBFS is −22.6, and silences within do not count."""
    units = builder()
    spoken = frames("######", level_db=-20.0) + frames("..", first=6, level_db=-90.0)
    spoken += frames("######", first=8, level_db=-30.0)
    units.step(spoken, now=4_000)
    (segment, _) = units.finish(now=4_000)
    assert isinstance(segment, SpeechSegment)
    assert segment.level_dbfs == pytest.approx(-22.596, abs=1e-3)


def test_finish_ends_an_open_unit() -> None:
    """When sound stops, what is open closes at its last frame of speech."""
    units = builder()
    units.step(frames("########.."), now=3_000)
    assert segments(units.finish(now=3_000)) == [(1_000, 2_280)]
    assert units.finish(now=3_000) == []


def test_unit_never_outlasts_the_sound() -> None:
    """The last frame may hang over the end of the sound; the unit does not."""
    units = builder()
    units.step(frames("########"), now=2_200)
    segment, stopped = units.finish(now=2_200)
    assert isinstance(segment, SpeechSegment)
    assert isinstance(stopped, VoiceActivity)
    assert segment.span == Span(1_000, 2_200)
    assert stopped.at == 2_200


def test_finish_without_speech_says_nothing() -> None:
    """Silence ends in silence."""
    units = builder()
    units.step(frames("...."), now=1_640)
    assert units.finish(now=1_640) == []
