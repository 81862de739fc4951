"""Who holds the floor, and how it passes: each kind from literal units, with words and from timing alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spoken_units import said

from attune.conversation.entry import FloorSettings
from attune.conversation.floor import PASSES, TABLE, FloorReader, read_floor
from attune.conversation.units import Unit
from attune.events import UNKNOWN, Flavour, FloorTransfer, TransferKind, Turn
from attune.timebase import Span, seconds

K = TransferKind


def read(*units: Unit, unobserved: Sequence[Span] = ()) -> tuple[tuple[Turn, ...], tuple[FloorTransfer, ...]]:
    """Return turns and transfers of a finished conversation."""
    return read_floor(units, unobserved=unobserved, settings=FloorSettings())


def transfers(*units: Unit) -> list[tuple[TransferKind, str, str, float, float]]:
    """Return each transfer as kind, from, to, at and offset in seconds."""
    return [
        (t.kind, t.from_speaker, t.to_speaker, round(seconds(t.at), 4), round(seconds(t.offset), 4))
        for t in read(*units)[1]
    ]


def turns(*units: Unit) -> list[tuple[str, float, float]]:
    """Return each turn as speaker, start and stop in seconds."""
    return [(t.speaker, seconds(t.span.start), seconds(t.span.stop)) for t in read(*units)[0]]


# --- from timing alone ----------------------------------------------------------------------------------------


def test_answer_after_silence_is_a_smooth_switch() -> None:
    """B speaks 0.5 s after A."""
    units = said("A", 0, 3), said("B", 3.5, 6)
    assert transfers(*units) == [(K.SMOOTH_SWITCH, "A", "B", 3.5, 0.5)]
    assert turns(*units) == [("A", 0, 3), ("B", 3.5, 6)]


def test_answer_that_touches_is_a_smooth_switch_without_a_pause() -> None:
    """An offset of zero is no overlap."""
    assert transfers(said("A", 0, 3), said("B", 3, 6)) == [(K.SMOOTH_SWITCH, "A", "B", 3, 0)]


def test_short_overlap_at_the_end_is_an_overlapped_switch() -> None:
    """Half a second together, then B has the floor."""
    assert transfers(said("A", 0, 3), said("B", 2.5, 6)) == [(K.OVERLAPPED_SWITCH, "A", "B", 2.5, -0.5)]


def test_longer_overlap_that_takes_the_floor_is_an_interruption() -> None:
    """0.6 s together, A stops, B goes on; nobody can say how it was meant."""
    (transfer,) = read(said("A", 0, 3), said("B", 2.4, 6))[1]
    assert (transfer.kind, transfer.offset, transfer.confidence) == (K.INTERRUPTION, -9_600, 0.6)
    assert transfer.flavour is Flavour.UNSURE


def test_speech_that_does_not_take_the_floor_is_an_attempt() -> None:
    """B speaks for 1.5 s while A goes on, then stops."""
    units = said("A", 0, 8), said("B", 2, 3.5)
    assert transfers(*units) == [(K.INTERRUPTION_ATTEMPT, "A", "B", 2, -6)]
    assert turns(*units) == [("A", 0, 8), ("B", 2, 3.5)]


def test_small_sound_within_a_turn_is_a_backchannel_and_no_turn() -> None:
    """B makes a sound of 0.4 s while A goes on; the offset counts from where A stops."""
    units = said("A", 0, 6), said("B", 2, 2.4)
    assert transfers(*units) == [(K.BACKCHANNEL, "A", "B", 2, -4)]
    assert turns(*units) == [("A", 0, 6)]


def test_small_sound_in_overlap_is_a_backchannel_though_it_outlasts_the_holder() -> None:
    """It hardly outlasts A, and A is the next to speak."""
    units = said("A", 0, 3), said("B", 2.8, 3.2), said("A", 3.6, 6)
    assert transfers(*units) == [(K.BACKCHANNEL, "A", "B", 2.8, -0.2)]
    assert turns(*units) == [("A", 0, 6)]


def test_small_sound_in_silence_is_a_switch_when_nobody_knows_the_words() -> None:
    """A short answer and a backchannel sound alike."""
    units = said("A", 0, 3), said("B", 3.3, 3.7), said("A", 4, 6)
    assert [kind for kind, *_ in transfers(*units)] == [K.SMOOTH_SWITCH, K.SMOOTH_SWITCH]


def test_both_starting_within_200_ms_is_a_dual_start() -> None:
    """Nobody is to blame."""
    assert transfers(said("A", 0, 4), said("B", 0.15, 3)) == [(K.DUAL_START, "A", "B", 0.15, -3.85)]
    assert [kind for kind, *_ in transfers(said("A", 0, 4), said("B", 0.25, 3))] == [K.INTERRUPTION_ATTEMPT]


def test_after_a_dual_start_whoever_goes_on_has_the_floor() -> None:
    """A gives way after a second; B's turn goes on."""
    units = said("A", 0, 1), said("B", 0.1, 5), said("A", 5.5, 7)
    assert transfers(*units) == [(K.DUAL_START, "A", "B", 0.1, -0.9), (K.SMOOTH_SWITCH, "B", "A", 5.5, 0.5)]


