"""Literal figures, and why there are none."""

from __future__ import annotations

import pytest
from spoken_units import said

from attune.accuracy import NEVER_MEASURED, Accuracy
from attune.conversation.measures import Conversation, measures_of
from attune.conversation.reliability import RESTS_ON
from attune.conversation.units import Unit
from attune.events import ActKind, FloorTransfer, ListeningAct, Measure, TransferKind, Turn
from attune.timebase import Span, samples_of

MINUTE = 60 * 16_000


def turn(*units: Unit) -> Turn:
    """Return the turn of some units."""
    first = units[0]
    return Turn(
        id=f"t-{first.speaker}-{first.start}",
        speaker=first.speaker,
        span=Span(first.start, max(unit.stop for unit in units)),
        segment_ids=tuple(unit.segment.id for unit in units),
    )


def transfer(kind: TransferKind, to: str, *, at: float, offset: float = 0.0) -> FloorTransfer:
    """Return a transfer to somebody."""
    return FloorTransfer(
        id=f"x-{to}-{at}",
        kind=kind,
        from_speaker="B" if to == "A" else "A",
        to_speaker=to,
        at=samples_of(at),
        offset=samples_of(offset),
        confidence=0.9,
    )


def act(kind: ActKind, speaker: str, at: float) -> ListeningAct:
    """Return an act."""
    span = Span.of_seconds(at, at + 1)
    return ListeningAct(
        id=f"a-{kind}-{at}", kind=kind, speaker=speaker, span=span, evidence="…", confidence=0.9, source="test"
    )


def figures(
    units: list[Unit],
    *,
    turns: list[Turn] | None = None,
    transfers: list[FloorTransfer] | None = None,
    acts: list[ListeningAct] | None = None,
    speakers: tuple[str, ...] = ("A", "B"),
    observed_samples: int = 2 * MINUTE,
    searched: bool = True,
    accuracy: Accuracy | None = None,
) -> dict[str, dict[str, Measure]]:
    """Return the measures of a conversation of two minutes on two channels; without turns, each unit is one."""
    return measures_of(
        Conversation(
            speakers=speakers,
            units=units,
            turns=[turn(unit) for unit in units] if turns is None else turns,
            transfers=transfers or [],
            acts=acts or [],
            observed_samples=observed_samples,
            observed="two channels",
            searched=searched,
            accuracy=accuracy,
        )
    )


def test_every_measure_of_the_contract_is_there_for_each() -> None:
    """The keys that other programs rely on, in their order."""
    found = figures([said("A", 0, 1), said("B", 2, 3)])
    assert list(found) == ["A", "B", "both"]
    assert (
        list(found["A"])
        == list(found["B"])
        == [
            "talk_share",
            "longest_turn_s",
            "turns_per_min",
            "interruptions_per_partner_min",
            "attempts_per_partner_min",
            "pause_before_response_s",
            "backchannels_per_partner_min",
            "silence_patience",
            "reflections",
            "reflections_per_question",
            "open_question_share",
            "check_ins",
        ]
    )
    assert list(found["both"]) == ["overlap_share"]
    assert all(key == measure.key for each in found.values() for key, measure in each.items())


def test_talk_share_leaves_backchannels_and_pauses_out() -> None:
    """A speaks 6 s of turns, B 2 s; B's backchannel of 1 s is in no turn."""
    units = [said("A", 0, 4), said("A", 5, 7), said("B", 2, 3), said("B", 8, 10)]
    found = figures(units, turns=[turn(units[0], units[1]), turn(units[3])])
    assert found["A"]["talk_share"] == Measure(key="talk_share", value=0.75, n=1, observed="two channels")
    assert found["B"]["talk_share"].value == 0.25


def test_talk_share_of_silence_is_not_observed() -> None:
    """Half of nothing is nothing."""
    assert figures([])["A"]["talk_share"] == Measure(key="talk_share", value=None, n=0, observed="nobody spoke")


def test_longest_turn_counts_its_pauses() -> None:
    """From its first sample to its last."""
    units = [said("A", 0, 4), said("A", 5, 7), said("A", 20, 23)]
    found = figures(units, turns=[turn(units[0], units[1]), turn(units[2])])["A"]["longest_turn_s"]
    assert (found.value, found.n) == (7.0, 2)


def test_turns_per_minute_are_of_what_was_observed() -> None:
    """Three turns in two observed minutes."""
    found = figures([said("A", 0, 1), said("A", 9, 10), said("A", 20, 21)])["A"]["turns_per_min"]
    assert (found.value, found.n) == (1.5, 3)


