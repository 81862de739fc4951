"""One microphone: it becomes known late who spoke, and words, acts and figures follow."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from attune.analysis import analyze
from attune.coaching.policy import CoachMode, CoachSettings
from attune.conversation.acts.stems import StemActs
from attune.engine import TEXT_PATIENCE, Engine, Event
from attune.events import (
    UNKNOWN,
    ActKind,
    Block,
    DeliveryKind,
    Feedback,
    FloorTransfer,
    ListeningAct,
    Phrase,
    Revision,
    SessionRecord,
    SpeechSegment,
    Transcript,
    TranscriptionRequest,
    Turn,
    Word,
)
from attune.hearing.framer import STEP
from attune.plan import Arrangement
from attune.schemas import Schema, load_schema
from attune.session_log import SessionLog
from attune.sessions.document import session_document
from attune.timebase import Span
from heard_fixtures import blocks, engine_of, real_voices, sound_of, words_of
from scripted_speakers import (
    CLOSES_AFTER,
    PAUSE,
    RoomTranscriber,
    Told,
    runs_of,
    scripted_engine,
    spoken,
    told_at_once,
    told_late,
)

SECOND = 16_000
MUTE = CoachSettings(mode=CoachMode.QUIET, first_talk_s=1e6)


def said(text: str, start: int, stop: int) -> list[Word]:
    """Return words that fill a stretch of time evenly."""
    words = text.split()
    length = (stop - start) // len(words)
    return [Word(span=Span(start + k * length, start + (k + 1) * length), text=word) for k, word in enumerate(words)]


TALK = (
    ("A", 1.0, 4.0, "I am so tired of the noise and nobody helps me"),
    ("B", 4.6, 7.0, "It sounds like you feel tired and alone with it"),
    ("A", 7.8, 9.0, "Yes that is it exactly"),
    ("B", 9.8, 12.0, "What would help you most in the evening?"),
    ("A", 13.0, 16.0, "I need an hour of quiet when I come home"),
    ("B", 16.6, 18.0, "That makes sense because you work all day"),
)
UNITS = [spoken(who, round(start * SECOND), round(stop * SECOND)) for who, start, stop, _ in TALK]
WORDS = [word for _, start, stop, text in TALK for word in said(text, round(start * SECOND), round(stop * SECOND))]
LENGTH = 188 * STEP


def sound(length: int = LENGTH) -> list[Any]:
    """Return some seconds of one channel; what is heard in it is scripted."""
    return blocks(np.random.default_rng(3).integers(-99, 99, (length, 1), np.int16), size=STEP)


def analyzed(
    script: Iterable[Told], words: Iterable[Word] = WORDS, *, settles_at: int = 0, length: int = LENGTH
) -> tuple[SessionRecord, list[Event], RoomTranscriber]:
    """Return the record of a session that is told as scripted, its events, and who transcribed it."""
    transcriber = RoomTranscriber(words)
    engine = scripted_engine(script, settles_at=settles_at, transcriber=transcriber.name, finder=StemActs(), coach=MUTE)
    events = analyze(sound(length), engine=engine, transcriber=transcriber)
    return engine.record(source="x"), events, transcriber


def texts(record: SessionRecord) -> list[tuple[str, str | None]]:
    """Return who said what, turn by turn."""
    return [(spoken_turn.turn.speaker, spoken_turn.text) for spoken_turn in record.turns]


def requests(events: Iterable[Event]) -> list[str]:
    """Return the phrases that were asked for."""
    return [event.phrase.id for event in events if isinstance(event, TranscriptionRequest)]


AT_ONCE = told_at_once(UNITS)
LATE = told_late([(20 * SECOND, UNITS)])


def swapped(units: Sequence[SpeechSegment]) -> list[SpeechSegment]:
    """Return the units with A and B mistaken for each other."""
    return [spoken({"A": "B", "B": "A"}[u.speaker], u.span.start, u.span.stop) for u in units]


# --- the record -----------------------------------------------------------------------------------------------


def test_record_of_voices_known_late_is_that_of_voices_known_at_once() -> None:
    """Segments, turns with their words, transfers, acts and measures are equal."""
    truth, _, _ = analyzed(AT_ONCE)
    late, events, _ = analyzed(LATE, settles_at=20 * SECOND)
    assert [who for who, _ in texts(truth)] == ["A", "B", "A", "B", "A", "B"]
    assert {act.kind.value for act in truth.acts} >= {"reflection", "validation", "need", "confirmation"}
    assert sum(isinstance(event, Revision) for event in events) == len(TALK)
    assert late == truth


def test_voices_that_were_mistaken_for_each_other_get_their_own_words_back() -> None:
    """What was told the wrong way round, and transcribed so, ends as if it had been told right."""
    truth, _, _ = analyzed(AT_ONCE)
    script = told_late([(10 * SECOND, swapped(UNITS)), (20 * SECOND, UNITS)])
    mended, _, transcriber = analyzed(script)
    assert mended == truth
    assert {phrase.speaker for phrase in transcriber.asked if phrase.span.start < 7 * SECOND} == {"A", "B"}


def test_known_voices_that_are_revised_are_not_asked_for_again() -> None:
    """Their words have come, or are under way; they change hands without another decode."""
    _, _, once = analyzed(told_late([(10 * SECOND, swapped(UNITS))]))
    _, _, twice = analyzed(told_late([(10 * SECOND, swapped(UNITS)), (20 * SECOND, UNITS)]))
    assert twice.asked == once.asked


def test_words_of_a_voice_that_turns_out_to_be_a_strangers_are_dropped() -> None:
    """A television was taken for B until more was heard of both."""
    strangers = [replace(u, speaker=UNKNOWN) if u.speaker == "B" else u for u in UNITS]
    record, _, transcriber = analyzed(told_late([(10 * SECOND, UNITS), (20 * SECOND, strangers)]))
    assert {phrase.speaker for phrase in transcriber.asked} == {"A", "B"}
    assert texts(record) == [("A", " ".join(text for who, _, _, text in TALK if who == "A"))]
    assert "sounds like" not in json.dumps(session_document(record))


def test_stranger_who_turns_out_to_be_somebody_is_asked_for_again() -> None:
    """Words that were dropped meanwhile come back with another decode."""
    strangers = [replace(u, speaker=UNKNOWN) if u.speaker == "B" else u for u in UNITS]
    script = told_late([(8 * SECOND, UNITS), (12 * SECOND, strangers), (20 * SECOND, UNITS)])
    record, _, transcriber = analyzed(script)
    assert texts(record) == texts(analyzed(AT_ONCE)[0])
    first = [phrase for phrase in transcriber.asked if phrase.speaker == "B" and phrase.span.start < 5 * SECOND]
    assert len(first) == 2


def test_part_of_a_unit_that_is_given_to_the_other_takes_its_words_along() -> None:
    """A change of voice that was found a second late moves one second of words."""
    late = [spoken("A", SECOND, 5 * SECOND), spoken("B", 5 * SECOND, 8 * SECOND)]
    right = [spoken("A", SECOND, 4 * SECOND), spoken("B", 4 * SECOND, 8 * SECOND)]
    words = [*said("a b c", SECOND, 4 * SECOND), *said("d e f g", 4 * SECOND, 8 * SECOND)]
    record, _, _ = analyzed(told_late([(9 * SECOND, late), (15 * SECOND, right)]), words)
    assert texts(record) == [("A", "a b c"), ("B", "d e f g")]


def test_short_answer_within_a_phrase_is_its_own_speakers() -> None:
    """A phrase of A holds B's "yeah": with one microphone the recogniser hears it, and it is not A's word."""
    units = [
        spoken("A", SECOND, 3 * SECOND),
        spoken("B", 3 * SECOND + 1_600, 3 * SECOND + 4_800),
        spoken("A", 3 * SECOND + 6_400, 6 * SECOND),
    ]
    words = [*said("so then", SECOND, 3 * SECOND), *said("yeah", 49_600, 52_800), *said("we left", 54_400, 96_000)]
    record, _, transcriber = analyzed(told_at_once(units), words)
    assert [phrase.speaker for phrase in transcriber.asked] == ["A"]
    assert texts(record) == [("A", "so then we left")]
    (backchannel,) = record.transfers
    assert (backchannel.kind, backchannel.to_speaker) == ("backchannel", "B")


# --- answers on their way -------------------------------------------------------------------------------------


def fed(engine: Engine, until: int) -> list[Event]:
    """Feed silence up to a sample, and to the end of its step."""
    events: list[Event] = []
    for start in range(engine.now, until, STEP):
        events.extend(engine.feed(Block(start=start, samples=np.zeros((STEP, 1), np.int16))))
    return events


def worded_engine(script: Iterable[Told], *, settles_at: int = 0) -> Engine:
    """Return an engine whose phrases are answered by the test."""
    return scripted_engine(script, settles_at=settles_at, transcriber="room", finder=StemActs(), coach=MUTE)


def test_answer_after_the_revision_goes_to_whoever_was_heard() -> None:
    """B's words were asked for as A's; the answer comes when that is mended."""
    mistaken, right = [spoken("A", SECOND, 4 * SECOND)], [spoken("B", SECOND, 4 * SECOND)]
    engine = worded_engine(told_late([(5 * SECOND, mistaken), (8 * SECOND, right)]))
    fed(engine, 10 * SECOND)
    (phrase,) = engine.awaited
    assert phrase.startswith("p-A-")
    words = tuple(said("I feel lonely in the evening", SECOND, 4 * SECOND))
    (told, *acts) = engine.accept(Transcript(phrase_id=phrase, words=words, model="room"))
    assert isinstance(told, Transcript)
    assert told.words == ()
    assert {act.speaker for act in acts if isinstance(act, ListeningAct)} == {"B"}
    engine.flush()
    engine.close()
    assert texts(engine.record(source="x")) == [("B", "I feel lonely in the evening")]


def test_answer_after_its_voice_became_a_strangers_is_dropped() -> None:
    """Nothing of it is told, found in it, or kept."""
    engine = worded_engine(
        told_late(
            [(5 * SECOND, [spoken("A", SECOND, 4 * SECOND)]), (8 * SECOND, [spoken(UNKNOWN, SECOND, 4 * SECOND)])]
        )
    )
    fed(engine, 10 * SECOND)
    (phrase,) = engine.awaited
    words = tuple(said("I feel lonely in the evening", SECOND, 4 * SECOND))
    (told,) = engine.accept(Transcript(phrase_id=phrase, words=words, model="room"))
    assert isinstance(told, Transcript)
    assert told.words == ()
    assert engine._log.utterances == []
    engine.flush()
    engine.close()
    assert "lonely" not in json.dumps(session_document(engine.record(source="x")))


def test_order_of_answers_does_not_change_the_record_of_one_microphone() -> None:
    """At once, at the end, or backwards, before the revisions or after them."""
    script = told_late([(10 * SECOND, swapped(UNITS)), (20 * SECOND, UNITS)])
    records = [analyzed(script)[0]]
    transcriber = RoomTranscriber(WORDS)
    for backwards in (False, True):
        engine = worded_engine(script)
        phrases = {
            event.phrase.id: event.phrase
            for event in [*fed(engine, LENGTH), *engine.flush()]
            if isinstance(event, TranscriptionRequest)
        }
        for phrase in sorted(engine.awaited, reverse=backwards):
            engine.accept(transcriber.transcribe(phrases[phrase], np.zeros(0, np.int16)))
        engine.close()
        records.append(engine.record(source="x"))
    assert records[0].acts
    assert records[1:] == [records[0], records[0]]


def test_words_are_asked_for_once_voices_are_known() -> None:
    """Before, nothing is asked for; then everything that was said, each phrase once, by its person's name."""
    engine = worded_engine(LATE, settles_at=20 * SECOND)
    assert requests(fed(engine, 20 * SECOND - STEP)) == []
    asked = requests(fed(engine, 21 * SECOND))
    assert asked == [f"p-{who}-{round(s * SECOND) - 2_400}-{round(e * SECOND) + 2_400}" for who, s, e, _ in TALK]
    assert requests([*fed(engine, LENGTH), *engine.flush()]) == []


