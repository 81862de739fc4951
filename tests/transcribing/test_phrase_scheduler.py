"""The scheduler of phrases."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attune.errors import SequenceError
from attune.events import (
    UNKNOWN,
    SpeechSegment,
    TranscriptionDiscarded,
    TranscriptionPromoted,
    TranscriptionRequest,
    Urgency,
    VoiceActivity,
    Voicing,
    segment_id,
)
from attune.timebase import Span, samples_of
from attune.transcribing.phrases import PhraseEvent, PhraseScheduler, PhraseSettings

SECOND = 16_000


def unit(speaker: str, start: int, stop: int) -> SpeechSegment:
    return SpeechSegment(
        id=segment_id(speaker, start), span=Span(start, stop), speaker=speaker, level_dbfs=-20.0, confidence=0.9
    )


def started(speaker: str, at: int, *, known_at: int | None = None) -> VoiceActivity:
    return VoiceActivity(speaker=speaker, voicing=Voicing.STARTED, at=at, known_at=known_at or at + 3_200)


def stopped(speaker: str, at: int, *, known_at: int | None = None) -> VoiceActivity:
    return VoiceActivity(speaker=speaker, voicing=Voicing.STOPPED, at=at, known_at=known_at or at + 4_800)


def scheduler(*, seconds: float = 0) -> PhraseScheduler:
    """Return a scheduler of A (left) and B (right) that has heard noise for some seconds."""
    made = PhraseScheduler({"A": 0, "B": 1})
    made.hear(0, noise(samples_of(seconds)))
    return made


def say(phrases: PhraseScheduler, speaker: str, start: int, stop: int) -> list[PhraseEvent]:
    """Tell a whole unit: its start, its end and that the voice fell silent; known 0.3 s late."""
    return [
        *phrases.activity(started(speaker, start)),
        *phrases.segment(unit(speaker, start, stop), known_at=stop + 4_800),
        *phrases.activity(stopped(speaker, stop)),
    ]


def noise(n: int, *, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(-999, 999, (n, 2), np.int16)


def brief(events: list[PhraseEvent]) -> list[tuple[str, str]]:
    """Return the events as (what, phrase)."""
    out = []
    for event in events:
        match event:
            case TranscriptionRequest():
                out.append((event.urgency.value, event.phrase.id))
            case TranscriptionPromoted():
                out.append(("promoted", event.phrase_id))
            case TranscriptionDiscarded():
                out.append(("discarded", event.phrase_id))
    return out


# --- one phrase --------------------------------------------------------------------------------------------


def test_unit_that_closes_is_requested_with_padding_and_its_sound():
    """A closed unit is requested at once, 150 ms wider on both sides, with the sound of its speaker's channel."""
    sound = noise(2 * SECOND)
    phrases = PhraseScheduler({"A": 0, "B": 1})
    phrases.hear(0, sound)
    [request] = phrases.segment(unit("B", 8_000, 16_000))
    assert isinstance(request, TranscriptionRequest)
    assert request.urgency is Urgency.SPECULATIVE
    assert (request.phrase.id, request.phrase.speaker) == ("p-B-5600-18400", "B")
    assert request.phrase.span == Span(5_600, 18_400)
    np.testing.assert_array_equal(request.samples, sound[5_600:18_400, 1])


def test_silence_that_lasts_promotes_the_speculation():
    """700 ms after the unit ended its phrase is final, not a sample earlier, and only once."""
    phrases = scheduler(seconds=2)
    phrases.segment(unit("A", 8_000, 16_000))
    assert phrases.advance(27_199) == []
    assert brief(phrases.advance(27_200)) == [("promoted", "p-A-5600-18400")]
    assert phrases.advance(99_999) == []


def test_voice_that_returns_discards_the_speculation_and_the_phrase_extends():
    """Speech within the silence overtakes the speculation; the next request holds both units."""
    phrases = scheduler(seconds=4)
    assert brief(phrases.segment(unit("A", 8_000, 16_000))) == [("speculative", "p-A-5600-18400")]
    assert phrases.activity(stopped("A", 16_000)) == []
    assert brief(phrases.activity(started("A", 22_000))) == [("discarded", "p-A-5600-18400")]
    assert phrases.advance(40_000) == []
    assert brief(phrases.segment(unit("A", 22_000, 36_000))) == [("speculative", "p-A-5600-38400")]
    assert brief(phrases.advance(47_200)) == [("promoted", "p-A-5600-38400")]


