"""The whole pure core: any block size, any order of answers, every sample accounted for."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from attune.analysis import analyze
from attune.coaching.policy import CoachMode, CoachSettings
from attune.conversation.acts.stems import StemActs
from attune.engine import Engine, Event
from attune.errors import SequenceError
from attune.events import (
    Block,
    Delivery,
    DeliveryKind,
    Feedback,
    FloorTransfer,
    Gap,
    GapCause,
    Phrase,
    Revision,
    SessionRecord,
    Sound,
    SpeechSegment,
    Transcript,
    TranscriptFailed,
    TranscriptionDiscarded,
    TranscriptionRequest,
    Turn,
    Unobserved,
    UnobservedCause,
    Word,
)
from attune.plan import Arrangement, Plan
from attune.timebase import Span
from attune.transcribing.scripted import ScriptedTranscriber
from fake_detectors import LOUD, as_int16, silence, with_voice
from heard_fixtures import blocks, engine_of, heard_in, real_voices, sound_of, words_of

SECOND = 16_000
DIALOGUE = "interruptions"
MUTE = CoachSettings(mode=CoachMode.QUIET, first_talk_s=1e6)


def plain(event: Event) -> Any:
    """Return an event in a form that can be compared, its sound included."""
    if isinstance(event, TranscriptionRequest):
        return (event.phrase, event.urgency, event.samples.tobytes())
    return event


def told_by(sounds: Iterable[Sound], engine: Engine) -> list[Any]:
    """Return all events of some sound that nobody transcribes."""
    events = [event for sound in sounds for event in engine.feed(sound)]
    return [plain(event) for event in [*events, *engine.flush(), *engine.close()]]


def worded(name: str = DIALOGUE, *, coach: CoachSettings = MUTE) -> tuple[Engine, ScriptedTranscriber]:
    """Return an engine with acts, and a transcriber that knows the words of a dialogue."""
    transcriber = ScriptedTranscriber(words_of(name))
    return engine_of(transcriber=transcriber.name, finder=StemActs(), coach=coach), transcriber


# --- block sizes ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def excerpt() -> NDArray[np.int16]:
    """Return three seconds with a change of speaker in overlap, and a bit that fills no step."""
    return sound_of(DIALOGUE)[42_000:91_007]


@pytest.mark.parametrize("transcriber", [None, "nobody answers"])
@pytest.mark.parametrize("size", [1, 7])
def test_tiny_blocks_tell_the_same_as_one_block(size: int, transcriber: str | None, excerpt: NDArray[np.int16]) -> None:
    """Sample by sample, or seven at a time: every event and the record are equal."""
    whole, tiny = engine_of(transcriber=transcriber), engine_of(transcriber=transcriber)
    events = told_by(blocks(excerpt, size=len(excerpt)), whole)
    assert told_by(blocks(excerpt, size=size), tiny) == events
    assert tiny.record(source="x") == whole.record(source="x")
    assert sum(isinstance(event, FloorTransfer) for event in events) == 1


@pytest.mark.parametrize("transcriber", [None, "nobody answers"])
def test_blocks_of_any_size_tell_the_same(transcriber: str | None) -> None:
    """160, 480, 4096 and all at once: every event, each request's sound and the record are equal."""
    sound = sound_of(DIALOGUE)
    whole = engine_of(transcriber=transcriber, coach=CoachSettings())
    events = told_by(blocks(sound, size=len(sound)), whole)
    assert len(events) > 60
    for size in (160, 480, 4_096):
        engine = engine_of(transcriber=transcriber, coach=CoachSettings())
        assert told_by(blocks(sound, size=size), engine) == events
        assert engine.record(source="x") == whole.record(source="x")