def test_phrase_that_is_awaited_is_not_asked_for_again() -> None:
    """Known, unknown and known again while its first answer is still on its way."""
    unit, stranger = spoken("A", SECOND, 4 * SECOND), spoken(UNKNOWN, SECOND, 4 * SECOND)
    engine = worded_engine(told_late([(5 * SECOND, [unit]), (6 * SECOND, [stranger]), (7 * SECOND, [unit])]))
    asked = requests([*fed(engine, 10 * SECOND), *engine.flush()])
    assert asked == ["p-A-13600-66400"]
    assert engine.awaited == ("p-A-13600-66400",)


def test_unknown_voice_is_not_waited_for() -> None:
    """Nobody asks for its words, so the floor of the moment goes on without them."""
    engine = worded_engine([*told_at_once([spoken(UNKNOWN, SECOND, 4 * SECOND)])])
    fed(engine, 5 * SECOND)
    assert engine._unread == []


# --- the floor of the moment ----------------------------------------------------------------------------------


def test_floor_of_the_moment_begins_once_the_couple_is_known() -> None:
    """Nothing is said of turns while voices settle; then all of it, in order, with its words."""
    _, events, _ = analyzed(LATE, settles_at=20 * SECOND)
    revised = max(k for k, event in enumerate(events) if isinstance(event, Revision))
    turns = [(k, event) for k, event in enumerate(events) if isinstance(event, Turn | FloorTransfer)]
    assert turns[0][0] > revised
    assert [event.speaker for _, event in turns if isinstance(event, Turn)] == ["A", "B", "A", "B", "A", "B"]
    assert [event for _, event in turns if isinstance(event, FloorTransfer)] == [
        event for event in analyzed(AT_ONCE)[1] if isinstance(event, FloorTransfer)
    ]


