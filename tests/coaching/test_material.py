"""What may be praised and what may be suggested, from literal acts, transfers and measures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attune.coaching.material import Heard, Praise, Suggestion, praises, suggestions
from attune.events import UNKNOWN, ActKind, FloorTransfer, ListeningAct, Measure, TransferKind
from attune.timebase import Span


def act(
    kind: ActKind, at: int, *, speaker: str = "Ann", words: str = "so you felt alone", sure: float = 0.9
) -> ListeningAct:
    """Return an act of one second, named by its kind and time."""
    return ListeningAct(
        id=f"{kind}-{at}",
        kind=kind,
        speaker=speaker,
        span=Span(at, at + 16_000),
        evidence=words,
        confidence=sure,
        source="test",
    )


def transfer(
    kind: TransferKind, at: int, *, to: str = "Ann", offset: int = 3_200, sure: float = 0.9, origin: str = "Ben"
) -> FloorTransfer:
    """Return a transfer, named by its kind and time."""
    return FloorTransfer(
        id=f"{kind}-{at}", kind=kind, from_speaker=origin, to_speaker=to, at=at, offset=offset, confidence=sure
    )


def praised(*acts: ListeningAct) -> list[str]:
    """Return the reasons for praise, best first."""
    return [because for praise in praises(Heard(acts=acts)) for because in praise.because]


def test_reflection_is_praised_with_its_words() -> None:
    """A sure reflection gives the topic, who said it, and the quotation."""
    assert praises(Heard(acts=(act(ActKind.REFLECTION, 0),))) == [
        Praise(
            topic="act.reflection",
            speaker="Ann",
            because=("reflection-0",),
            rank=1,
            span=Span(0, 16_000),
            quote="so you felt alone",
        )
    ]


@pytest.mark.parametrize(
    "unfit",
    [
        act(ActKind.REFLECTION, 0, sure=0.69),
        act(ActKind.REFLECTION, 0, words="  "),
        act(ActKind.REFLECTION, 0, speaker=UNKNOWN),
        act(ActKind.CLOSED_QUESTION, 0),
        act(ActKind.CRITICISM, 0),
    ],
)
def test_unsure_wordless_unknown_or_unhelpful_act_is_not_praised(unfit: ListeningAct) -> None:
    """Each of these alone leaves nothing to praise."""
    assert praises(Heard(acts=(unfit,))) == []


def test_partners_yes_outranks_confidence() -> None:
    """A reflection of small confidence that the partner confirmed comes before everything else."""
    heard = (
        act(ActKind.REFLECTION, 0),
        act(ActKind.REFLECTION, 100_000, sure=0.3),
        act(ActKind.CONFIRMATION, 120_000, speaker="Ben", words="yes exactly", sure=0.5),
    )
    assert praised(*heard) == ["reflection-100000", "reflection-0"]


def test_partners_not_quite_outranks_confidence() -> None:
    """A reflection that the partner corrected is not praised, however sure."""
    heard = (
        act(ActKind.REFLECTION, 0, sure=0.99),
        act(ActKind.CORRECTION, 20_000, speaker="Ben", words="not quite", sure=0.5),
    )
    assert praised(*heard) == []


def test_answer_to_a_later_reflection_is_not_taken_for_an_earlier_one() -> None:
    """A correction belongs to the reflection just before it."""
    heard = (
        act(ActKind.REFLECTION, 0),
        act(ActKind.REFLECTION, 50_000),
        act(ActKind.CORRECTION, 70_000, speaker="Ben", words="not quite", sure=0.5),
    )
    assert praised(*heard) == ["reflection-0"]


def test_ones_own_yes_confirms_nothing() -> None:
    """The speaker's own "exactly" is no answer."""
    heard = (act(ActKind.REFLECTION, 0, sure=0.3), act(ActKind.CONFIRMATION, 20_000, sure=0.5))
    assert praised(*heard) == []


def test_answer_after_fifteen_seconds_is_none() -> None:
    """A yes that comes much later confirms something else."""
    yes = act(ActKind.CONFIRMATION, 256_001, speaker="Ben", sure=0.5)
    assert praised(act(ActKind.REFLECTION, 0, sure=0.3), yes) == []
    yes = act(ActKind.CONFIRMATION, 256_000, speaker="Ben", sure=0.5)
    assert praised(act(ActKind.REFLECTION, 0, sure=0.3), yes) == ["reflection-0"]


