"""A recording through the engine: answers inline, blocks re-cut, progress told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from attune.analysis import InlineDecoder, analyze, in_steps
from attune.engine import Engine
from attune.errors import ModelError, SequenceError
from attune.events import (
    Block,
    Gap,
    GapCause,
    Phrase,
    Sound,
    Transcript,
    TranscriptFailed,
    TranscriptionDiscarded,
    TranscriptionPromoted,
    TranscriptionRequest,
    Turn,
    Urgency,
    VoiceActivity,
    Voicing,
    Word,
)
from attune.hearing.framer import STEP
from attune.plan import Arrangement
from attune.timebase import Span
from fake_detectors import LOUD, as_int16, with_voice
from heard_fixtures import blocks, engine_of

SECOND = 16_000


class Notes:
    """A transcriber that notes what it was asked, and says one word in the middle of each phrase."""

    name = "notes"

    def __init__(self) -> None:
        self.asked: list[Phrase] = []

    def transcribe(self, phrase: Phrase, samples: NDArray[np.int16]) -> Transcript:
        """Return one word."""
        self.asked.append(phrase)
        middle = (phrase.span.start + phrase.span.stop) // 2
        word = Word(span=Span(middle - 100, middle + 100), text=f"word{len(self.asked)}")
        return Transcript(phrase_id=phrase.id, words=(word,), model=self.name)


class Broken:
    """A transcriber whose model does not answer."""

    name = "broken"

    def transcribe(self, phrase: Phrase, samples: NDArray[np.int16]) -> Transcript:
        """Raise."""
        raise ModelError("the model does not answer")


def engine(transcriber: str | None) -> Engine:
    """Return an engine for one person's buzzing."""
    return engine_of(
        speakers=("A",), arrangement=Arrangement.ONE_PERSON, channels=1, transcriber=transcriber, detectors=LOUD
    )


def voice(*spans: tuple[int, int], length: int) -> list[Sound]:
    """Return a voice in blocks of a tenth of a second."""
    return blocks(as_int16(with_voice(length, spans)), size=1_600)


def request(urgency: Urgency, start: int = 0) -> TranscriptionRequest:
    """Return a request for a phrase."""
    phrase = Phrase(id=f"p-A-{start}-{start + 100}", speaker="A", span=Span(start, start + 100))
    return TranscriptionRequest(phrase=phrase, urgency=urgency, samples=np.zeros(100, np.int16))


# --- the decoder ----------------------------------------------------------------------------------------------


def test_final_request_is_answered_on_the_spot() -> None:
    """Nothing can overtake it."""
    answer = InlineDecoder(Notes()).answer(request(Urgency.FINAL))
    assert isinstance(answer, Transcript)
    assert answer.phrase_id == "p-A-0-100"


def test_speculation_is_decoded_once_it_is_promoted() -> None:
    """Not before, so nothing is wasted; and then once."""
    notes = Notes()
    decoder = InlineDecoder(notes)
    assert decoder.answer(request(Urgency.SPECULATIVE)) is None
    assert notes.asked == []
    assert isinstance(decoder.answer(TranscriptionPromoted(phrase_id="p-A-0-100")), Transcript)
    assert [phrase.id for phrase in notes.asked] == ["p-A-0-100"]


def test_speculation_that_is_discarded_is_never_decoded() -> None:
    """Speech overtook it."""
    notes = Notes()
    decoder = InlineDecoder(notes)
    decoder.answer(request(Urgency.SPECULATIVE))
    assert decoder.answer(TranscriptionDiscarded(phrase_id="p-A-0-100")) is None
    with pytest.raises(KeyError):
        decoder.answer(TranscriptionPromoted(phrase_id="p-A-0-100"))
    assert notes.asked == []


def test_phrase_that_cannot_be_decoded_is_a_failed_transcript() -> None:
    """It does not end the analysis."""
    answer = InlineDecoder(Broken()).answer(request(Urgency.FINAL))
    assert answer == TranscriptFailed(phrase_id="p-A-0-100", why="the model does not answer")


def test_other_events_call_for_no_answer() -> None:
    """Only requests do."""
    event = VoiceActivity(speaker="A", voicing=Voicing.STARTED, at=0, known_at=1)
    assert InlineDecoder(Notes()).answer(event) is None


# --- the analysis ---------------------------------------------------------------------------------------------


