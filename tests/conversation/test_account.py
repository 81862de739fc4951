"""What happened in a conversation, reduced from its whole log."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from spoken_units import said

from attune.conversation.account import CONTEXT, Evidence, account_of, acts_in, acts_of, measured
from attune.conversation.acts.finding import ActFinding
from attune.conversation.acts.stems import StemActs
from attune.conversation.entry import FloorSettings
from attune.conversation.units import Unit
from attune.conversation.utterance import Utterance
from attune.events import UNKNOWN, ActKind, ListeningAct, Word
from attune.timebase import Span


class FindsQuestions:
    """Finds an open question in each utterance that ends in a question mark; notes the context it was given."""

    def __init__(self) -> None:
        self.contexts: dict[str, list[str]] = {}

    def find(self, utterance: Utterance, *, before: Sequence[Utterance]) -> tuple[ActFinding, ...]:
        """Return a question from the second word to the last."""
        self.contexts[utterance.text] = [earlier.text for earlier in before]
        words = utterance.text.split()
        if not words or not words[-1].endswith("?"):
            return ()
        return (
            ActFinding(
                kind=ActKind.OPEN_QUESTION,
                subkind=None,
                first_word=1,
                last_word=len(words) - 1,
                evidence=" ".join(words[1:]),
                confidence=0.9,
                source="test",
            ),
        )


def utterance(unit: Unit) -> Utterance:
    """Return a unit's words as an utterance."""
    return Utterance(
        speaker=unit.speaker,
        text=" ".join(unit.tokens or ()),
        span=unit.segment.span,
        words=unit.words or (),
    )


def evidence(*units: Unit, utterances: Sequence[Utterance] | None = None) -> Evidence:
    """Return the evidence of a conversation of A and B in which all was observed."""
    return Evidence(
        speakers=("A", "B"),
        units=units,
        utterances=[utterance(unit) for unit in units if unit.words] if utterances is None else utterances,
        unobserved=(),
        observed_samples=10 * 16_000,
        observed="two channels",
    )


TALK = (
    said("A", 0, 2, "I am tired."),
    said("B", 2.5, 4, "Oh what happened today?"),
    said("A", 4.5, 6, "We ran."),
)


def test_account_has_turns_with_their_words_transfers_acts_and_measures() -> None:
    """All of it from one log."""
    account = account_of(evidence(*TALK), floor=FloorSettings(), finder=FindsQuestions())
    assert [(spoken.turn.speaker, spoken.text) for spoken in account.turns] == [
        ("A", "I am tired."),
        ("B", "Oh what happened today?"),
        ("A", "We ran."),
    ]
    assert [transfer.to_speaker for transfer in account.transfers] == ["B", "A"]
    assert [act.evidence for act in account.acts] == ["what happened today?"]
    assert account.measures["B"]["open_question_share"].value == 1.0


def test_order_of_the_log_does_not_matter() -> None:
    """Units and utterances as they came, or backwards."""
    forward = account_of(evidence(*TALK), floor=FloorSettings(), finder=FindsQuestions())
    log = evidence(*reversed(TALK), utterances=[utterance(unit) for unit in reversed(TALK)])
    assert account_of(log, floor=FloorSettings(), finder=FindsQuestions()) == forward


def test_act_is_dated_by_its_own_words() -> None:
    """From its first word to its last, not the whole utterance."""
    (act,) = acts_of([utterance(TALK[1])], finder=FindsQuestions())
    words = TALK[1].words or ()
    assert act == ListeningAct(
        id=f"a-open_question-B-{words[1].span.start}",
        kind=ActKind.OPEN_QUESTION,
        speaker="B",
        span=Span(words[1].span.start, words[-1].span.stop),
        evidence="what happened today?",
        confidence=0.9,
        source="test",
    )


def test_act_of_an_utterance_without_word_times_is_dated_by_the_utterance() -> None:
    """Its words have no times of their own."""
    said_so = Utterance(speaker="B", text="Oh what happened?", span=Span(100, 900))
    assert [act.span for act in acts_of([said_so], finder=FindsQuestions())] == [Span(100, 900)]


def test_word_times_that_run_backwards_do_not_break_an_act() -> None:
    """A recogniser may end a word before an earlier one began."""
    words = (
        Word(span=Span(0, 100), text="Oh"),
        Word(span=Span(500, 600), text="what"),
        Word(span=Span(200, 300), text="now?"),
    )
    said_so = Utterance(speaker="B", text="Oh what now?", span=Span(0, 600), words=words)
    assert [act.span for act in acts_of([said_so], finder=FindsQuestions())] == [Span(500, 500)]