def test_timing_alone_never_blames_a_cut_in_or_a_taken_pause() -> None:
    """They need words: who knows whether A had finished?"""
    needs_words = {K.TOOK_PAUSE, K.CUT_IN, K.CHORDAL, K.COOPERATIVE_OVERLAP, K.TURN_FINAL_OVERLAP}
    assert {row.kind for row in TABLE if row.timing_alone is None} == needs_words | {K.OVERLAPPED_SWITCH}
    assert [kind for kind, *_ in transfers(said("A", 0, 3), said("B", 3.1, 6))] == [K.SMOOTH_SWITCH]


# --- with words -----------------------------------------------------------------------------------------------


def test_answer_to_a_finished_turn_is_a_smooth_switch() -> None:
    """With words it is surer."""
    (transfer,) = read(said("A", 0, 3, "I am tired."), said("B", 3.5, 6, "Tell me more."))[1]
    assert (transfer.kind, transfer.confidence) == (K.SMOOTH_SWITCH, 0.95)


def test_entry_right_after_unfinished_talk_is_a_cut_in() -> None:
    """A had only drawn breath: within 200 ms."""
    units = said("A", 0, 3, "I was tired because"), said("B", 3.15, 6, "We have to paint.")
    assert transfers(*units) == [(K.CUT_IN, "A", "B", 3.15, 0.15)]


def test_entry_into_an_unfinished_pause_took_the_pause() -> None:
    """A was still looking for words."""
    units = said("A", 0, 3, "I was tired because"), said("B", 3.9, 6, "We have to paint.")
    assert transfers(*units) == [(K.TOOK_PAUSE, "A", "B", 3.9, 0.9)]


def test_short_overlap_on_a_finished_turn_is_a_turn_final_overlap() -> None:
    """Not an interruption: A's last syllable was on its way out."""
    units = said("A", 0, 3, "That is all I wanted."), said("B", 2.7, 6, "Then let us go there.")
    assert transfers(*units) == [(K.TURN_FINAL_OVERLAP, "A", "B", 2.7, -0.3)]


def test_long_overlap_on_a_finished_turn_is_an_overlapped_switch() -> None:
    """Soft, and not counted."""
    units = said("A", 0, 3, "That is all I wanted."), said("B", 2.2, 6, "Then let us go there.")
    assert transfers(*units) == [(K.OVERLAPPED_SWITCH, "A", "B", 2.2, -0.8)]


def test_overlap_that_leaves_a_turn_unfinished_is_an_interruption() -> None:
    """A gives up in the middle of a sentence."""
    units = said("A", 0, 3, "I would love to go to the"), said("B", 2.2, 6, "We cannot go anywhere.")
    assert transfers(*units) == [(K.INTERRUPTION, "A", "B", 2.2, -0.8)]


def test_backchannel_words_within_a_turn_are_a_backchannel() -> None:
    """Told by the words."""
    units = said("A", 0, 6, "It was long and we had to walk home."), said("B", 2, 2.4, "Mhm.")
    (transfer,) = read(*units)[1]
    assert (transfer.kind, transfer.confidence) == (K.BACKCHANNEL, 0.85)


def test_backchannel_without_length_is_a_backchannel() -> None:
    """Transcripts give words that start and end at the same time."""
    within = said("A", 0, 6, "It was long and we had to walk home."), said("B", 2, 2, "Mhm.")
    pause = said("A", 0, 3, "It was long and"), said("B", 3.3, 3.3, "Mhm."), said("A", 4.2, 6, "we had to walk home.")
    sound = said("A", 0, 6), said("B", 2, 2)
    later = said("B", 9, 12, "And then?")
    for units in (within, pause, sound):
        assert [kind for kind, *_ in transfers(*units, later)] == [K.BACKCHANNEL, K.SMOOTH_SWITCH]