def test_blocks_of_any_size_tell_the_same_with_one_microphone() -> None:
    """Voices become known on the way, what was told is revised, and words of long ago are asked for: all the same."""
    sound = sound_of("demo", channels=1)[: 35 * SECOND]
    found = []
    for size in (160, 4_096, len(sound)):
        engine = engine_of(
            arrangement=Arrangement.ONE_MICROPHONE, channels=1, transcriber="nobody answers", voices=real_voices()
        )
        found.append((told_by(blocks(sound, size=size), engine), engine.record(source="x")))
    assert found[1:] == [found[0], found[0]]
    assert any(isinstance(event, Revision) for event in found[0][0])
    assert any(isinstance(event, tuple) for event in found[0][0])


def test_analysis_of_any_block_size_tells_the_same_with_words() -> None:
    """Answers fall between the same samples, so words, acts, coach and floor are equal, event by event."""
    sound = sound_of(DIALOGUE)
    found = []
    for size in (160, 480, 4_096, len(sound)):
        engine, transcriber = worded(coach=CoachSettings(first_talk_s=0, lull_s=0.5))
        events = analyze(blocks(sound, size=size), engine=engine, transcriber=transcriber)
        found.append(([plain(event) for event in events], engine.record(source="x")))
    assert all(other == found[0] for other in found[1:])
    record = found[0][1]
    assert record.acts
    assert record.feedback
    assert {transfer.kind for transfer in record.transfers} >= {"interruption", "smooth_switch", "backchannel"}


@pytest.mark.parametrize("size", [1, 7])
def test_analysis_of_tiny_blocks_tells_the_same_with_words(size: int, excerpt: NDArray[np.int16]) -> None:
    """The same for blocks of one and seven samples, on a short excerpt."""
    words = {
        who: tuple(
            replace(w, span=Span(w.span.start - 42_000, w.span.stop - 42_000)) for w in said if w.span.start > 42_000
        )
        for who, said in words_of(DIALOGUE).items()
    }
    found = []
    for cut in (size, len(excerpt)):
        engine = engine_of(transcriber="scripted")
        events = analyze(blocks(excerpt, size=cut), engine=engine, transcriber=ScriptedTranscriber(words))
        found.append(([plain(event) for event in events], engine.record(source="x")))
    assert found[0] == found[1]
    assert any(isinstance(event, Transcript) and event.words for event in found[0][0])


def test_same_sound_again_tells_the_same() -> None:
    """Nothing is random."""
    sound = sound_of("good_listening")[: 15 * SECOND]
    assert told_by(blocks(sound, size=4_800), engine_of()) == told_by(blocks(sound, size=4_800), engine_of())


# --- answers --------------------------------------------------------------------------------------------------


def asked(name: str, *, engine: Engine) -> list[TranscriptionRequest]:
    """Feed a dialogue, and return what is still to be answered at its end."""
    events = [event for sound in blocks(sound_of(name), size=4_800) for event in engine.feed(sound)]
    requests = [event for event in [*events, *engine.flush()] if isinstance(event, TranscriptionRequest)]
    by_phrase = {request.phrase.id: request for request in requests}
    return [by_phrase[phrase] for phrase in engine.awaited]


def test_order_of_answers_does_not_change_the_record() -> None:
    """At once, at the end, backwards or shuffled: the same words, acts, transfers and measures."""
    engine, transcriber = worded()
    analyze(blocks(sound_of(DIALOGUE), size=4_800), engine=engine, transcriber=transcriber)
    records = [engine.record(source="x")]
    for order in ("as asked", "backwards", "shuffled"):
        engine, transcriber = worded()
        requests = asked(DIALOGUE, engine=engine)
        if order == "backwards":
            requests.reverse()
        elif order == "shuffled":
            random.Random(4).shuffle(requests)
        for request in requests:
            engine.accept(transcriber.transcribe(request.phrase, request.samples))
        engine.close()
        records.append(engine.record(source="x"))
    assert len(records[0].acts) > 4
    assert all(record == records[0] for record in records[1:])


def test_every_wanted_phrase_is_asked_for_once_and_phrases_share_no_time() -> None:
    """What is awaited at the end was not overtaken: each phrase once, none over another of the same person."""
    engine, _ = worded()
    phrases = [request.phrase for request in asked(DIALOGUE, engine=engine)]
    for speaker in ("A", "B"):
        mine = sorted((phrase.span for phrase in phrases if phrase.speaker == speaker), key=lambda span: span.start)
        assert all(before.stop <= after.start for before, after in itertools.pairwise(mine))


