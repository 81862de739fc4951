"""The closing words of literal session records."""

from __future__ import annotations

from collections.abc import Mapping

from attune.coaching.phrases.en import ENGLISH
from attune.coaching.summary import ClosingWords, closing_words
from attune.events import ActKind, FloorTransfer, Health, ListeningAct, Measure, SessionRecord, TransferKind
from attune.timebase import Span

SECOND = 16_000


def record(
    *,
    acts: tuple[ListeningAct, ...] = (),
    transfers: tuple[FloorTransfer, ...] = (),
    measures: Mapping[str, Mapping[str, Measure]] | None = None,
) -> SessionRecord:
    """Return a session of five minutes of Ann and Ben."""
    return SessionRecord(
        source="test",
        duration=300 * SECOND,
        speakers=("Ann", "Ben"),
        segments=(),
        turns=(),
        transfers=transfers,
        acts=acts,
        arousal=(),
        measures=measures or {},
        feedback=(),
        health=Health(attributed=1.0, unobserved=0.0, lost=0.0, transcriber="test", warnings=()),
    )


def act(kind: ActKind, at_s: int, *, speaker: str = "Ann", words: str = "so you felt alone") -> ListeningAct:
    """Return a sure act of a second."""
    return ListeningAct(
        id=f"{kind}-{at_s}",
        kind=kind,
        speaker=speaker,
        span=Span(at_s * SECOND, (at_s + 1) * SECOND),
        evidence=words,
        confidence=0.9,
        source="test",
    )


def test_strength_is_quoted_with_its_time_and_next_step_has_a_time_alone() -> None:
    """Good words are quoted; a hard moment is only pointed to, so nobody is accused."""
    said = record(
        acts=(act(ActKind.REFLECTION, 42), act(ActKind.CRITICISM, 72, speaker="Ben", words="you never listen"))
    )
    assert closing_words(said, phrases=ENGLISH) == ClosingWords(
        strength="Saying back what was heard. At 0:42: “so you felt alone”.",
        next_step="Try starting with “I feel”, and then what you need. A moment to think back to: 1:12.",
        strength_because=("reflection-42",),
        next_step_because=("criticism-72",),
    )


def test_timing_alone_gives_a_strength_with_count_and_time() -> None:
    """Without words a pattern is counted and its last time given."""
    answers = tuple(
        FloorTransfer(
            id=f"f-{at_s}",
            kind=TransferKind.SMOOTH_SWITCH,
            from_speaker="Ben",
            to_speaker="Ann",
            at=at_s * SECOND,
            offset=SECOND,
            confidence=0.9,
        )
        for at_s in (10, 20, 65)
    )
    closing = closing_words(record(transfers=answers), phrases=ENGLISH)
    assert closing.strength == "Taking a moment before answering. Heard 3 times, for example at 1:05."
    assert closing.next_step is None


def test_measure_gives_a_strength_without_time_or_name() -> None:
    """A figure for the whole session has no moment."""
    patience = Measure(key="silence_patience", value=1.0, n=4, observed="two channels")
    closing = closing_words(record(measures={"Ann": {"silence_patience": patience}}), phrases=ENGLISH)
    assert closing.strength == "Pauses for thought were left open. That gives room for more."
    assert closing.strength_because == ("measure:Ann.silence_patience",)


def test_nothing_sure_is_nothing_said() -> None:
    """An empty session gets neither."""
    assert closing_words(record(), phrases=ENGLISH) == ClosingWords(strength=None, next_step=None)


def test_unknown_voices_are_left_out() -> None:
    """A visitor's words are neither praised nor suggested about."""
    said = record(acts=(act(ActKind.REFLECTION, 42, speaker="unknown"), act(ActKind.ADVICE, 72, speaker="unknown")))
    assert closing_words(said, phrases=ENGLISH) == ClosingWords(strength=None, next_step=None)


def test_closing_words_name_nobody() -> None:
    """Neither the strength nor the next step says who."""
    said = record(acts=(act(ActKind.VALIDATION, 42, words="that makes sense"), act(ActKind.ADVICE, 72, speaker="Ben")))
    closing = closing_words(said, phrases=ENGLISH)
    assert closing.strength is not None
    assert closing.next_step is not None
    assert not {"Ann", "Ben"} & set((closing.strength + " " + closing.next_step).replace(":", " ").split())
