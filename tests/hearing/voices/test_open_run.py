"""A run under way: what is settled is told early, and all of it when it ends."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from attune.events import UNKNOWN, SpeechSegment, VoiceActivity, Voicing
from attune.hearing.framer import STEP
from attune.hearing.voices.casting import segments_of
from attune.hearing.voices.couple import Couple
from attune.hearing.voices.decoding import Voice
from attune.hearing.voices.encoder import ANSWERS
from attune.hearing.voices.feature_stream import FeatureStream
from attune.hearing.voices.judging import Judge
from attune.hearing.voices.mixing import SLOT
from attune.hearing.voices.open_run import BATCH, OpenRun
from attune.hearing.voices.runs import QUIETEST_WITHIN, Run, slots_of
from made_voices import ANNA, BEN, GUEST, WideEncoder, anna_and_ben, run_of, talk_of

NAMES = ("Anna", "Ben")
START = 4_800
NEAR = QUIETEST_WITHIN * 160
TALK = talk_of((ANNA, 30), (BEN, 30), (Voice.BOTH, 12), (ANNA, 30), seed=7)


@dataclass(kw_only=True)
class Reading:
    """What was told of a run, and when."""

    run: Run
    segments: list[SpeechSegment]
    told: list[tuple[int, VoiceActivity | SpeechSegment]]
    horizons: list[tuple[int, int]] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)


def judge_of(couple: Couple | None) -> Judge | None:
    """Return what judges by voices alone; None while none are known."""
    return None if couple is None else Judge(couple=couple, directions=None)


def read(talk: NDArray[np.int16], *, couple: Couple | None, every: int = 1) -> Reading:
    """Return what is told of a run that begins at `START`, asked after every so many steps of 160 ms, then closed."""
    encoder = WideEncoder()
    stream = FeatureStream(origin=0, encoder=encoder)
    run = OpenRun(start=START, stream=stream, encoder=encoder, judge=judge_of(couple), directions=None, names=NAMES)
    sound = np.concatenate([np.zeros(START, np.int16), talk])
    told: list[tuple[int, VoiceActivity | SpeechSegment]] = []
    horizons = []
    for k, at in enumerate(range(0, len(sound), STEP)):
        now = min(at + STEP, len(sound))
        stream.step(sound[at:now], needed_from=START)
        if now > START and k % every == 0:
            told += [(now, event) for event in run.advance(sounding_until=now - 1_600, now=now)]
            horizons.append((now, run.horizon))
    finished, segments, events = run.close(len(sound), now=len(sound))
    told += [(len(sound), event) for event in events]
    return Reading(run=finished, segments=segments, told=told, horizons=horizons, batches=encoder.batches)


def spans(reading: Reading) -> list[tuple[str, int, int]]:
    """Return who was given which segments, in slots since the run's start."""
    ordered = sorted(reading.segments, key=lambda segment: (segment.span.start, segment.id))
    return [(s.speaker, round((s.span.start - START) / SLOT), round((s.span.stop - START) / SLOT)) for s in ordered]


def test_people_are_told_apart_while_the_run_goes_on() -> None:
    """Anna, Ben, both for a second, Anna: to the slot."""
    found = read(TALK, couple=anna_and_ben())
    assert spans(found) == [
        ("Anna", 0, 30),
        ("Ben", 30, pytest.approx(72, abs=1)),
        ("Anna", pytest.approx(60, abs=1), 102),
    ]


def test_what_is_settled_is_told_before_the_run_ends() -> None:
    """Anna's first turn, and that Ben began, are known when both have said more, though nobody has paused yet."""
    told = read(talk_of((ANNA, 30), (BEN, 30), (ANNA, 30), (BEN, 60), seed=7), couple=anna_and_ben()).told
    early = [event for known_at, event in told if known_at <= START + 130 * SLOT]
    assert [(e.speaker, e.voicing) for e in early if isinstance(e, VoiceActivity)] == [
        ("Anna", Voicing.STARTED),
        ("Ben", Voicing.STARTED),
        ("Anna", Voicing.STOPPED),
    ]
    (segment,) = (event for event in early if isinstance(event, SpeechSegment))
    assert segment.span.stop == pytest.approx(START + 30 * SLOT, abs=NEAR)
    assert all(event.known_at == known_at for known_at, event in told if isinstance(event, VoiceActivity))