@pytest.mark.parametrize(
    ("at", "speaker", "expected"),
    [(40_000, "Ann", []), (50_000, "Ann", ["reflection-0"]), (40_000, "Ben", ["reflection-0"])],
)
def test_kind_words_in_a_hard_breath_are_not_praised(at: int, speaker: str, expected: list[str]) -> None:
    """Words within two seconds of the same person's criticism are let be; the partner's criticism spoils nothing."""
    assert praised(act(ActKind.REFLECTION, 0), act(ActKind.CRITICISM, at, speaker=speaker, sure=0.4)) == expected


def test_acts_are_ranked_by_what_helps_understanding_most() -> None:
    """A reflection comes before a check-in, and a backchannel last."""
    heard = (act(ActKind.BACKCHANNEL, 0), act(ActKind.CHECK_IN, 100_000), act(ActKind.REFLECTION, 200_000))
    assert praised(*heard) == ["reflection-200000", "check_in-100000", "backchannel-0"]


@pytest.mark.parametrize(
    ("offsets", "expected"),
    [
        ((11_200, 20_000, 48_000), ["pattern.took_a_moment"]),
        ((11_199, 20_000, 48_000), []),
        ((11_200, 20_000, 48_001), []),
        ((20_000, 20_000), []),
    ],
)
def test_three_answers_within_the_band_are_a_moment_taken(offsets: tuple[int, ...], expected: list[str]) -> None:
    """Pauses of 0.7 to 3 seconds count, shorter and longer ones do not, and two are not enough."""
    answers = tuple(
        transfer(TransferKind.SMOOTH_SWITCH, k * 100_000, offset=offset, sure=0.6) for k, offset in enumerate(offsets)
    )
    assert [praise.topic for praise in praises(Heard(transfers=answers))] == expected


def test_three_small_sounds_are_praised_to_who_made_them() -> None:
    """Backchannels are credited to the person who made the sound, not to the one who holds the floor."""
    sounds = tuple(transfer(TransferKind.BACKCHANNEL, k * 50_000, to="Ben", origin="Ann", sure=0.5) for k in range(3))
    [praise] = praises(Heard(transfers=sounds))
    assert (praise.topic, praise.speaker) == ("pattern.small_sounds", "Ben")
    assert praise.because == ("backchannel-0", "backchannel-50000", "backchannel-100000")


def test_pattern_of_unsure_transfers_is_not_praised() -> None:
    """Transfers under one half do not add up."""
    sounds = tuple(transfer(TransferKind.BACKCHANNEL, k * 50_000, sure=0.49) for k in range(5))
    assert praises(Heard(transfers=sounds)) == []


@pytest.mark.parametrize(
    "early",
    [
        TransferKind.INTERRUPTION,
        TransferKind.INTERRUPTION_ATTEMPT,
        TransferKind.CUT_IN,
        TransferKind.TOOK_PAUSE,
        TransferKind.OVERLAPPED_SWITCH,
    ],
)
def test_letting_finish_is_praised_only_without_any_early_entry(early: TransferKind) -> None:
    """Four answers after the end are praised; one early entry, however unsure, is enough to say nothing."""
    answers = tuple(transfer(TransferKind.SMOOTH_SWITCH, k * 50_000) for k in range(4))
    assert [praise.topic for praise in praises(Heard(transfers=answers))] == ["pattern.let_finish"]
    assert praises(Heard(transfers=(*answers, transfer(early, 300_000, sure=0.1)))) == []
    assert praises(Heard(transfers=answers[:3])) == []


def test_letting_finish_is_not_praised_beside_the_others_interruption() -> None:
    """What one person waited for and the other did not is left unsaid: it would compare them."""
    answers = tuple(transfer(TransferKind.SMOOTH_SWITCH, k * 50_000) for k in range(4))
    others = replace(transfer(TransferKind.INTERRUPTION, 300_000), from_speaker="B", to_speaker="A")
    own = replace(others, from_speaker=answers[0].from_speaker, to_speaker=answers[0].to_speaker)
    for interruption in (others, own):
        assert praises(Heard(transfers=(*answers, interruption))) == []