def test_turns_per_minute_of_an_unobserved_session_have_no_value() -> None:
    """The coach talked all the time."""
    found = figures([], observed_samples=0)["A"]["turns_per_min"]
    assert (found.value, found.n, found.observed) == (None, 0, "nothing was observed")


def test_interruptions_and_cut_ins_are_per_minute_of_the_partners_speech() -> None:
    """B interrupts once and cuts in once while A speaks for half a minute: four a minute."""
    transfers = [
        transfer(TransferKind.INTERRUPTION, "B", at=5),
        transfer(TransferKind.CUT_IN, "B", at=9),
        transfer(TransferKind.OVERLAPPED_SWITCH, "B", at=12),
        transfer(TransferKind.INTERRUPTION_ATTEMPT, "B", at=20),
        transfer(TransferKind.INTERRUPTION, "A", at=35),
    ]
    found = figures([said("A", 0, 30), said("B", 30, 90)], transfers=transfers)
    assert (found["B"]["interruptions_per_partner_min"].value, found["B"]["interruptions_per_partner_min"].n) == (4, 2)
    assert (found["B"]["attempts_per_partner_min"].value, found["B"]["attempts_per_partner_min"].n) == (2, 1)
    assert (found["A"]["interruptions_per_partner_min"].value, found["A"]["interruptions_per_partner_min"].n) == (1, 1)


def test_backchannels_are_per_minute_of_the_partners_speech() -> None:
    """Three small sounds in a minute and a half of A's speech."""
    transfers = [transfer(TransferKind.BACKCHANNEL, "B", at=k) for k in (1, 20, 40)]
    found = figures([said("A", 0, 90)], transfers=transfers)["B"]["backchannels_per_partner_min"]
    assert (found.value, found.n) == (2.0, 3)


def test_rate_on_a_partner_who_did_not_speak_has_no_value() -> None:
    """Nobody can interrupt silence."""
    found = figures([said("A", 0, 1)])["A"]["interruptions_per_partner_min"]
    assert (found.value, found.observed) == (None, "the partner did not speak")


def test_pause_before_response_is_the_median_with_the_middle_half() -> None:
    """Of smooth switches alone: 0.2, 0.4, 0.8 and 1.6 s."""
    offsets = (0.8, 0.2, 1.6, 0.4)
    transfers = [transfer(TransferKind.SMOOTH_SWITCH, "B", at=k, offset=o) for k, o in enumerate(offsets)]
    transfers.append(transfer(TransferKind.TOOK_PAUSE, "B", at=9, offset=3))
    transfers.append(transfer(TransferKind.INTERRUPTION, "B", at=10, offset=-3))
    found = figures([said("A", 0, 1)], transfers=transfers)["B"]["pause_before_response_s"]
    assert (found.value, found.n) == (pytest.approx(0.6), 4)
    assert found.iqr == pytest.approx((0.35, 1.0))


def test_one_answer_is_its_own_middle_half() -> None:
    """A single pause has no spread."""
    transfers = [transfer(TransferKind.SMOOTH_SWITCH, "B", at=1, offset=0.5)]
    found = figures([said("A", 0, 1)], transfers=transfers)["B"]["pause_before_response_s"]
    assert (found.value, found.n, found.iqr) == (0.5, 1, (0.5, 0.5))


def test_pause_before_response_without_an_answer_has_no_value() -> None:
    """Nobody answered."""
    found = figures([said("A", 0, 1)])["B"]["pause_before_response_s"]
    assert (found.value, found.n, found.observed, found.iqr) == (None, 0, "no answer after a finished turn", None)


def test_silence_patience_is_the_share_of_unfinished_pauses_left_open() -> None:
    """A pauses unfinished three times for half a second or more; B takes one of them."""
    units = [
        said("A", 0, 2, "I was tired because"),
        said("A", 3, 5, "it was late and"),
        said("A", 5.5, 7, "we had to go to the"),
        said("A", 7.4, 9, "station and then"),
        said("B", 10, 11, "I know"),
    ]
    transfers = [
        transfer(TransferKind.TOOK_PAUSE, "B", at=10, offset=1.0),
        transfer(TransferKind.TOOK_PAUSE, "B", at=11, offset=0.4),
    ]
    found = figures(units, turns=[turn(*units[:4]), turn(units[4])], transfers=transfers)["B"]["silence_patience"]
    assert (found.value, found.n) == (pytest.approx(2 / 3), 3)


def test_pause_after_a_finished_sentence_is_no_test_of_patience() -> None:
    """Nothing was left unfinished."""
    units = [said("A", 0, 2, "I am tired."), said("A", 4, 5, "So it is.")]
    found = figures(units, turns=[turn(*units)])["B"]["silence_patience"]
    assert (found.value, found.observed) == (None, "no unfinished pause of half a second or more")