def voice_for(*spans: tuple[int, int], length: int) -> list[Sound]:
    """Return one person's voice, in one channel."""
    return blocks(as_int16(with_voice(length, spans)), size=1_600)


def lone_engine(*, transcriber: str | None = "scripted") -> Engine:
    """Return an engine for one person's buzzing."""
    return engine_of(
        speakers=("A",),
        arrangement=Arrangement.ONE_PERSON,
        channels=1,
        transcriber=transcriber,
        detectors=LOUD,
        finder=StemActs(),
        coach=MUTE,
    )


def fed(engine: Engine, sounds: Iterable[Sound]) -> list[Event]:
    """Return the events of some sound."""
    return [event for sound in sounds for event in engine.feed(sound)]


def test_answer_nobody_asked_for_is_passed_over() -> None:
    """An unknown phrase brings no event and no word."""
    engine = lone_engine()
    fed(engine, voice_for((0, SECOND), length=3 * SECOND))
    assert engine.accept(Transcript(phrase_id="p-A-1-2", words=(), model="x")) == []
    assert engine.accept(TranscriptFailed(phrase_id="p-A-1-2", why="x")) == []
    engine.close()
    assert engine.record(source="x").health.warnings == (
        "1 phrase could not be transcribed (the session ended first); its timing stands.",
    )


def test_answer_to_a_phrase_that_was_overtaken_is_passed_over() -> None:
    """A speculation that speech overtook is not wanted any more, however late its answer comes."""
    engine = lone_engine()
    events = fed(engine, voice_for((0, SECOND), (SECOND + 6_400, 3 * SECOND), length=5 * SECOND))
    (overtaken,) = [event for event in events if isinstance(event, TranscriptionDiscarded)]
    word = Word(span=Span(1_000, 2_000), text="late")
    assert engine.accept(Transcript(phrase_id=overtaken.phrase_id, words=(word,), model="x")) == []
    engine.flush()
    engine.close()
    assert [turn.text for turn in engine.record(source="x").turns] == [None]


def test_second_answer_to_a_phrase_is_passed_over() -> None:
    """The first answer stands."""
    engine = lone_engine()
    fed(engine, voice_for((0, SECOND), length=3 * SECOND))
    (phrase,) = engine.awaited
    said = Transcript(phrase_id=phrase, words=(Word(span=Span(0, 8_000), text="once"),), model="x")
    assert said in engine.accept(said)
    assert engine.accept(said) == []
    engine.close()
    assert [turn.text for turn in engine.record(source="x").turns] == ["once"]


def test_answer_after_the_patience_still_reaches_the_record() -> None:
    """Ten seconds late, the floor of the moment went on without the words, and the record has them."""
    engine = lone_engine()
    events = fed(engine, voice_for((0, SECOND), length=20 * SECOND))
    assert not any(isinstance(event, Turn) for event in events)
    (phrase,) = engine.awaited
    engine.accept(Transcript(phrase_id=phrase, words=(Word(span=Span(0, 8_000), text="late"),), model="x"))
    engine.flush()
    engine.close()
    assert [turn.text for turn in engine.record(source="x").turns] == ["late"]


def test_failed_phrase_keeps_its_timing_and_is_told_of() -> None:
    """The words are missing, the turn is not, and the user learns how many phrases and why."""
    engine = lone_engine()
    fed(engine, voice_for((0, SECOND), (3 * SECOND, 4 * SECOND), length=6 * SECOND))
    for phrase in engine.awaited:
        engine.accept(TranscriptFailed(phrase_id=phrase, why="the model is broken"))
    engine.flush()
    engine.close()
    record = engine.record(source="x")
    assert [(turn.turn.speaker, turn.text) for turn in record.turns] == [("A", None)]
    assert record.health.warnings == ("2 phrases could not be transcribed (the model is broken); their timing stands.",)