def test_voice_of_another_leaves_the_speculation_alone():
    """B's voice says nothing about whether A has finished."""
    phrases = scheduler(seconds=2)
    phrases.segment(unit("A", 8_000, 16_000))
    assert phrases.activity(started("B", 17_000)) == []
    assert brief(phrases.advance(27_200)) == [("promoted", "p-A-5600-18400")]


def test_voice_known_after_the_silence_lasted_begins_a_new_phrase():
    """A start that is known only after the deadline finds the phrase finished, whatever the size of blocks."""
    phrases = scheduler(seconds=4)
    phrases.segment(unit("A", 8_000, 16_000))
    assert brief(phrases.activity(started("A", 27_000, known_at=27_201))) == [("promoted", "p-A-5600-18400")]
    assert brief(phrases.segment(unit("A", 27_000, 36_000))) == [("speculative", "p-A-24600-38400")]


def test_voice_that_stops_before_its_unit_closes_is_waited_for():
    """When the end is known before the unit, the old units are not requested again in between."""
    phrases = scheduler(seconds=4)
    phrases.segment(unit("A", 8_000, 16_000))
    phrases.activity(started("A", 22_000))
    assert phrases.activity(stopped("A", 36_000)) == []
    assert brief(phrases.segment(unit("A", 22_000, 36_000))) == [("speculative", "p-A-5600-38400")]


def test_voice_that_was_no_unit_after_all_ends_in_a_final_request():
    """A voice that discarded a speculation and then came to nothing leaves the phrase to be decoded after all."""
    phrases = scheduler(seconds=4)
    phrases.segment(unit("A", 8_000, 16_000))
    phrases.activity(started("A", 22_000))
    phrases.activity(stopped("A", 24_000))
    assert phrases.advance(35_199) == []
    assert brief(phrases.advance(35_200)) == [("final", "p-A-5600-18400")]


def test_unit_that_closes_while_the_next_has_begun_waits():
    """No speculation while its speaker talks already."""
    phrases = scheduler(seconds=4)
    phrases.activity(started("A", 22_000))
    assert phrases.segment(unit("A", 8_000, 16_000)) == []
    assert brief(phrases.segment(unit("A", 22_000, 36_000))) == [("speculative", "p-A-5600-38400")]


# --- what is not requested ---------------------------------------------------------------------------------


def test_unknown_voice_is_never_requested():
    """The words of people who are not part of the conversation are not kept."""
    phrases = scheduler(seconds=4)
    assert phrases.activity(started(UNKNOWN, 8_000)) == []
    assert phrases.segment(unit(UNKNOWN, 8_000, 40_000)) == []
    assert phrases.flush() == []


def test_speech_shorter_than_the_least_is_not_requested():
    """Under 250 ms of voice is left to the ear for backchannels."""
    phrases = scheduler(seconds=2)
    assert phrases.segment(unit("A", 8_000, 11_999)) == []
    assert phrases.advance(40_000) == []
    assert brief(phrases.segment(unit("A", 41_000, 45_000))) == [("speculative", "p-A-38600-45000")]


def test_short_speech_that_goes_on_is_part_of_the_phrase():
    """A short first unit is decoded with what follows it."""
    phrases = scheduler(seconds=2)
    assert say(phrases, "A", 8_000, 11_000) == []
    assert brief(say(phrases, "A", 16_000, 26_000)) == [("speculative", "p-A-5600-28400")]


def test_speaker_without_a_channel_raises():
    """A person whose channel was never told is the caller's defect."""
    with pytest.raises(SequenceError, match="'C'"):
        scheduler(seconds=2).segment(unit("C", 0, 9_000))


# --- padding -----------------------------------------------------------------------------------------------


def test_padding_never_reaches_into_the_phrase_before():
    """When two phrases stand close the second begins where the first one's padding ended."""
    phrases = PhraseScheduler({"A": 0}, settings=PhraseSettings(phrase_end_ms=250))
    phrases.hear(0, noise(3 * SECOND)[:, :1])
    phrases.segment(unit("A", 8_000, 16_000))
    phrases.advance(20_000)
    assert brief(phrases.segment(unit("A", 20_100, 30_000))) == [("speculative", "p-A-18400-32400")]


def test_padding_ends_with_the_sound():
    """At the start and at the end of a recording there is nothing to pad with."""
    phrases = scheduler(seconds=1)
    assert brief(phrases.segment(unit("A", 0, 16_000))) == [("speculative", "p-A-0-16000")]


# --- long turns --------------------------------------------------------------------------------------------