@pytest.mark.parametrize("every", [1, 3, 1_000])
def test_all_that_was_told_is_what_the_whole_run_says(every: int) -> None:
    """Asked often, seldom or only at the end: the segments are those of the finished run, each told once."""
    found = read(TALK, couple=anna_and_ben(), every=every)
    whole = segments_of(Judge(couple=anna_and_ben(), directions=None).parts(found.run), run=found.run, names=NAMES)
    told = found.segments
    assert [replace(segment, confidence=1.0) for segment in told] == [replace(s, confidence=1.0) for s in whole]
    assert [s.confidence for s in told] == pytest.approx([s.confidence for s in whole], abs=1e-3)
    events = [event for _, event in found.told if isinstance(event, SpeechSegment)]
    assert sorted(events, key=lambda segment: (segment.span.start, segment.id)) == told


def test_every_start_has_its_stop() -> None:
    """For each segment of a known person, one of each."""
    found = read(TALK, couple=anna_and_ben())
    for voicing in Voicing:
        at = sorted((e.speaker, e.at) for _, e in found.told if isinstance(e, VoiceActivity) and e.voicing is voicing)
        ends = [s.span.start if voicing is Voicing.STARTED else s.span.stop for s in found.segments]
        assert at == sorted(zip([s.speaker for s in found.segments], ends, strict=True))


def test_horizon_lies_before_all_that_is_told_later() -> None:
    """So that whoever reads in order may rely on it; and it only moves on."""
    found = read(TALK, couple=anna_and_ben())
    for now, horizon in found.horizons:
        later = [e.span.start for known, e in found.told if known > now and isinstance(e, SpeechSegment)]
        assert all(start >= horizon for start in later)
    horizons = [horizon for _, horizon in found.horizons]
    assert horizons == sorted(horizons)
    assert horizons[-1] > START


def test_guest_is_unknown() -> None:
    """A third voice is one segment of nobody known, without activity."""
    found = read(talk_of((GUEST, 30), seed=7), couple=anna_and_ben())
    assert spans(found) == [(UNKNOWN, 0, 30)]
    assert [type(event) for _, event in found.told] == [SpeechSegment]


def test_nothing_is_told_while_no_voice_is_known() -> None:
    """The run is there to be learned from, with a window a slot."""
    found = read(TALK, couple=None)
    assert (found.segments, found.told) == ([], [])
    assert {horizon for _, horizon in found.horizons} == {START}
    assert found.run.span.start == START
    assert (found.run.sound == TALK).all()
    assert found.run.windows.shape[:2] == (slots_of(len(TALK)), ANSWERS)


def test_windows_are_those_of_the_sound_at_once() -> None:
    """Embedded four by four as they come, or all at the end, they are the windows of the run."""
    often, whole = read(TALK, couple=None), read(TALK, couple=None, every=1_000)
    alone = run_of((ANNA, 30), (BEN, 30), (Voice.BOTH, 12), (ANNA, 30), seed=7)
    count = len(alone.whole) - 1
    assert np.abs(often.run.windows[:count] - whole.run.windows[:count]).max() < 1e-5
    assert np.abs(often.run.windows[1:count] - alone.windows[1:count]).max() < 1e-5


def test_windows_are_embedded_in_batches() -> None:
    """Never fewer than a batch before the end: a call costs as much as two windows."""
    *under_way, _ = read(TALK, couple=None).batches
    assert sum(under_way) > 80
    assert all(count % BATCH == 0 for count in under_way)


def test_nothing_beyond_the_known_end_is_embedded() -> None:
    """Sound that may be a pause is not looked at yet."""
    encoder = WideEncoder()
    stream = FeatureStream(origin=0, encoder=encoder)
    run = OpenRun(start=0, stream=stream, encoder=encoder, judge=judge_of(anna_and_ben()), directions=None, names=NAMES)
    stream.step(TALK, needed_from=0)
    assert run.advance(sounding_until=0, now=len(TALK)) == []
    assert run.advance(sounding_until=3 * SLOT, now=len(TALK)) == []
    assert encoder.batches == []
    run.advance(sounding_until=6 * SLOT, now=len(TALK))
    assert encoder.batches == [4]


@pytest.mark.parametrize("length", [160, 639, 1_280, 1_920, 5_000])
def test_run_shorter_than_a_window_is_somebodys_or_unknown(length: int) -> None:
    """A cough or a "yeah" closes as one segment, as long as it was; it is never two people's."""
    found = read(talk_of((BEN, 5), seed=3)[:length], couple=anna_and_ben())
    (segment,) = found.segments
    assert (segment.span.start, segment.span.stop) == (START, START + length)
    assert segment.speaker in {"Ben", UNKNOWN}
    assert len(found.run.windows) == slots_of(length)