def test_words_where_nobody_spoke_are_dropped() -> None:
    """A recogniser that writes into silence is not believed."""
    engine = lone_engine()
    fed(engine, voice_for((0, SECOND), length=3 * SECOND))
    (phrase,) = engine.awaited
    said = (Word(span=Span(2_000, 9_000), text="said"), Word(span=Span(30_000, 31_000), text="invented"))
    (transcript, *_) = engine.accept(Transcript(phrase_id=phrase, words=said, model="x"))
    assert isinstance(transcript, Transcript)
    assert [word.text for word in transcript.words] == ["said"]


def test_without_a_transcriber_nothing_is_asked_for() -> None:
    """Timing alone: no requests, and one line that says so."""
    engine = lone_engine(transcriber=None)
    events = fed(engine, voice_for((0, SECOND), length=3 * SECOND))
    assert not any(isinstance(event, TranscriptionRequest) for event in events)
    health = engine.record(source="x").health
    assert health.transcriber == "none"
    assert health.warnings == ("No words were transcribed: everything here comes from timing alone.",)


def test_delivery_is_noted_in_the_record() -> None:
    """Feedback that was shown instead of spoken is recorded as shown."""
    engine, transcriber = worded("demo", coach=CoachSettings(first_talk_s=1, lull_s=1, cool_down_s=1))
    events = analyze(blocks(sound_of("demo"), size=4_800), engine=engine, transcriber=transcriber)
    said = [event for event in events if isinstance(event, Feedback)]
    assert len(said) > 1
    assert {feedback.delivery for feedback in said} == {DeliveryKind.SPOKEN}
    assert engine.accept(Delivery(feedback_id=said[0].id, how=DeliveryKind.SHOWN)) == []
    assert engine.accept(Delivery(feedback_id="unheard of", how=DeliveryKind.SHOWN)) == []
    recorded = engine.record(source="x").feedback
    assert recorded == (replace(said[0], delivery=DeliveryKind.SHOWN), *said[1:])


# --- every sample accounted for -------------------------------------------------------------------------------


def gap(start: int, stop: int) -> Gap:
    """Return lost sound."""
    return Gap(span=Span(start, stop), why=GapCause.OVERFLOW)


def away(start: int, stop: int) -> Unobserved:
    """Return sound that nobody listened to."""
    return Unobserved(span=Span(start, stop), why=UnobservedCause.COACH)


def couple(sounds: Sequence[Sound]) -> SessionRecord:
    """Return what is heard of two people, from timing alone."""
    engine = engine_of(detectors=LOUD, coach=MUTE)
    return heard_in(sounds, engine)


def of_two(first: Iterable[tuple[int, int]], second: Iterable[tuple[int, int]], *, length: int) -> NDArray[np.int16]:
    """Return two people's voices, a channel each."""
    return as_int16(with_voice(length, first, hz=110.0), with_voice(length, second, hz=235.0))


def test_lost_and_unobserved_sound_are_accounted_for_to_the_sample() -> None:
    """Shares are samples over samples, and measures count what was observed alone."""
    sound = of_two([(0, SECOND)], [], length=100_000)
    sounds = [
        *blocks(sound[:30_001], size=999),
        gap(30_001, 31_234),
        *blocks(sound[31_234:50_000], size=1_000, start=31_234),
        away(50_000, 61_111),
        gap(61_111, 61_112),
        *blocks(sound[61_112:], size=4_096, start=61_112),
    ]
    record = couple(sounds)
    assert record.duration == 100_000
    assert record.health.lost == (1_233 + 1) / 100_000
    assert record.health.unobserved == 11_111 / 100_000
    observed_min = (100_000 - 1_234 - 11_111) / SECOND / 60
    assert record.measures["A"]["turns_per_min"].value == pytest.approx(1 / observed_min, rel=1e-12)