def test_turn_over_the_longest_is_requested_as_units_close():
    """After 25 s what is closed is final, and the unit that would have made it longer begins a new phrase."""
    phrases = scheduler(seconds=30)
    say(phrases, "A", 0, 10 * SECOND)
    assert brief(say(phrases, "A", 10 * SECOND + 4_000, 20 * SECOND)) == [
        ("discarded", "p-A-0-162400"),
        ("speculative", "p-A-0-322400"),
    ]
    assert brief(phrases.activity(started("A", 20 * SECOND + 4_000))) == [("discarded", "p-A-0-322400")]
    assert brief(phrases.segment(unit("A", 20 * SECOND + 4_000, 26 * SECOND))) == [
        ("final", "p-A-0-322400"),
        ("speculative", "p-A-322400-418400"),
    ]


def test_turn_over_the_longest_while_the_voice_sounds_is_requested_without_waiting():
    """After 25 s the closed units go, even if the voice that followed them has not stopped."""
    phrases = scheduler(seconds=30)
    say(phrases, "A", 0, 10 * SECOND)
    phrases.activity(started("A", 10 * SECOND + 6_000))
    assert phrases.advance(25 * SECOND - 1) == []
    assert brief(phrases.advance(25 * SECOND)) == [("final", "p-A-0-162400")]
    events = phrases.segment(unit("A", 10 * SECOND + 6_000, 29 * SECOND))
    assert brief(events) == [("speculative", "p-A-163600-466400")]


def test_voice_over_the_longest_is_cut_at_its_quietest_moment():
    """Speech without a pause is cut, while it sounds, at the lowest 20 ms of the last 5 s; nothing is lost there."""
    sound = noise(30 * SECOND)
    sound[360_000:360_320] = 0
    phrases = PhraseScheduler({"A": 0, "B": 1})
    phrases.hear(0, sound)
    phrases.activity(started("A", 16_000))
    events = phrases.advance(16_000 + 25 * SECOND)
    assert brief(events) == [("final", "p-A-13600-360160")]
    events = phrases.segment(unit("A", 15_900, 28 * SECOND))
    assert brief(events) == [("speculative", "p-A-360160-450400")]
    np.testing.assert_array_equal(events[0].samples, sound[360_160:450_400, 0])


def test_long_unit_nobody_announced_is_cut_when_it_closes():
    """A unit of 60 s whose start was never told is cut into pieces of at most 25 s and a rest."""
    sound = noise(62 * SECOND)
    sound[352_000:352_320] = 0
    phrases = PhraseScheduler({"A": 0, "B": 1}, settings=PhraseSettings(memory_ms=62_000))
    phrases.hear(0, sound)
    events = phrases.segment(unit("A", 0, 60 * SECOND))
    assert [what for what, _ in brief(events)] == ["final", "final", "speculative"]
    spans = [event.phrase.span for event in events]
    assert spans[0] == Span(0, 352_160)
    assert [a.stop for a in spans[:-1]] == [b.start for b in spans[1:]]
    assert spans[-1].stop == 60 * SECOND + 2_400
    assert max(span.duration for span in spans) <= 25 * SECOND + 2_400


def test_cut_in_the_silence_after_the_voice_takes_the_whole_unit():
    """When the cut falls after the unit's end nothing is left of it to request."""
    sound = noise(30 * SECOND)
    sound[24 * SECOND :] = 0
    phrases = PhraseScheduler({"A": 0, "B": 1})
    phrases.hear(0, sound)
    phrases.activity(started("A", 0))
    assert brief(phrases.advance(25 * SECOND)) == [("final", "p-A-0-384160")]
    assert phrases.segment(unit("A", 0, 24 * SECOND)) == []
    assert phrases.flush() == []


# --- the end -----------------------------------------------------------------------------------------------


def test_flush_finishes_every_phrase():
    """At the end speculations are promoted and units that wait are requested as final, in the order of time."""
    phrases = scheduler(seconds=4)
    phrases.segment(unit("B", 20_000, 40_000))
    phrases.activity(started("A", 30_000))
    phrases.segment(unit("A", 8_000, 29_000), known_at=30_001)
    assert brief(phrases.flush()) == [("final", "p-A-5600-31400"), ("promoted", "p-B-17600-42400")]
    assert phrases.flush() == []