def test_backchannel_words_in_a_pause_are_a_backchannel() -> None:
    """With words, the small sound in silence is known for what it is, and A keeps the floor."""
    units = said("A", 0, 3, "It was long and"), said("B", 3.3, 3.7, "Mhm."), said("A", 4.2, 6, "we had to walk home.")
    assert transfers(*units) == [(K.BACKCHANNEL, "A", "B", 3.3, 0.3)]
    assert turns(*units) == [("A", 0, 6)]


def test_yes_to_a_question_is_an_answer() -> None:
    """The same word, asked for."""
    units = said("A", 0, 3, "Was it long?"), said("B", 3.3, 3.7, "Yeah."), said("A", 4.2, 6, "I see.")
    assert next(kind for kind, *_ in transfers(*units)) is K.SMOOTH_SWITCH


def test_words_offered_while_the_holder_searches_are_cooperative() -> None:
    """A says "uh", B offers the word and leaves the floor."""
    units = said("A", 0, 6, "we went to the uh uh uh"), said("B", 2, 3.2, "the new bakery there")
    (transfer,) = read(*units)[1]
    assert (transfer.kind, transfer.flavour) == (K.COOPERATIVE_OVERLAP, Flavour.COOPERATIVE)


def test_words_that_the_holder_accepts_are_cooperative() -> None:
    """ "Yes, exactly" within a second."""
    units = (
        said("A", 0, 3, "we went to the bakery"),
        said("B", 1.5, 2.9, "the new one there"),
        said("A", 3.5, 6, "Yes, that one."),
    )
    assert [kind for kind, *_ in transfers(*units)] == [K.COOPERATIVE_OVERLAP]


def test_laughing_together_is_chordal() -> None:
    """Nobody interrupts a laugh with a laugh."""
    units = said("A", 0, 3, "ha ha ha"), said("B", 1, 3.5, "haha ha")
    assert [kind for kind, *_ in transfers(*units)] == [K.CHORDAL]


def test_attempt_with_words_is_an_attempt() -> None:
    """More than a backchannel, and the floor is not taken."""
    units = said("A", 0, 8, "we take the train and have one slow day"), said("B", 2, 3.5, "But the train is expensive")
    assert [kind for kind, *_ in transfers(*units)] == [K.INTERRUPTION_ATTEMPT]


@pytest.mark.parametrize("kind", list(TransferKind))
def test_every_kind_has_a_row(kind: TransferKind) -> None:
    """The table can name all that documents promise."""
    assert any(row.kind is kind for row in TABLE)


def test_louder_than_usual_is_competitive() -> None:
    """B's sixth unit, 10 dB over B's own level, in overlap."""
    calm = [
        unit
        for k in range(5)
        for unit in (said("A", 4 * k, 4 * k + 1), said("B", 4 * k + 2, 4 * k + 3, level_dbfs=-30))
    ]
    for level, flavour in ((-20.0, Flavour.COMPETITIVE), (-30.0, Flavour.UNSURE)):
        loud = [said("A", 22, 25), said("B", 23.5, 27, level_dbfs=level)]
        last = read(*calm, *loud)[1][-1]
        assert (last.kind, last.flavour) == (K.INTERRUPTION, flavour)


# --- turns ----------------------------------------------------------------------------------------------------


def test_units_of_one_person_are_one_turn() -> None:
    """Whatever the pause, while nobody else speaks."""
    units = said("A", 0, 1), said("A", 4, 5), said("A", 60, 61)
    turn = read(*units)[0][0]
    assert turn.span == Span(0, 61 * 16_000)
    assert turn.segment_ids == ("s-A-0", "s-A-64000", "s-A-960000")


def test_interrupted_persons_last_words_belong_to_the_interrupted_turn() -> None:
    """What A still says within 300 ms while B takes over is A's old turn, not a new one."""
    units = said("A", 0, 3), said("B", 2, 8), said("A", 3.2, 3.5)
    assert turns(*units) == [("A", 0, 3.5), ("B", 2, 8)]


def test_attempt_of_several_units_is_one_turn_beside_the_floor() -> None:
    """Pauses under 300 ms join B's attempt."""
    units = said("A", 0, 9), said("B", 2, 3), said("B", 3.25, 4.5)
    assert turns(*units) == [("A", 0, 9), ("B", 2, 4.5)]
    assert len(transfers(*units)) == 1


def test_silence_alone_has_no_turns() -> None:
    """Nobody spoke."""
    assert read() == ((), ())


def test_one_person_has_turns_and_no_transfers() -> None:
    """A drill."""
    assert read(said("A", 0, 1), said("A", 3, 4))[1] == ()