def test_nothing_is_heard_within_or_across_what_was_not_heard() -> None:
    """A voice that goes on through a gap is two segments that touch it and none that reaches into it."""
    sound = of_two([(0, 100_000)], [], length=100_000)
    sounds = [
        *blocks(sound[:40_003], size=1_600),
        gap(40_003, 45_017),
        *blocks(sound[45_017:70_000], size=1_600, start=45_017),
        away(70_000, 80_000),
        *blocks(sound[80_000:], size=1_600, start=80_000),
    ]
    record = couple(sounds)
    spans = [(segment.span.start, segment.span.stop) for segment in record.segments]
    assert spans == [(0, 40_003), (45_017, 70_000), (80_000, 100_000)]
    assert [turn.turn.span for turn in record.turns] == [Span(0, 40_003), Span(45_017, 70_000), Span(80_000, 100_000)]


@pytest.mark.parametrize("hole", [gap(40_003, 41_000), away(40_003, 56_000)], ids=["gap", "coach"])
def test_no_transfer_crosses_what_was_not_heard(hole: Sound) -> None:
    """A speaks up to the gap and B from its end on: nobody knows how the floor passed."""
    sound = of_two([(0, 60_000)], [(40_003, 110_000)], length=120_000)
    after = sound.copy()
    after[:, 0] = 0
    sounds = [
        *blocks(sound[:40_003], size=1_600),
        hole,
        *blocks(after[hole.span.stop :], size=1_600, start=hole.span.stop),
    ]
    engine = engine_of(detectors=LOUD, coach=MUTE)
    events = told_by(sounds, engine)
    assert [event.speaker for event in events if isinstance(event, Turn)] == ["A", "B"]
    assert [event for event in events if isinstance(event, FloorTransfer)] == []
    record = engine.record(source="x")
    assert [turn.turn.speaker for turn in record.turns] == ["A", "B"]
    assert record.transfers == ()


def test_same_voices_without_the_hole_make_a_transfer() -> None:
    """The control of the test before: it is the hole that takes the transfer away."""
    record = couple(blocks(of_two([(0, 40_003)], [(41_000, 110_000)], length=120_000), size=1_600))
    assert [transfer.kind for transfer in record.transfers] == ["smooth_switch"]


def test_voice_is_heard_anew_at_once_after_a_hole() -> None:
    """What begins at the end of a gap is dated to the sample at which hearing began again."""
    sound = of_two([(20_000, 60_000)], [], length=80_000)
    record = couple(
        [*blocks(sound[:10_000], size=1_600), gap(10_000, 30_000), *blocks(sound[30_000:], size=1_600, start=30_000)]
    )
    (segment,) = record.segments
    assert segment.span.start == 30_000
    assert segment.span.stop == pytest.approx(60_000, abs=320)


def test_sound_that_does_not_follow_is_refused() -> None:
    """A block that skips a sample is the caller's defect."""
    engine = engine_of(detectors=LOUD)
    with pytest.raises(SequenceError, match="continues at sample 0, not 1"):
        engine.feed(Block(start=1, samples=np.zeros((10, 2), np.int16)))


def test_block_with_another_number_of_channels_is_refused() -> None:
    """The plan says how many columns there are."""
    engine = engine_of(detectors=LOUD)
    with pytest.raises(SequenceError, match="2 channels, not 3"):
        engine.feed(Block(start=0, samples=np.zeros((10, 3), np.int16)))


def test_session_without_sound_has_an_empty_record() -> None:
    """Nothing was heard, nothing is claimed, nothing is divided by nothing."""
    engine = engine_of(detectors=LOUD)
    assert [*engine.flush(), *engine.close()] == []
    record = engine.record(source="x")
    assert (record.duration, record.segments, record.turns, record.transfers) == (0, (), (), ())
    assert (record.health.attributed, record.health.lost, record.health.unobserved) == (None, 0.0, 0.0)
    assert record.measures["A"]["turns_per_min"].value is None


def test_unobserved_alone_is_all_unobserved() -> None:
    """A session in which the coach talked throughout was not observed at all."""
    record = couple([away(0, SECOND)])
    assert (record.health.unobserved, record.health.lost) == (1.0, 0.0)
    assert record.measures["A"]["turns_per_min"].observed == "nothing was observed"