def test_floor_waits_for_the_words_of_voices_that_are_known_late() -> None:
    """Patience runs from when the words were asked for, not from when they were spoken."""
    engine = worded_engine(LATE, settles_at=20 * SECOND)
    assert not any(isinstance(event, FloorTransfer) for event in fed(engine, 27 * SECOND))
    late = fed(engine, 20 * SECOND + TEXT_PATIENCE + 2 * STEP)
    assert sum(isinstance(event, FloorTransfer) for event in late) == 5


class WatchedFloor:
    """Stands for a floor reader, and notes units that come when what was before them has been read."""

    def __init__(self) -> None:
        self.added: list[tuple[str, int]] = []
        self.too_late: list[int] = []
        self._horizon = 0

    def add(self, unit: Any) -> None:
        """Note a unit."""
        self.added.append((unit.speaker, unit.start))
        if unit.start < self._horizon:
            self.too_late.append(unit.start)

    def advance(self, horizon: int) -> list[Any]:
        """Note how far it is read."""
        self._horizon = max(self._horizon, horizon)
        return []

    def unobserved(self, span: Span) -> None:
        """Take it."""

    def finish(self) -> list[Any]:
        """Have nothing more to say."""
        return []


def test_revision_of_what_the_floor_has_read_does_not_reach_it() -> None:
    """It was given B's as A's; the record is right, the moment is over."""
    script = told_late([(5 * SECOND, swapped(UNITS)), (25 * SECOND, UNITS)])
    engine = worded_engine(script, settles_at=5 * SECOND)
    floor = WatchedFloor()
    engine._floor = floor  # type: ignore[assignment]
    fed(engine, LENGTH)
    engine.flush()
    engine.close()
    assert floor.too_late == []
    assert floor.added[0] == ("B", SECOND)
    assert len(floor.added) == len(TALK)


