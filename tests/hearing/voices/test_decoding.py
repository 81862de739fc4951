"""Stretches of one voice, from evidence whose truth is known slot by slot."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from attune.hearing.voices.decoding import (
    CHANGE_PRICE,
    LAPSE_PRICE,
    LEAST_EVIDENCE,
    SHORTEST_BOTH,
    SLOT_WEIGHT,
    VOICES,
    Decoder,
    Stretch,
    Voice,
    decoded,
)
from attune.hearing.voices.encoder import ANSWERS
from made_evidence import evidence_of, guesses_of, spoken

FIRST, SECOND, BOTH = Voice


def told(*turns: tuple[Voice, int]) -> list[tuple[int, int, Voice]]:
    """Return the stretches that are found where these turns are spoken."""
    return [(found.start, found.stop, found.voice) for found in decoded(evidence_of(spoken(*turns)))]


def test_one_voice_is_one_stretch() -> None:
    """Whatever its length, from a single slot on."""
    for slots in (1, 2, ANSWERS - 1, ANSWERS, ANSWERS + 1, 60):
        assert told((SECOND, slots)) == [(0, slots, SECOND)]


def test_change_of_voice_is_dated_to_its_slot() -> None:
    """The first in slots 0 to 9, the second in 10 to 14: exactly these stretches."""
    assert told((FIRST, 10), (SECOND, 5)) == [(0, 10, FIRST), (10, 15, SECOND)]


@pytest.mark.parametrize("before", [5, 9, 10, 11, 37])
@pytest.mark.parametrize("after", [5, 10, 11, 30])
def test_change_is_dated_whatever_the_lengths(before: int, after: int) -> None:
    """Turns shorter and longer than a window."""
    assert told((SECOND, before), (FIRST, after)) == [(0, before, SECOND), (before, before + after, FIRST)]


def test_short_answer_within_the_others_turn_is_its_own() -> None:
    """Four slots, 320 ms, and the other goes on."""
    assert told((FIRST, 25), (SECOND, 4), (FIRST, 25)) == [(0, 25, FIRST), (25, 29, SECOND), (29, 54, FIRST)]


def test_both_at_once_lie_between_two_turns() -> None:
    """The second begins while the first still speaks: a stretch of both, six slots long."""
    assert told((FIRST, 20), (BOTH, 6), (SECOND, 20)) == [(0, 20, FIRST), (20, 26, BOTH), (26, 46, SECOND)]


def test_both_at_once_need_three_slots() -> None:
    """Three slots of both are told as they are; two are a change of voice and no more, however sure the windows are."""
    assert SHORTEST_BOTH == 3
    assert told((FIRST, 20), (BOTH, 3), (SECOND, 20)) == [(0, 20, FIRST), (20, 23, BOTH), (23, 43, SECOND)]
    assert [voice for *_, voice in told((FIRST, 20), (BOTH, 2), (SECOND, 20))] == [FIRST, SECOND]


def test_single_slot_of_doubt_changes_nothing() -> None:
    """One window in a turn is sure of the other voice, as one in a few hundred is."""
    evidence = evidence_of(spoken((FIRST, 40)))
    evidence[20] = evidence_of([SECOND])[0]
    assert decoded(evidence) == (Stretch(start=0, stop=40, voice=FIRST),)


def test_impossible_windows_weigh_no_more_than_very_unlikely_ones() -> None:
    """A probability of zero is an error of the classifier, not a proof."""
    evidence = evidence_of(spoken((FIRST, 40)))
    evidence[20, :, FIRST] = -np.inf
    assert decoded(evidence) == (Stretch(start=0, stop=40, voice=FIRST),)


def test_nothing_has_no_stretches() -> None:
    """Before the first window there is nothing to cut, and nothing is settled."""
    decoder = Decoder()
    assert (decoder.slots, decoder.stretches(), decoder.settled()) == (0, (), ())
    decoder.push(np.zeros((0, ANSWERS, VOICES), np.float32))
    assert (decoder.slots, decoder.stretches(), decoder.settled()) == (0, (), ())


def test_what_was_said_long_ago_is_settled() -> None:
    """After two more windows' length of the next turn the one before is known for good, the open one is not."""
    decoder = Decoder()
    decoder.push(evidence_of(spoken((FIRST, 12), (SECOND, 12), (FIRST, 25))))
    assert decoder.settled() == (
        Stretch(start=0, stop=12, voice=FIRST),
        Stretch(start=12, stop=24, voice=SECOND),
    )