def test_words_reach_the_turns() -> None:
    """Two phrases, a word each, one turn."""
    notes, hears = Notes(), engine("notes")
    events = analyze(voice((0, SECOND), (2 * SECOND, 3 * SECOND), length=5 * SECOND), engine=hears, transcriber=notes)
    assert [turn.text for turn in hears.record(source="x").turns] == ["word1 word2"]
    assert [event.phrase_id for event in events if isinstance(event, Transcript)] == [
        phrase.id for phrase in notes.asked
    ]


def test_answer_comes_right_behind_its_request_or_promotion() -> None:
    """Whoever reads the log sees why each transcript is there."""
    events = analyze(voice((0, SECOND), length=3 * SECOND), engine=engine("notes"), transcriber=Notes())
    at = next(k for k, event in enumerate(events) if isinstance(event, Transcript))
    assert isinstance(events[at - 1], TranscriptionPromoted)


def test_recording_that_ends_in_a_word_is_transcribed_to_its_end() -> None:
    """The last phrase is asked for at the flush, and answered."""
    notes, hears = Notes(), engine("notes")
    analyze(voice((0, SECOND + 333), length=SECOND + 333), engine=hears, transcriber=notes)
    (phrase,) = notes.asked
    assert phrase.span == Span(0, SECOND + 333)
    assert hears.awaited == ()


def test_broken_transcriber_leaves_the_timing() -> None:
    """The record has the turn, no words, and says why."""
    hears = engine("broken")
    analyze(voice((0, SECOND), length=3 * SECOND), engine=hears, transcriber=Broken())
    record = hears.record(source="x")
    assert [turn.text for turn in record.turns] == [None]
    assert "1 phrase could not be transcribed (the model does not answer); its timing stands." in record.health.warnings


def test_analysis_closes_the_engine() -> None:
    """The last turn is among the events."""
    events = analyze(voice((0, SECOND), length=2 * SECOND), engine=engine(None), transcriber=None)
    assert [event.span.start for event in events if isinstance(event, Turn)] == [0]


def test_progress_is_told_for_each_step_up_to_the_end() -> None:
    """About six times for each second of sound."""
    reached: list[int] = []
    analyze(voice(length=SECOND), engine=engine(None), transcriber=None, progress=reached.append)
    assert reached == [2_560, 5_120, 7_680, 10_240, 12_800, 15_360, 16_000]


# --- steps ----------------------------------------------------------------------------------------------------


def counted(length: int) -> NDArray[np.int16]:
    """Return sound in which each value says where it stands."""
    return np.arange(length, dtype=np.int16)[:, None]


def test_gap_cuts_a_step_short() -> None:
    """What waits before a gap goes before it, and steps begin anew behind it."""
    lost = Gap(span=Span(3_000, 4_000), why=GapCause.OVERFLOW)
    cut = list(in_steps([*blocks(counted(3_000), size=700), lost, *blocks(counted(2_600), size=700, start=4_000)]))
    assert [(sound.span.start, sound.span.stop) for sound in cut] == [
        (0, 2_560),
        (2_560, 3_000),
        (3_000, 4_000),
        (4_000, 6_560),
        (6_560, 6_600),
    ]
    assert cut[2] is lost


def test_block_that_does_not_follow_is_refused() -> None:
    """Joined to the one before, its samples would be heard at a wrong time."""
    with pytest.raises(SequenceError, match="continues at sample 100, not 101"):
        list(in_steps([Block(start=0, samples=counted(100)), Block(start=101, samples=counted(10))]))


@given(st.lists(st.integers(0, 6_000), max_size=10))
def test_steps_are_the_same_sound_for_any_block_size(sizes: list[int]) -> None:
    """Contiguous blocks of 2560 samples, the last one shorter."""
    sound = counted(sum(sizes))
    given_blocks, at = [], 0
    for size in sizes:
        given_blocks.append(Block(start=at, samples=sound[at : at + size]))
        at += size
    cut = [part for part in in_steps(given_blocks) if isinstance(part, Block)]
    assert [part.start for part in cut] == list(range(0, at, STEP))
    assert all(len(part.samples) == STEP for part in cut[:-1])
    assert np.array_equal(np.concatenate([np.zeros((0, 1), np.int16), *(part.samples for part in cut)]), sound)


def test_requests_are_returned_without_their_sound() -> None:
    """Four hours of sound, several times over, are not kept; the transcriber had it."""
    notes = Notes()
    events = analyze(voice((0, SECOND), length=3 * SECOND), engine=engine("notes"), transcriber=notes)
    asked = [event for event in events if isinstance(event, TranscriptionRequest)]
    assert [event.phrase.id for event in asked] == [phrase.id for phrase in notes.asked]
    assert [len(event.samples) for event in asked] == [0]