# --- people and channels --------------------------------------------------------------------------------------


def test_channels_that_carry_the_same_sound_are_warned_of() -> None:
    """One stereo microphone between two people tells nobody apart, and the record says so and what to do."""
    voice = with_voice(10 * SECOND, [(SECOND, 8 * SECOND)])
    record = couple(blocks(as_int16(voice, voice), size=4_800))
    assert any("nearly the same sound" in warning and "--people 1" in warning for warning in record.health.warnings)


def test_channels_of_two_people_are_not_warned_of() -> None:
    """A dialogue with a microphone each has no such warning."""
    engine = engine_of()
    record = heard_in(blocks(sound_of("interruptions")[: 15 * SECOND], size=4_800), engine)
    assert len(record.health.warnings) == 1


def test_channels_beyond_the_people_are_not_heard() -> None:
    """Two people on the first two of four channels."""
    sound = of_two([(0, SECOND)], [(2 * SECOND, 3 * SECOND)], length=4 * SECOND)
    noise = as_int16(with_voice(4 * SECOND, [(0, 4 * SECOND)], hz=333.0), silence(4 * SECOND))
    engine = engine_of(channels=4, detectors=LOUD, coach=MUTE)
    wide = heard_in(blocks(np.concatenate([sound, noise], axis=1), size=1_600), engine)
    narrow = couple(blocks(sound, size=1_600))
    assert wide.segments == narrow.segments
    assert wide.measures == narrow.measures


def test_one_person_is_heard_in_the_mean_of_all_channels() -> None:
    """Whichever microphone is nearer, the voice is theirs."""
    sound = of_two([(0, SECOND)], [(2 * SECOND, 3 * SECOND)], length=4 * SECOND)
    engine = engine_of(speakers=("A",), arrangement=Arrangement.ONE_PERSON, channels=2, detectors=LOUD, coach=MUTE)
    record = heard_in(blocks(sound, size=1_600), engine)
    assert [segment.speaker for segment in record.segments] == ["A", "A"]
    assert record.measures["A"]["talk_share"].observed == "needs a partner: one person was heard"


@pytest.mark.parametrize(
    ("speakers", "arrangement", "channels", "words"),
    [
        (("A",), Arrangement.ONE_PERSON, 3, "one person alone"),
        (("A",), Arrangement.CHANNEL_EACH, 1, "one channel"),
        (("A", "B"), Arrangement.CHANNEL_EACH, 2, "two channels"),
        (("A", "B"), Arrangement.ONE_MICROPHONE, 1, "two voices, one microphone"),
        (tuple("ABCDEFGHI"), Arrangement.CHANNEL_EACH, 9, "9 channels"),
    ],
)
def test_plan_says_how_people_are_heard(
    speakers: tuple[str, ...], arrangement: Arrangement, channels: int, words: str
) -> None:
    """Documents say on what each figure was measured."""
    assert Plan(speakers=speakers, arrangement=arrangement, channels=channels, transcriber=None).observed == words


@pytest.mark.parametrize(
    ("speakers", "arrangement", "channels", "why"),
    [
        (("A", "B"), Arrangement.ONE_PERSON, 1, "one person is heard, not 2"),
        (("A", "B"), Arrangement.CHANNEL_EACH, 1, "2 people need as many channels, not 1"),
        (("A",), Arrangement.ONE_MICROPHONE, 1, "two people are told apart with one microphone, not 1"),
        (("A", "B", "C"), Arrangement.ONE_MICROPHONE, 1, "two people are told apart with one microphone, not 3"),
    ],
)
def test_plan_that_cannot_be_is_refused(
    speakers: tuple[str, ...], arrangement: Arrangement, channels: int, why: str
) -> None:
    """Two people need two channels, or voices that differ; one microphone has two people."""
    with pytest.raises(ValueError, match=why):
        Plan(speakers=speakers, arrangement=arrangement, channels=channels, transcriber=None)