turns = st.lists(st.tuples(st.sampled_from(Voice), st.integers(1, 16)), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(said=turns, sure=st.sampled_from([0.0, 2.0, 4.0, 8.0]), seed=st.integers(0, 10_000))
def test_stretches_cover_all_slots_and_neighbours_differ(said: list[tuple[Voice, int]], sure: float, seed: int) -> None:
    """No slot is left out or told twice, whatever the evidence."""
    evidence = guesses_of(spoken(*said), sure=sure, seed=seed)
    found = decoded(evidence)
    edges = [0, *(stretch.stop for stretch in found)]
    assert [stretch.start for stretch in found] == edges[:-1]
    assert edges[-1] == len(evidence)
    assert all(one.voice is not other.voice for one, other in pairwise(found))


@settings(max_examples=60, deadline=None)
@given(
    said=turns,
    sure=st.sampled_from([0.0, 2.0, 4.0, 8.0]),
    seed=st.integers(0, 10_000),
    cuts=st.lists(st.integers(0, 96), max_size=5),
)
def test_evidence_in_pieces_tells_the_same(
    said: list[tuple[Voice, int]], sure: float, seed: int, cuts: list[int]
) -> None:
    """At once, window by window, or in any pieces: the same stretches, and the same of them settled."""
    evidence = guesses_of(spoken(*said), sure=sure, seed=seed)
    whole, pieces, single = Decoder(), Decoder(), Decoder()
    whole.push(evidence)
    for piece in np.split(evidence, sorted({min(cut, len(evidence)) for cut in cuts})):
        pieces.push(piece)
    for k in range(len(evidence)):
        single.push(evidence[k : k + 1])
    assert whole.slots == pieces.slots == single.slots == len(evidence)
    assert whole.stretches() == pieces.stretches() == single.stretches()
    assert whole.settled() == pieces.settled() == single.settled()


@settings(max_examples=150, deadline=None)
@given(said=turns, sure=st.sampled_from([0.0, 2.0, 4.0, 8.0]), seed=st.integers(0, 10_000))
def test_what_is_settled_begins_every_later_cut(said: list[tuple[Voice, int]], sure: float, seed: int) -> None:
    """What has been told of a run never has to be taken back, whatever follows."""
    decoder = Decoder()
    settled: list[tuple[Stretch, ...]] = []
    for window in guesses_of(spoken(*said), sure=sure, seed=seed)[:, None]:
        decoder.push(window)
        settled.append(decoder.settled())
        assert settled[-1][: len(settled[-2:][0])] == settled[-2:][0]
    whole = decoder.stretches()
    assert all(whole[: len(known)] == known for known in settled)


def all_cuts(start: int, slots: int, *, before: Voice | None = None) -> Iterator[tuple[Stretch, ...]]:
    """Yield every cut of slots into stretches whose neighbours differ."""
    if start == slots:
        yield ()
    for stop, voice in product(range(start + 1, slots + 1), Voice):
        if voice is not before:
            for rest in all_cuts(stop, slots, before=voice):
                yield (Stretch(start=start, stop=stop, voice=voice), *rest)


def worth(cut: tuple[Stretch, ...], evidence: NDArray[np.float32]) -> float:
    """Return what a cut into stretches of no more than a window is worth: its windows less its changes."""
    total = -CHANGE_PRICE if cut[0].voice is BOTH else 0.0
    for stretch in cut:
        length = stretch.stop - stretch.start
        if stretch.voice is BOTH and length < SHORTEST_BOTH:
            return -np.inf
        total += SLOT_WEIGHT * length * max(LEAST_EVIDENCE, float(evidence[stretch.start, length - 1, stretch.voice]))
    return total - sum(LAPSE_PRICE if stretch.voice is BOTH else CHANGE_PRICE for stretch in cut[:-1])


@pytest.mark.parametrize("seed", range(4))
def test_best_cut_is_the_best_of_all(seed: int) -> None:
    """No other cut of a short run is worth more, of the two thousand that there are."""
    evidence = guesses_of(spoken((FIRST, 3), (BOTH, 4)), sure=4.0 * seed, seed=seed)
    assert worth(decoded(evidence), evidence) == pytest.approx(max(worth(cut, evidence) for cut in all_cuts(0, 7)))