def test_silence_patience_needs_words() -> None:
    """Timing alone does not know what was unfinished."""
    found = figures([said("A", 0, 1), said("A", 3, 4)])["B"]["silence_patience"]
    assert (found.value, found.observed) == (None, "needs words: timing alone was heard")


def test_acts_are_counted_for_their_speaker() -> None:
    """Two reflections and a check-in of B's, and one open question of two."""
    acts = [
        act(ActKind.REFLECTION, "B", 1),
        act(ActKind.REFLECTION, "B", 2),
        act(ActKind.CHECK_IN, "B", 3),
        act(ActKind.OPEN_QUESTION, "B", 4),
        act(ActKind.CLOSED_QUESTION, "B", 5),
        act(ActKind.REFLECTION, "A", 6),
    ]
    found = figures([said("A", 0, 1, "so it is")], acts=acts)["B"]
    assert (found["reflections"].value, found["reflections"].n) == (2.0, 2)
    assert found["check_ins"].value == 1.0
    assert (found["reflections_per_question"].value, found["reflections_per_question"].n) == (1.0, 4)
    assert (found["open_question_share"].value, found["open_question_share"].n) == (0.5, 2)


def test_no_reflection_in_words_that_were_searched_is_zero() -> None:
    """Looked for and not found is a figure."""
    found = figures([said("A", 0, 1, "so it is")])["A"]["reflections"]
    assert (found.value, found.n) == (0.0, 0)


def test_shares_of_questions_without_a_question_have_no_value() -> None:
    """Nothing is divided by nothing."""
    found = figures([said("A", 0, 1, "so it is")])["A"]
    for key in ("reflections_per_question", "open_question_share"):
        assert (found[key].value, found[key].observed) == (None, "no question was heard")


@pytest.mark.parametrize("key", ["reflections", "check_ins", "reflections_per_question", "open_question_share"])
def test_acts_that_were_not_looked_for_have_no_value(key: str) -> None:
    """No words, or no cue pack, is not zero."""
    found = figures([said("A", 0, 1)], searched=False)["A"][key]
    assert found.value is None
    assert found.observed.startswith("needs words")


def test_overlap_share_is_of_the_time_in_which_anybody_spoke() -> None:
    """A 0-4, B 3-6, B's small sound at 1: 1.5 s of 6 s together."""
    found = figures([said("A", 0, 4), said("B", 1, 1.5), said("B", 3, 6)])["both"]["overlap_share"]
    assert (found.value, found.n) == (0.25, 3)


def test_three_voices_at_once_are_one_overlap() -> None:
    """A second in which three speak is a second."""
    units = [said("A", 0, 4), said("B", 2, 3), said("C", 2, 3)]
    assert figures(units, speakers=("A", "B", "C"))["both"]["overlap_share"].value == 0.25


def test_one_person_alone_has_no_measures_of_two() -> None:
    """Each says that it needs a partner."""
    found = figures([said("A", 0, 30)], speakers=("A",))
    for key in ("talk_share", "pause_before_response_s", "silence_patience", "backchannels_per_partner_min"):
        assert (found["A"][key].value, found["A"][key].observed) == (None, "needs a partner: one person was heard")
    assert found["both"]["overlap_share"].value is None
    assert found["A"]["longest_turn_s"].value == 30.0


def test_partner_of_three_is_everybody_else() -> None:
    """C made one attempt on half a minute of A and half a minute of B."""
    transfers = [transfer(TransferKind.INTERRUPTION_ATTEMPT, "C", at=5)]
    units = [said("A", 0, 30), said("B", 30, 60), said("C", 60, 90)]
    found = figures(units, speakers=("A", "B", "C"), transfers=transfers)["C"]["attempts_per_partner_min"]
    assert found.value == 1.0


def test_figures_that_rest_on_overlap_are_those_that_accuracy_can_withhold() -> None:
    """In a mode that was never measured they have no value, and every other figure is as it was."""
    units = [said("A", 0, 4, "so it is"), said("B", 3, 6)]
    transfers = [transfer(TransferKind.SMOOTH_SWITCH, "B", at=3, offset=0.2)]
    before, found = figures(units, transfers=transfers), figures(units, transfers=transfers, accuracy=NEVER_MEASURED)
    for person in before:
        changed = {key for key, measure in found[person].items() if measure != before[person][key]}
        assert changed == {key for key in RESTS_ON if key in before[person] and before[person][key].value is not None}
        assert all(found[person][key].value is None for key in changed)
    assert found["both"]["overlap_share"].value is None
    assert found["B"]["pause_before_response_s"].value is None