def test_finder_sees_at_most_eight_utterances_before_oldest_first() -> None:
    """Of everybody, sorted by time, however they came."""
    talk = [Utterance(speaker="AB"[k % 2], text=f"line {k}", span=Span(k * 100, k * 100 + 90)) for k in range(12)]
    finder = FindsQuestions()
    acts_of(reversed(talk), finder=finder)
    assert finder.contexts["line 0"] == []
    assert finder.contexts["line 11"] == [f"line {k}" for k in range(11 - CONTEXT, 11)]


def test_words_of_unknown_voices_are_not_searched() -> None:
    """A visitor's words are nobody's business, not even as context."""
    finder = FindsQuestions()
    visitor = Utterance(speaker=UNKNOWN, text="And who are you?", span=Span(0, 100))
    assert acts_of([visitor, Utterance(speaker="A", text="so", span=Span(200, 300))], finder=finder) == ()
    assert finder.contexts == {"so": []}


def test_utterance_without_a_span_has_no_dated_acts() -> None:
    """Asked for all the same, it is the caller's defect; in a log it is left out."""
    undated = Utterance(speaker="A", text="And you?")
    assert acts_of([undated], finder=FindsQuestions()) == ()
    with pytest.raises(ValueError, match="without a span"):
        acts_in(undated, before=(), finder=FindsQuestions())


def test_language_without_a_cue_pack_has_no_acts() -> None:
    """Turns and transfers are the same."""
    account = account_of(evidence(*TALK), floor=FloorSettings(), finder=None)
    assert account.acts == ()
    assert len(account.turns) == 3
    assert account.measures["A"]["reflections"].value is None


def test_turn_whose_words_nobody_knows_has_no_text() -> None:
    """None where nothing was transcribed."""
    account = account_of(evidence(said("A", 0, 2), said("B", 3, 4, "we ran home")), floor=FloorSettings(), finder=None)
    assert [spoken.text for spoken in account.turns] == [None, "we ran home"]


def test_turn_takes_the_text_of_utterances_without_word_times() -> None:
    """Those of its speaker whose middle lies in it."""
    texts = [
        Utterance(speaker="A", text="first half,", span=Span(0, 16_000)),
        Utterance(speaker="A", text="second half", span=Span(16_000, 32_000)),
        Utterance(speaker="B", text="not mine", span=Span(0, 16_000)),
    ]
    account = account_of(evidence(said("A", 0, 2), utterances=texts), floor=FloorSettings(), finder=None)
    assert [spoken.text for spoken in account.turns] == ["first half, second half"]


def test_turn_has_timed_words_and_untimed_text_in_the_order_of_time() -> None:
    """A transcript may time the words of some utterances and not of others."""
    units = said("A", 0, 2), said("A", 3, 4, "really tired"), said("A", 5, 6)
    texts = [
        Utterance(speaker="A", text="since then.", span=Span(80_000, 96_000)),
        Utterance(speaker="A", text="I am", span=Span(0, 32_000)),
    ]
    account = account_of(evidence(*units, utterances=texts), floor=FloorSettings(), finder=None)
    assert [spoken.text for spoken in account.turns] == ["I am really tired since then."]


def test_words_of_a_language_without_a_cue_pack_leave_the_floor_to_timing() -> None:
    """English lists of words cannot tell that "ja genau" is a backchannel; its sound can. The turns keep their text."""
    units = (
        said("A", 0, 4, "ich war gestern lange bei meiner Mutter und"),
        said("B", 2, 2.4, "ja genau"),
        said("A", 5, 8, "sie war krank"),
    )
    account = account_of(evidence(*units), floor=FloorSettings(), finder=None)
    wordless = account_of(evidence(*(Unit(segment=unit.segment) for unit in units)), floor=FloorSettings(), finder=None)
    assert [transfer.kind for transfer in account.transfers] == ["backchannel"]
    assert account.transfers == wordless.transfers
    assert account.measures["B"]["silence_patience"].value is None
    assert [spoken.text for spoken in account.turns] == ["ich war gestern lange bei meiner Mutter und sie war krank"]


def test_acts_of_one_kind_in_an_utterance_without_word_times_are_all_counted() -> None:
    """Both have the time of the utterance, and ids of their own."""
    asked = Utterance(speaker="A", text="How did it feel? What happened next?", span=Span(500, 90_000))
    acts = acts_of([asked], finder=StemActs())
    assert [(act.id, act.evidence) for act in acts] == [
        ("a-open_question-A-500", "How did it feel?"),
        ("a-open_question-A-500-2", "What happened next?"),
    ]


def test_measures_of_known_acts_are_those_of_the_account() -> None:
    """The coach is shown the same figures as the document, without a new search for acts."""
    log, finder = evidence(*TALK), FindsQuestions()
    account = account_of(log, floor=FloorSettings(), finder=finder)
    assert measured(log, floor=FloorSettings(), acts=account.acts) == account.measures
    unsearched = account_of(log, floor=FloorSettings(), finder=None).measures
    assert measured(log, floor=FloorSettings(), acts=None) == unsearched