# --- any couple, any confusion --------------------------------------------------------------------------------


Conversation = tuple[list[SpeechSegment], list[Word], list[tuple[int, list[SpeechSegment]]]]


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    """Return what A, B and strangers say, the two also at once, their words, and what was thought of it meanwhile."""
    units: list[SpeechSegment] = []
    words: list[Word] = []
    free = {"A": 3_200, "B": 3_200, UNKNOWN: 3_200}
    at = 3_200
    for k in range(draw(st.integers(1, 9))):
        who = draw(st.sampled_from(["A", "B", UNKNOWN]))
        earliest = max(free.values()) if who == UNKNOWN else max(free[who], free[UNKNOWN])
        start = max(earliest, at + draw(st.integers(-20_000, 24_000)))
        at = free[who] = start + draw(st.integers(5_000, 40_000))
        units.append(spoken(who, start, at))
        words += said(f"{who}-{k}-x {who}-{k}-y", start, at)
    versions = []
    for when in sorted(draw(st.lists(st.integers(0, at), max_size=3))):
        cuts = [(run, draw(st.integers(run.start + 1, run.stop - 1))) for run in runs_of(units)]
        parts = [part for run, cut in cuts for part in (Span(run.start, cut), Span(cut, run.stop))]
        thought = [spoken(draw(st.sampled_from(["A", "B", UNKNOWN])), part.start, part.stop) for part in parts]
        versions.append((when, merged(thought)))
    return merged(units), words, versions


