"""Segments of people, from parts of a run that are known to the sample."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from attune.events import UNKNOWN, SpeechSegment, VoiceActivity, Voicing
from attune.hearing.voices.casting import Cast, segments_of
from attune.hearing.voices.decoding import Voice
from attune.hearing.voices.encoder import ANSWERS
from attune.hearing.voices.runs import Part, Run
from attune.timebase import Span

FIRST, SECOND, BOTH = Voice
NAMES = ("Anna", "Ben")
START, STOP = 16_000, 80_000
NOW = 90_000


def whole_run() -> Run:
    """Return four seconds of steady sound: −6 dBFS for two seconds, then −26 dBFS."""
    sound = np.concatenate([np.full(32_000, 16_422), np.full(32_000, 1_642)]).astype(np.int16)
    return Run(span=Span(START, STOP), sound=sound, windows=np.zeros((50, ANSWERS, 4), np.float32))


def part(start: int, stop: int, voice: Voice | None, confidence: float = 0.9) -> Part:
    """Return a part of the run, in samples since its start."""
    return Part(span=Span(START + start, START + stop), voice=voice, confidence=confidence)


def spans(*parts: Part) -> list[tuple[str, int, int]]:
    """Return who is given which segments, in samples since the run's start."""
    found = segments_of(parts, run=whole_run(), names=NAMES)
    return [(segment.speaker, segment.span.start - START, segment.span.stop - START) for segment in found]


def test_part_of_one_person_is_a_segment() -> None:
    """With its name, its time, its level, and how sure it is."""
    (segment,) = segments_of([part(0, 32_000, FIRST)], run=whole_run(), names=NAMES)
    assert segment.id == "s-Anna-16000"
    assert segment.span == Span(16_000, 48_000)
    assert segment.speaker == "Anna"
    assert segment.level_dbfs == pytest.approx(-6.0, abs=0.01)
    assert segment.confidence == pytest.approx(0.9)


def test_two_turns_are_two_segments_that_touch() -> None:
    """Each has the level of its own time."""
    parts = [part(0, 32_000, FIRST), part(32_000, 64_000, SECOND)]
    assert spans(*parts) == [("Anna", 0, 32_000), ("Ben", 32_000, 64_000)]
    levels = [segment.level_dbfs for segment in segments_of(parts, run=whole_run(), names=NAMES)]
    assert levels == [pytest.approx(-6.0, abs=0.01), pytest.approx(-26.0, abs=0.01)]


def test_both_at_once_are_two_segments() -> None:
    """Anna, then both, then Ben: each is one segment that reaches over what they share."""
    parts = [part(0, 20_000, FIRST), part(20_000, 30_000, BOTH), part(30_000, 64_000, SECOND)]
    assert spans(*parts) == [("Anna", 0, 30_000), ("Ben", 20_000, 64_000)]


def test_pause_of_less_than_a_fifth_of_a_second_is_bridged() -> None:
    """Ben's word of 199 ms leaves Anna's unit whole; 200 ms end it."""
    short = [part(0, 20_000, FIRST), part(20_000, 23_199, SECOND), part(23_199, 40_000, FIRST)]
    assert spans(*short) == [("Anna", 0, 40_000), ("Ben", 20_000, 23_199)]
    long = [part(0, 20_000, FIRST), part(20_000, 23_200, SECOND), part(23_200, 40_000, FIRST)]
    assert spans(*long) == [("Anna", 0, 20_000), ("Ben", 20_000, 23_200), ("Anna", 23_200, 40_000)]


def test_nobody_known_is_a_segment_of_the_unknown() -> None:
    """A guest between two turns belongs to neither."""
    parts = [part(0, 20_000, FIRST), part(20_000, 40_000, None, 0.3), part(40_000, 64_000, SECOND)]
    assert spans(*parts) == [("Anna", 0, 20_000), (UNKNOWN, 20_000, 40_000), ("Ben", 40_000, 64_000)]


def test_confidence_is_weighted_by_time() -> None:
    """Three quarters of a segment at .9 and one at .5 are .8."""
    parts = [part(0, 30_000, FIRST, 0.9), part(30_000, 40_000, BOTH, 0.5)]
    anna, ben = segments_of(parts, run=whole_run(), names=NAMES)
    assert anna.confidence == pytest.approx(0.8)
    assert ben.confidence == pytest.approx(0.5)