def test_people_who_share_a_channel_are_heard_in_it():
    """Two voices in one channel are requested from that channel."""
    sound = noise(2 * SECOND)[:, :1]
    phrases = PhraseScheduler({"A": 0, "B": 0})
    phrases.hear(0, sound)
    [request] = phrases.segment(unit("B", 8_000, 16_000))
    np.testing.assert_array_equal(request.samples, sound[5_600:18_400, 0])


def test_impossible_lengths_raise():
    """A phrase cannot be longer than the memory that it is cut from."""
    with pytest.raises(ValueError, match="longest_ms ≤ memory_ms"):
        PhraseSettings(memory_ms=20_000)


# --- any blocks --------------------------------------------------------------------------------------------

SHORT = PhraseSettings(
    phrase_end_ms=40, padding_ms=5, longest_ms=200, cut_within_ms=60, least_voiced_ms=10, memory_ms=400
)
PAUSE = 128
"""Shortest silence between two units of one person in the conversations below: 8 ms, more than the padding."""


@dataclass(frozen=True)
class Known:
    """An event of hearing, and when it is known."""

    at: int
    event: VoiceActivity | SpeechSegment


@st.composite
def conversations(draw: st.DrawFn) -> list[Known]:
    """Draw what hearing finds in two voices, on a scale of milliseconds."""
    known: list[tuple[int, int, int, VoiceActivity | SpeechSegment]] = []
    for rank, speaker in enumerate("AB"):
        lengths = st.tuples(st.integers(PAUSE, 1_200), st.integers(100, 5_000), st.integers(PAUSE, 600))
        at = close = 0
        for pause, duration, late in draw(st.lists(lengths, max_size=8)):
            at += pause
            begin, close = at + 96, max(at + duration + late, close + 1)
            known.append((begin, rank, 0, started(speaker, at, known_at=begin)))
            known.append((close, rank, 1, unit(speaker, at, at + duration)))
            known.append((close, rank, 2, stopped(speaker, at + duration, known_at=close)))
            at += duration
    return [Known(at, event) for at, _, _, event in sorted(known, key=lambda item: item[:3])]


def scheduled(known: list[Known], blocks: list[int]) -> list[PhraseEvent]:
    """Return what the scheduler says when sound and events come in blocks of these sizes, over and over."""
    phrases = PhraseScheduler({"A": 0, "B": 1}, settings=SHORT)
    length = max((item.at for item in known), default=0) + SECOND
    sound = noise(length)
    waiting = list(known)
    events: list[PhraseEvent] = []
    now = turn = 0
    while now < length:
        size = min(blocks[turn % len(blocks)], length - now)
        phrases.hear(now, sound[now : now + size])
        now, turn = now + size, turn + 1
        while waiting and waiting[0].at <= now:
            item = waiting.pop(0)
            if isinstance(item.event, SpeechSegment):
                events += phrases.segment(item.event, known_at=item.at)
            else:
                events += phrases.activity(item.event)
        events += phrases.advance(now)
    return events + phrases.flush()


@settings(deadline=None)
@given(known=conversations(), blocks=st.lists(st.integers(1, 4_096), min_size=1, max_size=4))
def test_any_blocks_give_the_same_events_and_sound(known: list[Known], blocks: list[int]):
    """One block for everything, 10 ms blocks, or odd ones: the same events in the same order, to the last sample."""
    whole = scheduled(known, [10**9])
    for sizes in ([160], blocks):
        events = scheduled(known, sizes)
        assert brief(events) == brief(whole)
        for one, other in zip(events, whole, strict=True):
            if isinstance(one, TranscriptionRequest):
                np.testing.assert_array_equal(one.samples, other.samples)


@settings(deadline=None)
@given(known=conversations())
def test_every_unit_is_decoded_once(known: list[Known]):
    """The final phrases of a person do not overlap and hold that person's units; their ids are unique."""
    events = scheduled(known, [160])
    asked = {e.phrase.id: e for e in events if isinstance(e, TranscriptionRequest)}
    final = [e.phrase.id for e in events if isinstance(e, TranscriptionRequest) and e.urgency is Urgency.FINAL]
    final += [e.phrase_id for e in events if isinstance(e, TranscriptionPromoted)]
    assert len(final) == len(set(final))
    for speaker in "AB":
        spans = sorted(asked[i].phrase.span for i in final if asked[i].phrase.speaker == speaker)
        assert all(a.stop <= b.start for a, b in itertools.pairwise(spans))
        units = [k.event.span for k in known if isinstance(k.event, SpeechSegment) and k.event.speaker == speaker]
        missed = [one.duration - sum(one.overlap(span) for span in spans) for one in units]
        assert all(samples < 160 for samples in missed), "only what is shorter than the least voiced time is left out"