def test_unknown_voices_take_no_part() -> None:
    """A visitor's speech neither takes the floor nor is taken it from."""
    units = said("A", 0, 3), said(UNKNOWN, 3.2, 5), said("B", 5.5, 8)
    assert transfers(*units) == [(K.SMOOTH_SWITCH, "A", "B", 5.5, 2.5)]
    assert [turn.speaker for turn in read(*units)[0]] == ["A", "B"]


def test_units_that_are_alike_to_the_sample_are_read_all() -> None:
    """A transcript may say the same time twice."""
    units = said("A", 0, 3, "so it is"), said("A", 0, 3), said("B", 3.5, 4)
    assert [kind for kind, *_ in transfers(*units)] == [K.SMOOTH_SWITCH]


# --- more than two people -------------------------------------------------------------------------------------


def test_four_people_pass_the_floor_round() -> None:
    """Each takes it from the one before."""
    units = [said(name, 3 * k, 3 * k + 2.5) for k, name in enumerate("ABCD")]
    assert [(frm, to) for _, frm, to, _, _ in transfers(*units)] == [("A", "B"), ("B", "C"), ("C", "D")]


def test_backchannels_of_two_listeners_are_both_heard() -> None:
    """B and C listen to A."""
    units = said("A", 0, 9), said("B", 2, 2.3), said("C", 2.1, 2.5), said("B", 5, 5.4)
    assert [(kind, to) for kind, _, to, _, _ in transfers(*units)] == [
        (K.BACKCHANNEL, "B"),
        (K.BACKCHANNEL, "C"),
        (K.BACKCHANNEL, "B"),
    ]
    assert turns(*units) == [("A", 0, 9)]


def test_third_person_enters_on_whoever_has_the_floor() -> None:
    """C interrupts B, who had interrupted A."""
    units = said("A", 0, 3), said("B", 2, 6), said("C", 5, 9)
    assert [(kind, frm, to) for kind, frm, to, _, _ in transfers(*units)] == [
        (K.INTERRUPTION, "A", "B"),
        (K.INTERRUPTION, "B", "C"),
    ]


# --- what nobody could observe --------------------------------------------------------------------------------


def test_no_transfer_across_what_nobody_observed() -> None:
    """The coach spoke between A and B: who took the floor from whom, nobody knows."""
    found, passed = read(said("A", 0, 3), said("B", 6, 8), said("A", 8.5, 9), unobserved=[Span(48_000, 96_000)])
    assert [turn.speaker for turn in found] == ["A", "B", "A"]
    assert [(t.from_speaker, t.to_speaker) for t in passed] == [("B", "A")]


def test_same_person_across_what_nobody_observed_has_two_turns() -> None:
    """Whether somebody else spoke meanwhile, nobody knows."""
    found, _ = read(said("A", 0, 3), said("A", 6, 8), unobserved=[Span(60_000, 70_000)])
    assert len(found) == 2


def test_gap_before_all_speech_or_after_it_changes_nothing() -> None:
    """Only what lies between two units parts them."""
    units = said("A", 1, 3), said("B", 3.5, 5)
    assert read(*units, unobserved=[Span(0, 16_000), Span(80_000, 90_000)]) == read(*units)


def test_attempt_beside_the_floor_ends_at_a_gap_too() -> None:
    """All that was open is closed."""
    found, _ = read(said("A", 0, 3), said("B", 1, 2.9), said("B", 4, 5), unobserved=[Span(48_000, 60_000)])
    assert [(turn.speaker, turn.span) for turn in found] == [
        ("A", Span(0, 48_000)),
        ("B", Span(16_000, 46_400)),
        ("B", Span(64_000, 80_000)),
    ]


# --- properties -----------------------------------------------------------------------------------------------

TEXTS = [None, "", "yeah", "mhm", "I think the", "so it is done", "uh", "ha", "well because"]


@st.composite
def conversations(draw: st.DrawFn) -> list[Unit]:
    """Return two to four people's units, up to 3 s long, at least 200 ms apart, in tenths of a second."""
    units: list[Unit] = []
    for speaker in "ABCD"[: draw(st.integers(2, 4))]:
        at = draw(st.integers(0, 30))
        for _ in range(draw(st.integers(0, 6))):
            length = draw(st.integers(1, 30))
            text = draw(st.sampled_from(TEXTS))
            units.append(said(speaker, at / 10, (at + length) / 10, text, level_dbfs=-draw(st.integers(20, 40))))
            at += length + draw(st.integers(2, 40))
    return sorted(units, key=lambda unit: (unit.start, unit.speaker))


breaks = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 30)), max_size=3)