def test_activity_tells_who_begins_and_who_falls_silent() -> None:
    """Ben's start is told while Anna's segment is still open, her end once 200 ms have passed."""
    run, cast = whole_run(), Cast(names=NAMES, start=START)
    assert cast.tell([part(0, 20_000, FIRST)], run=run, now=NOW) == [
        VoiceActivity(speaker="Anna", voicing=Voicing.STARTED, at=16_000, known_at=NOW)
    ]
    begins, segment, falls_silent = cast.tell([part(20_000, 64_000, SECOND)], run=run, now=NOW + 1)
    assert begins == VoiceActivity(speaker="Ben", voicing=Voicing.STARTED, at=36_000, known_at=NOW + 1)
    assert isinstance(segment, SpeechSegment)
    assert (segment.speaker, segment.span) == ("Anna", Span(16_000, 36_000))
    assert falls_silent == VoiceActivity(speaker="Anna", voicing=Voicing.STOPPED, at=36_000, known_at=NOW + 1)
    segment, falls_silent = cast.finish(run=run, now=NOW + 2)
    assert isinstance(segment, SpeechSegment)
    assert (segment.speaker, segment.span) == ("Ben", Span(36_000, 80_000))
    assert falls_silent == VoiceActivity(speaker="Ben", voicing=Voicing.STOPPED, at=80_000, known_at=NOW + 2)
    assert cast.finish(run=run, now=NOW + 3) == []


def test_unknown_voice_has_a_segment_and_no_activity() -> None:
    """That somebody speaks has been told for the whole run already."""
    run, cast = whole_run(), Cast(names=NAMES, start=START)
    events = cast.tell([part(0, 20_000, None)], run=run, now=NOW) + cast.finish(run=run, now=NOW)
    assert [type(event) for event in events] == [SpeechSegment]


def test_both_begin_together() -> None:
    """Two activities and two segments at the same time."""
    run, cast = whole_run(), Cast(names=NAMES, start=START)
    begin = cast.tell([part(0, 20_000, BOTH)], run=run, now=NOW)
    assert [(e.speaker, e.at) for e in begin if isinstance(e, VoiceActivity)] == [("Anna", 16_000), ("Ben", 16_000)]
    end = cast.finish(run=run, now=NOW)
    assert [e.speaker for e in end if isinstance(e, SpeechSegment)] == ["Anna", "Ben"]


def test_horizon_is_where_an_untold_segment_may_start() -> None:
    """The start of the oldest open segment; when none is open, the end of what was told."""
    run, cast = whole_run(), Cast(names=NAMES, start=START)
    assert cast.horizon == START
    cast.tell([part(0, 20_000, FIRST)], run=run, now=NOW)
    assert cast.horizon == START
    cast.tell([part(20_000, 40_000, SECOND)], run=run, now=NOW)
    assert cast.horizon == START + 20_000
    cast.finish(run=run, now=NOW)
    assert cast.horizon == START + 40_000


def test_parts_told_one_by_one_give_the_same_segments() -> None:
    """Live, parts come as they settle; of a file, they come at once."""
    parts = [
        part(0, 10_000, FIRST),
        part(10_000, 12_000, None),
        part(12_000, 20_000, FIRST, 0.7),
        part(20_000, 24_000, BOTH),
        part(24_000, 50_000, SECOND),
        part(50_000, 64_000, FIRST),
    ]
    run, cast = whole_run(), Cast(names=NAMES, start=START)
    events = [event for one in parts for event in cast.tell([one], run=run, now=NOW)]
    events += cast.finish(run=run, now=NOW)
    told = [event for event in events if isinstance(event, SpeechSegment)]
    assert sorted(told, key=lambda segment: (segment.span.start, segment.id)) == cast.segments
    assert cast.segments == segments_of(parts, run=run, names=NAMES)
    assert len({segment.id for segment in told}) == len(told)


def test_sound_of_zeros_has_a_level() -> None:
    """Digital silence is very soft, and no error."""
    run = replace(whole_run(), sound=np.zeros(64_000, np.int16))
    (segment,) = segments_of([part(0, 64_000, FIRST)], run=run, names=NAMES)
    assert segment.level_dbfs == -100.0