@settings(deadline=None)
@given(known=conversations())
def test_every_speculation_is_settled_once(known: list[Known]):
    """Each speculation is promoted or discarded, once, before its speaker's next request."""
    open_: dict[str, str] = {}
    for event in scheduled(known, [160]):
        match event:
            case TranscriptionRequest(urgency=Urgency.SPECULATIVE):
                assert event.phrase.speaker not in open_
                open_[event.phrase.speaker] = event.phrase.id
            case TranscriptionPromoted() | TranscriptionDiscarded():
                assert open_.pop(event.phrase_id.split("-")[1]) == event.phrase_id
    assert open_ == {}


# --- units of long ago ---------------------------------------------------------------------------------------


def one_microphone(*, seconds: float = 30, memory_ms: int = 35_000) -> PhraseScheduler:
    """Return a scheduler of A and B in one channel that has heard noise for some seconds."""
    made = PhraseScheduler({"A": 0, "B": 0}, settings=PhraseSettings(memory_ms=memory_ms))
    sound = noise(samples_of(seconds))
    for start in range(0, len(sound), 2_560):
        made.hear(start, sound[start : start + 2_560])
    return made


def test_unit_of_long_ago_is_asked_for_with_its_sound() -> None:
    """Padded, final, and out of what is remembered."""
    phrases = one_microphone()
    (request,) = phrases.recall([unit("A", 5 * SECOND, 7 * SECOND)])
    assert (request.phrase.id, request.urgency) == ("p-A-77600-114400", Urgency.FINAL)
    assert np.array_equal(request.samples, noise(30 * SECOND)[77_600:114_400, 0])


def test_unit_whose_sound_is_gone_is_not_asked_for() -> None:
    """Two minutes ago is too long ago; what is half gone is asked for from there on."""
    phrases = one_microphone(seconds=120)
    assert phrases.recall([unit("A", 0, 2 * SECOND)]) == []
    since = phrases._memory.span.start
    (request,) = phrases.recall([unit("A", since - SECOND, since + SECOND)])
    assert request.phrase.span == Span(since, since + SECOND + 2_400)
    assert phrases.recall([unit("A", since - SECOND, since + 3_999)]) == []


def test_unknown_voice_of_long_ago_is_not_asked_for() -> None:
    """Words of unknown voices are never requested."""
    assert one_microphone().recall([unit(UNKNOWN, 5 * SECOND, 7 * SECOND)]) == []


def test_units_of_long_ago_make_phrases_as_fresh_ones_do() -> None:
    """Pauses under 0.7 s are within a phrase; a shorter unit counts with its phrase, and alone it is left out."""
    units = [
        unit("A", 0, SECOND),
        unit("A", SECOND + 11_199, 3 * SECOND),
        unit("A", 3 * SECOND + 11_200, 4 * SECOND),
        unit("B", SECOND, SECOND + 3_999),
    ]
    assert [request.phrase.id for request in one_microphone().recall(units)] == ["p-A-0-50400", "p-A-56800-66400"]


def test_long_unit_of_long_ago_is_cut_at_its_quietest_moments() -> None:
    """Nothing longer than the longest phrase is asked for, and no sample is left out."""
    phrases = one_microphone(seconds=60, memory_ms=90_000)
    spans = [request.phrase.span for request in phrases.recall([unit("A", 0, 60 * SECOND)])]
    assert (spans[0].start, spans[-1].stop) == (0, 60 * SECOND)
    assert all(before.stop - after.start == 2 * 2_400 for before, after in itertools.pairwise(spans))
    assert max(span.duration for span in spans) <= 25 * SECOND + 2 * 2_400


def test_recall_is_in_the_order_of_time_and_leaves_open_phrases_alone() -> None:
    """What A says at the moment is requested as if nothing had been recalled."""
    phrases, alone = one_microphone(), one_microphone()
    for made in (phrases, alone):
        made.activity(started("A", 28 * SECOND))
    recalled = phrases.recall([unit("B", 6 * SECOND, 7 * SECOND), unit("A", 3 * SECOND, 5 * SECOND)])
    assert [request.phrase.speaker for request in recalled] == ["A", "B"]
    told = unit("A", 28 * SECOND, 29 * SECOND)
    assert brief(phrases.segment(told, known_at=30 * SECOND)) == brief(alone.segment(told, known_at=30 * SECOND))
    assert brief(phrases.flush()) == brief(alone.flush())