@settings(deadline=None)
@given(conversations(), breaks, st.randoms(use_true_random=False))
def test_order_in_which_units_are_added_does_not_matter(
    units: list[Unit], holes: list[tuple[int, int]], random: object
) -> None:
    """The log is sorted by (start, speaker) before it is read."""
    unobserved = [Span.of_seconds(at / 10, (at + length) / 10) for at, length in holes]
    shuffled = list(units)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert read(*shuffled, unobserved=unobserved) == read(*units, unobserved=unobserved)


@settings(deadline=None)
@given(conversations(), st.integers(160, 20_000))
def test_reading_as_time_passes_gives_the_same_as_reading_at_the_end(units: list[Unit], tick: int) -> None:
    """Each unit is known 0.3 s after it ended; whatever the tick, turns and transfers are those of the finished log.

    Talking at once for more than three seconds is left out: what an entry was is then told before both have stopped.
    """
    reader = FloorReader(settings=FloorSettings())
    found: list[Turn | FloorTransfer] = []
    coming = sorted(units, key=lambda unit: unit.stop)
    for now in range(0, max((unit.stop for unit in units), default=0) + 16_000, tick):
        while coming and coming[0].stop + 4_800 <= now:
            reader.add(coming.pop(0))
        found += reader.advance(min([now - 1_600, *(unit.start for unit in coming)]))
    for unit in coming:
        reader.add(unit)
    found += reader.finish()
    all_turns, all_transfers = read(*units)
    assert {event for event in found if isinstance(event, Turn)} == set(all_turns)
    assert {event for event in found if isinstance(event, FloorTransfer)} == set(all_transfers)
    assert len(found) == len(all_turns) + len(all_transfers)


@settings(deadline=None)
@given(conversations(), breaks)
def test_turns_partition_what_is_no_backchannel(units: list[Unit], holes: list[tuple[int, int]]) -> None:
    """Each unit is in one turn of its speaker, or in none because it belongs to a backchannel."""
    unobserved = [Span.of_seconds(at / 10, (at + length) / 10) for at, length in holes]
    found, passed = read(*units, unobserved=unobserved)
    held = [(turn.speaker, i) for turn in found for i in turn.segment_ids]
    spoken = {(unit.speaker, unit.segment.id) for unit in units}
    assert len(held) == len(set(held))
    assert set(held) <= spoken
    small = {(t.to_speaker, t.at) for t in passed if t.kind is K.BACKCHANNEL}
    for speaker, missing in spoken - set(held):
        start = int(missing.rsplit("-", 1)[1])
        assert any(who == speaker and at <= start <= at + 16_000 for who, at in small)


@settings(deadline=None)
@given(conversations())
def test_transfers_are_between_two_people_at_the_start_of_a_unit(units: list[Unit]) -> None:
    """`at` is when the newcomer starts, `at − offset` is when the holder stopped, and ids are unique."""
    _, passed = read(*units)
    starts = {(unit.speaker, unit.start) for unit in units}
    stops = {(unit.speaker, unit.stop) for unit in units}
    for transfer in passed:
        assert transfer.from_speaker != transfer.to_speaker
        assert (transfer.to_speaker, transfer.at) in starts
        assert (transfer.from_speaker, transfer.at - transfer.offset) in stops
        assert 0 < transfer.confidence < 1
    assert len({transfer.id for transfer in passed}) == len(passed)


@settings(deadline=None)
@given(conversations())
def test_who_takes_the_floor_has_a_turn_from_there(units: list[Unit]) -> None:
    """A kind that passes the floor begins a turn of the newcomer."""
    found, passed = read(*units)
    begun = {(turn.speaker, turn.span.start) for turn in found}
    assert all((t.to_speaker, t.at) in begun for t in passed if t.kind in PASSES)


def test_entry_is_read_when_the_lookahead_is_known_and_not_before() -> None:
    """4.5 s after B began, what B did can be told; a sample earlier it cannot."""
    reader = FloorReader(settings=FloorSettings())
    reader.add(said("A", 0, 3))
    reader.add(said("B", 3.5, 5))
    assert reader.advance(56_000 + FloorSettings().lookahead - 1) == []
    found = reader.advance(56_000 + FloorSettings().lookahead)
    assert [type(event) for event in found] == [FloorTransfer]
    assert reader.advance(10_000_000) == []
    assert [type(event) for event in reader.finish()] == [Turn, Turn]


@pytest.mark.parametrize("name", FloorSettings.__slots__)
def test_times_of_turn_taking_are_positive(name: str) -> None:
    """The message names the setting and its value."""
    with pytest.raises(ValueError, match=f"{name} is a positive time, not 0"):
        FloorSettings(**{name: 0})