def test_patience_is_praised_from_its_measure() -> None:
    """The reason names the person and the measure; under three pauses, or unobserved, there is none."""

    def found(value: float | None, n: int) -> list[tuple[str, ...]]:
        measure = Measure(key="silence_patience", value=value, n=n, observed="two channels")
        people = {"Ann": {"silence_patience": measure}, "both": {"silence_patience": measure}}
        return [praise.because for praise in praises(Heard(measures=people))]

    assert found(0.9, 3) == [("measure:Ann.silence_patience",)]
    assert found(0.89, 3) == []
    assert found(0.9, 2) == []
    assert found(None, 9) == []


def test_hard_act_brings_its_suggestion_without_a_speaker() -> None:
    """The suggestion knows the topic, the reason and the time, and nothing of who."""
    assert suggestions(Heard(acts=(act(ActKind.ADVICE, 32_000),))) == [
        Suggestion(topic="act.advice", because=("advice-32000",), rank=6, at=32_000)
    ]
    assert suggestions(Heard(acts=(act(ActKind.ADVICE, 32_000, sure=0.69),))) == []
    assert suggestions(Heard(acts=(act(ActKind.ADVICE, 32_000, speaker=UNKNOWN),))) == []


def test_latest_of_equal_hard_acts_comes_first() -> None:
    """A suggestion is about what people still remember."""
    found = suggestions(Heard(acts=(act(ActKind.ADVICE, 0), act(ActKind.ADVICE, 900_000))))
    assert [suggestion.at for suggestion in found] == [900_000, 0]


def test_early_entries_bring_a_suggestion_from_the_second_on() -> None:
    """One interruption may be chance; two are spoken about once, with both as the reason."""
    first, second = (transfer(TransferKind.INTERRUPTION, at, offset=-8_000) for at in (0, 80_000))
    assert suggestions(Heard(transfers=(first,))) == []
    [found] = suggestions(Heard(transfers=(first, second)))
    assert found.topic == "transfer.interruption"
    assert found.because == ("interruption-0", "interruption-80000")
    assert found.at == 80_000


def test_early_entries_with_an_unknown_voice_bring_nothing() -> None:
    """Interrupting the television is no matter for coaching."""
    twice = tuple(transfer(TransferKind.INTERRUPTION, at, origin=UNKNOWN) for at in (0, 80_000))
    assert suggestions(Heard(transfers=twice)) == []


def test_three_closed_questions_and_no_open_one_bring_a_suggestion() -> None:
    """An open question among them is enough."""
    closed = tuple(act(ActKind.CLOSED_QUESTION, k * 50_000) for k in range(3))
    [found] = suggestions(Heard(acts=closed))
    assert found.topic == "act.closed_question"
    assert suggestions(Heard(acts=(*closed, act(ActKind.OPEN_QUESTION, 200_000)))) == []
    assert suggestions(Heard(acts=closed[:2])) == []


@pytest.mark.parametrize(
    ("ann", "ben", "talk", "expected"),
    [
        (0.0, 0.0, 1_920_000, ["measure.reflections"]),
        (0.0, 0.0, 1_919_999, []),
        (0.0, 1.0, 1_920_000, []),
        (0.0, None, 1_920_000, []),
        (None, None, 1_920_000, []),
    ],
)
def test_nothing_said_back_by_anybody_is_suggested_after_two_minutes(
    ann: float | None, ben: float | None, talk: int, expected: list[str]
) -> None:
    """It is suggested only where nobody did it and words were observed of both."""
    people = {
        who: {"reflections": Measure(key="reflections", value=value, n=0, observed="two channels")}
        for who, value in (("Ann", ann), ("Ben", ben))
    }
    assert [suggestion.topic for suggestion in suggestions(Heard(measures=people, talk=talk))] == expected


def test_long_turn_brings_smaller_pieces() -> None:
    """Over ninety seconds, smaller pieces are suggested; at ninety not yet."""

    def found(longest: float) -> list[str]:
        measure = Measure(key="longest_turn_s", value=longest, n=1, observed="two channels")
        return [s.topic for s in suggestions(Heard(measures={"Ann": {"longest_turn_s": measure}}))]

    assert found(90.1) == ["measure.longest_turn_s"]
    assert found(90.0) == []
