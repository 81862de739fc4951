"""The timeline of captured sound: parts that always join."""

from __future__ import annotations

import numpy as np
import pytest

from attune.adapters.capture_timeline import CaptureTimeline
from attune.adapters.ring import Loss
from attune.events import Block, Gap, GapCause
from attune.timebase import Span

HALF_SECOND_AT_48_KHZ = np.full((24000, 1), 1000, np.int16)


@pytest.fixture
def timeline() -> CaptureTimeline:
    """Return a timeline of one channel on a stream of 48 kHz."""
    made = CaptureTimeline(channels=1)
    made.begin(rate=48000)
    return made


def test_sound_before_a_loss_is_told_to_its_end(timeline: CaptureTimeline) -> None:
    """The resampler gives back what it holds before the gap begins."""
    parts = [*timeline.heard(HALF_SECOND_AT_48_KHZ), *timeline.lost(Loss(frames=4800, why=GapCause.OVERFLOW))]
    assert parts[-1] == Gap(span=Span(8000, 9600), why=GapCause.OVERFLOW)
    assert sum(part.span.duration for part in parts[:-1]) == 8000
    assert all(isinstance(part, Block) for part in parts[:-1])


def test_loss_shorter_than_a_sample_is_still_told(timeline: CaptureTimeline) -> None:
    """One frame of 48 kHz is a third of a sample; it is rounded up, so that no loss is hidden."""
    assert list(timeline.lost(Loss(frames=1, why=GapCause.OVERFLOW))) == [Gap(span=Span(0, 1), why=GapCause.OVERFLOW)]


def test_outage_grows_and_ends_where_sound_begins(timeline: CaptureTimeline) -> None:
    """Each call adds what has passed since the last; the end adds the rest."""
    parts = [
        *timeline.silent(since=10.0, until=10.5, why=GapCause.UNPLUGGED),
        *timeline.silent(since=10.0, until=10.4, why=GapCause.UNPLUGGED),
        *timeline.silent(since=10.0, until=11.0, why=GapCause.UNPLUGGED),
        *timeline.over(at=11.25, why=GapCause.UNPLUGGED),
    ]
    assert [part.span for part in parts] == [Span(0, 8000), Span(8000, 16000), Span(16000, 20000)]
    assert timeline.silent_since is None


def test_loss_that_was_told_as_an_outage_is_not_told_twice(timeline: CaptureTimeline) -> None:
    """The device's own figure for the same time fills up to its length only."""
    parts = [
        *timeline.silent(since=10.0, until=11.0, why=GapCause.STARVED),
        *timeline.lost(Loss(frames=72000, why=GapCause.STARVED)),
    ]
    assert [part.span for part in parts] == [Span(0, 16000), Span(16000, 24000)]


def test_end_of_an_outage_that_never_was_adds_nothing(timeline: CaptureTimeline) -> None:
    """The first sound of a session follows no outage."""
    assert list(timeline.over(at=50.0, why=GapCause.UNPLUGGED)) == []
