"""A timed transcript becomes the same kind of record as sound."""

from __future__ import annotations

import pytest

from attune.conversation.account import NO_CUE_PACK
from attune.conversation.acts.stems import StemActs
from attune.conversation.entry import FloorSettings
from attune.conversation.timed_transcript import TimedTranscript, TimedUtterance
from attune.events import SessionRecord, TransferKind, Word
from attune.reading import record_of_transcript
from attune.timebase import Span
from heard_fixtures import truth_of

SECOND = 16_000


def spoken(speaker: str, start: float, stop: float, text: str | None = None, *, timed: bool = True) -> TimedUtterance:
    """Return an utterance; its words share its time evenly, or have no times."""
    span = Span.of_seconds(start, stop)
    tokens = (text or "").split()
    size = span.duration // max(1, len(tokens))
    words = tuple(
        Word(span=Span(span.start + k * size, span.start + (k + 1) * size), text=token)
        for k, token in enumerate(tokens)
    )
    return TimedUtterance(speaker=speaker, span=span, text=text, words=words if timed else ())


def record_of(*utterances: TimedUtterance, duration: float = 60, language: str = "en") -> SessionRecord:
    """Return the record of a transcript of A and B."""
    transcript = TimedTranscript(speakers=("A", "B"), utterances=utterances, duration=round(duration * SECOND))
    finder = StemActs() if language == "en" else None
    return record_of_transcript(transcript, source="talk.json", floor=FloorSettings(), finder=finder)


def test_words_with_times_make_units_turns_transfers_and_acts() -> None:
    """All that a record has, from words."""
    record = record_of(
        spoken("A", 0, 3, "I had such a hard day at work."), spoken("B", 3.5, 6, "It sounds like you feel tired.")
    )
    assert [(turn.turn.speaker, turn.text) for turn in record.turns] == [
        ("A", "I had such a hard day at work."),
        ("B", "It sounds like you feel tired."),
    ]
    assert [(t.kind, t.offset) for t in record.transfers] == [(TransferKind.SMOOTH_SWITCH, 8_000)]
    assert "reflection" in {act.kind for act in record.acts}
    assert record.measures["B"]["pause_before_response_s"].value == 0.5
    assert record.measures["B"]["pause_before_response_s"].observed == "timed transcript"


def test_record_says_what_it_was_made_from() -> None:
    """Nothing was heard, so nothing was lost; nobody transcribed."""
    record = record_of(spoken("A", 0, 3, "so it is"))
    assert (record.source, record.duration, record.speakers) == ("talk.json", 60 * SECOND, ("A", "B"))
    health = record.health
    assert (health.attributed, health.unobserved, health.lost) == (1.0, 0.0, 0.0)
    assert (health.transcriber, health.warnings) == ("transcript", ())
    assert record.feedback == ()
    assert record.segments[0].level_dbfs is None


def test_text_without_word_times_is_searched_and_not_split() -> None:
    """One unit for the utterance; its text is the turn's; its words judge no transfer."""
    record = record_of(
        spoken("A", 0, 3, "I was tired because", timed=False),
        spoken("B", 3.1, 6, "It sounds like you feel tired.", timed=False),
    )
    assert [turn.text for turn in record.turns] == ["I was tired because", "It sounds like you feel tired."]
    assert [t.kind for t in record.transfers] == [TransferKind.SMOOTH_SWITCH]
    assert {act.span for act in record.acts if act.speaker == "B"} == {Span.of_seconds(3.1, 6)}
    assert record.measures["B"]["reflections"].value == 1.0


def test_times_alone_are_timing_alone() -> None:
    """As an RTTM gives them."""
    record = record_of(spoken("A", 0, 3), spoken("B", 3.5, 6))
    assert [turn.text for turn in record.turns] == [None, None]
    assert record.acts == ()
    assert record.health.transcriber == "none"
    assert record.measures["A"]["reflections"].value is None


def test_utterances_of_one_person_up_to_200_ms_apart_are_one_unit() -> None:
    """Units part at pauses, not where a transcript starts a new line."""
    record = record_of(spoken("A", 0, 1), spoken("A", 1.2, 2), spoken("A", 2.3, 3))
    assert [(s.span.start, s.span.stop) for s in record.segments] == [(0, 32_000), (36_800, 48_000)]


def test_mixed_utterances_of_one_person_are_both_read() -> None:
    """Some with word times, some without, at the same time even."""
    record = record_of(spoken("A", 0, 2, "so it is"), spoken("A", 0, 2), spoken("B", 3, 4, "we ran home"))
    assert len(record.segments) == 3
    assert [turn.turn.speaker for turn in record.turns] == ["A", "B"]


def test_language_without_a_cue_pack_says_so() -> None:
    """Acts were not looked for, which is not the same as none."""
    record = record_of(spoken("A", 0, 3, "so ist das"), language="de")
    assert record.health.warnings == (NO_CUE_PACK,)
    assert record.acts == ()
    assert record.measures["A"]["reflections"].value is None


def test_transcript_in_which_nobody_speaks_has_an_empty_record() -> None:
    """Nothing is claimed of nothing."""
    record = record_of()
    assert (record.segments, record.turns, record.transfers, record.acts) == ((), (), (), ())
    assert record.health.attributed is None


def test_everything_comes_sorted_by_start() -> None:
    """However the utterances came."""
    talk = [spoken("B", 3.5, 6, "so it is then"), spoken("A", 0, 3, "we ran home")]
    record = record_of(*talk)
    assert [s.id for s in record.segments] == ["s-A-0", "s-B-56000"]
    assert record == record_of(*reversed(talk))


@pytest.mark.parametrize(
    "name", ["good_listening", "interruptions", "blame_and_defence", "patience_with_silence", "long_monologue"]
)
def test_transfers_of_the_written_dialogues_are_as_they_were_written(name: str) -> None:
    """With words known, nearly every transfer has the kind that its script gives it."""
    truth = truth_of(name)
    talk = tuple(
        TimedUtterance(
            speaker=u["speaker"],
            span=Span.of_seconds(u["start"], u["end"]),
            text=u["text"],
            words=tuple(Word(span=Span.of_seconds(w["start"], w["end"]), text=w["text"]) for w in u["words"]),
        )
        for u in truth["utterances"]
    )
    transcript = TimedTranscript(speakers=("A", "B"), utterances=talk, duration=truth["duration_samples"])
    record = record_of_transcript(transcript, source=name, floor=FloorSettings(), finder=StemActs())
    heard = {(t.kind, t.to_speaker, t.at) for t in record.transfers}
    wanted = [(t["kind"], t["to"], t["at_sample"]) for t in truth["transfers"]]
    right = [
        any(kind == k and to == who and abs(at - sample) <= 1_600 for k, who, at in heard)
        for kind, to, sample in wanted
    ]
    assert sum(right) >= len(wanted) - 1