def merged(units: Iterable[SpeechSegment]) -> list[SpeechSegment]:
    """Return the units with those of one person that lie less than a pause apart made one."""
    out: list[SpeechSegment] = []
    for unit in sorted(units, key=lambda unit: (unit.speaker, unit.span)):
        if out and out[-1].speaker == unit.speaker and unit.span.start - out[-1].span.stop < PAUSE:
            out[-1] = spoken(unit.speaker, out[-1].span.start, unit.span.stop)
        else:
            out.append(unit)
    return sorted(out, key=lambda unit: (unit.span.start, unit.speaker))


@settings(max_examples=50, deadline=None)
@given(conversations())
def test_any_confusion_ends_in_the_truth_and_no_word_of_a_stranger_is_kept(conversation: Conversation) -> None:
    """What one says alone is theirs, each word once; a stranger's words are nowhere in the document."""
    units, words, versions = conversation
    end = max(unit.span.stop for unit in units)
    length = (end // STEP + 10) * STEP
    record, _, _ = analyzed(told_late([*versions, (end + CLOSES_AFTER, units)]), words, length=length)
    truth, _, _ = analyzed(told_at_once(units), words, length=length)
    assert (record.segments, texts(record), record.transfers) == (truth.segments, texts(truth), truth.transfers)
    document = json.dumps(session_document(record))
    for word in words:
        middle = (word.span.start + word.span.stop) // 2
        heard = [unit.speaker for unit in units if unit.span.contains(middle)]
        count = document.count(word.text)
        assert count <= 1, word.text
        if len(heard) == 1:
            assert count == (0 if heard == [UNKNOWN] else 1), word.text


def test_document_with_strangers_keeps_the_schema() -> None:
    """When a stranger spoke is there; what, is not; health says how much is anybody's."""
    units = [*UNITS[:2], spoken(UNKNOWN, 8 * SECOND, 12 * SECOND), *UNITS[4:]]
    record, _, _ = analyzed(told_late([(20 * SECOND, units)]))
    document = session_document(record)
    Draft202012Validator(load_schema(Schema.SESSION)).validate(document)
    assert [segment["speaker"] for segment in document["segments"]] == ["A", "B", "unknown", "A", "B"]
    assert [turn["speaker"] for turn in document["turns"]] == ["A", "B", "A", "B"]
    assert document["measures"]["A"]["talk_share"]["observed"].startswith("two voices, one microphone")
    assert document["health"]["attributed"] == 0.71


# --- heard, not scripted --------------------------------------------------------------------------------------


def test_words_of_the_demo_on_one_microphone_are_given_to_who_said_them() -> None:
    """Nobody is enrolled; what was said before the voices were known is there as well."""
    words = {who: words_of("demo")[who] for who in ("A", "B")}
    transcriber = RoomTranscriber([word for mine in words.values() for word in mine])
    engine = engine_of(
        arrangement=Arrangement.ONE_MICROPHONE, channels=1, transcriber=transcriber.name, voices=real_voices()
    )
    analyze(blocks(sound_of("demo", channels=1), size=4_800), engine=engine, transcriber=transcriber)
    given = [(phrase.speaker, word) for phrase, mine in engine._log.transcripts for word in mine]
    rightly = sum(word in words[speaker] for speaker, word in given)
    assert len({(word.span, word.text) for _, word in given}) == len(given)
    assert rightly > 0.9 * sum(map(len, words.values()))
    assert any(speaker == "A" and word.span.stop < 6 * SECOND for speaker, word in given)


# --- others stay as they are ----------------------------------------------------------------------------------


def test_words_of_a_channel_are_its_persons_whoever_else_speaks() -> None:
    """With a microphone each a word beside one's unit is not the other's, however loud that one is."""
    engine = engine_of(transcriber="x", coach=MUTE)
    for segment in (spoken("A", 0, 2 * SECOND), spoken("B", 2 * SECOND, 4 * SECOND)):
        engine._log.hear(segment)
    phrase = Phrase(id="p-A-0-34400", speaker="A", span=Span(0, 34_400))
    words = [Word(span=Span(20_000, 24_000), text="mine"), Word(span=Span(32_400, 34_000), text="jitter")]
    (only,) = engine._log.read(phrase, words, asked=1)
    assert (only.speaker, only.text) == ("A", "mine jitter")


def test_people_before_one_microphone_need_an_encoder() -> None:
    """Without voices nobody could be told apart."""
    with pytest.raises(ValueError, match="no encoder was given"):
        engine_of(arrangement=Arrangement.ONE_MICROPHONE, channels=1)


def test_quotation_of_a_strangers_words_leaves_the_record() -> None:
    """What the coach said because of an act goes with the act; what it said for other reasons stays."""
    log = SessionLog(arrangement=Arrangement.ONE_MICROPHONE)
    unit = spoken("A", SECOND, 3 * SECOND)
    log.hear(unit)
    act = ListeningAct(
        id="a-reflection-A-16000",
        kind=ActKind.REFLECTION,
        speaker="A",
        span=unit.span,
        evidence="it sounds like rain",
        confidence=0.9,
        source="test",
    )
    log.acts[act.id] = act
    for name, because in (("f-1", act.id), ("f-2", "measure:A.talk_share")):
        log.feedback[name] = Feedback(
            id=name, at=4 * SECOND, text=name, because=(because,), delivery=DeliveryKind.SHOWN
        )
    assert [feedback.id for feedback in log.standing_feedback] == ["f-1", "f-2"]
    stranger = replace(unit, id="s-unknown-16000", speaker=UNKNOWN)
    log.revise(Revision(span=unit.span, replaced=(unit,), segments=(stranger,), known_at=5 * SECOND))
    assert [feedback.id for feedback in log.standing_feedback] == ["f-2"]