def test_ids_say_what_they_name() -> None:
    """The same live, on replay and in analysis."""
    record = couple(blocks(of_two([(0, SECOND)], [(2 * SECOND, 3 * SECOND)], length=5 * SECOND), size=1_600))
    first, second = record.segments
    assert isinstance(first, SpeechSegment)
    assert (first.id, second.id) == (f"s-A-{first.span.start}", f"s-B-{second.span.start}")
    assert [turn.turn.id for turn in record.turns] == [f"t-A-{first.span.start}", f"t-B-{second.span.start}"]
    assert [transfer.id for transfer in record.transfers] == [f"x-B-{second.span.start}"]
    assert record.turns[0].turn.segment_ids == (first.id,)


def test_request_carries_the_sound_of_its_phrase() -> None:
    """From its first sample to its last, of the right channel."""
    sound = of_two([(0, SECOND)], [(20_000, 40_000)], length=4 * SECOND)
    engine = engine_of(transcriber="x", detectors=LOUD, coach=MUTE)
    events = fed(engine, blocks(sound, size=1_600))
    requests = [event for event in events if isinstance(event, TranscriptionRequest)]
    assert {request.phrase.speaker for request in requests} == {"A", "B"}
    for request in requests:
        column = "AB".index(request.phrase.speaker)
        span = request.phrase.span
        assert isinstance(request.phrase, Phrase)
        assert np.array_equal(request.samples, sound[span.start : span.stop, column])


def test_words_of_a_voice_that_never_pauses_are_all_kept() -> None:
    """Forty seconds without a breath are decoded in phrases while the voice goes on; no word is lost for that."""
    words = tuple(Word(span=Span(k * SECOND, k * SECOND + 8_000), text=f"w{k}") for k in range(1, 40))
    transcriber = ScriptedTranscriber({"A": words})
    engine = lone_engine()
    events = analyze(voice_for((SECOND, 40 * SECOND), length=44 * SECOND), engine=engine, transcriber=transcriber)
    said = [event for event in events if isinstance(event, Transcript)]
    assert len(said) == 2
    assert [turn.text for turn in engine.record(source="x").turns] == [" ".join(word.text for word in words)]


def test_answer_that_comes_while_the_voice_goes_on_is_read_at_its_pause() -> None:
    """At once or after the pause, late answer or early: the record is the same, and invented words are dropped."""
    sounds = voice_for((0, 30 * SECOND), length=34 * SECOND)
    records = []
    for early in (True, False):
        engine = lone_engine()
        heard: list[Event] = []
        for sound in sounds:
            heard.extend(engine.feed(sound))
            for phrase in engine.awaited if early else ():
                words = (
                    Word(span=Span(16_000, 20_000), text="said"),
                    Word(span=Span(31 * SECOND, 32 * SECOND), text="x"),
                )
                heard.extend(engine.accept(Transcript(phrase_id=phrase, words=words, model="x")))
        for phrase in engine.awaited:
            words = (Word(span=Span(16_000, 20_000), text="said"), Word(span=Span(31 * SECOND, 32 * SECOND), text="x"))
            heard.extend(engine.accept(Transcript(phrase_id=phrase, words=words, model="x")))
        engine.flush()
        engine.close()
        kinds = [type(event) for event in heard if isinstance(event, SpeechSegment | Transcript)]
        assert kinds[0] is SpeechSegment
        assert Transcript in kinds
        records.append(engine.record(source="x"))
    assert records[0] == records[1]


def test_long_pause_in_many_blocks_is_one_stretch_in_the_log() -> None:
    """Three hours of pause in blocks of 20 ms would be half a million spans."""
    engine = lone_engine(transcriber=None)
    for k in range(500):
        engine.feed(Unobserved(span=Span(k * 320, (k + 1) * 320), why=UnobservedCause.PAUSED))
    assert engine._log.unobserved == [Span(0, 160_000)]
    assert engine.record(source="x").health.unobserved == 1.0
