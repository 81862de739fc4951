"""Contiguous sound through the ear: steps, stretches that were not heard, and the end."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from attune.errors import SequenceError
from attune.events import Block, Gap, GapCause, Sound, SpeechSegment, Unobserved, UnobservedCause, VoiceActivity
from attune.hearing.ear import Ear, Heard
from attune.hearing.framer import STEP
from attune.hearing.speakers.channels import ChannelSpeakers
from attune.hearing.voicing import VoicingSettings
from attune.timebase import Span
from fake_detectors import LOUD, as_int16, silence, with_voice

SECOND = 16_000


def ear(channels: int = 1) -> Ear:
    """Return an ear for a channel a person."""
    names = tuple("AB"[:channels])
    speakers = ChannelSpeakers(speakers=names, detectors=LOUD, settings=VoicingSettings())
    return Ear(speakers=speakers, channels=channels)


def block(start: int, samples: NDArray[np.int16]) -> Block:
    """Return a block."""
    return Block(start=start, samples=samples)


def lost(start: int, stop: int) -> Gap:
    """Return a stretch of lost sound."""
    return Gap(span=Span(start, stop), why=GapCause.OVERFLOW)


def events_of(heard: list[Heard]) -> list[VoiceActivity | SpeechSegment]:
    """Return what began and ended."""
    return [event for step in heard for event in step.events]


def spans(heard: list[Heard]) -> list[tuple[int, int]]:
    """Return the segments."""
    return [(e.span.start, e.span.stop) for e in events_of(heard) if isinstance(e, SpeechSegment)]


def test_block_of_three_steps_is_heard_in_three() -> None:
    """Each step says its time and its sound; what is left waits."""
    hearing = ear()
    sound = as_int16(with_voice(3 * STEP + 5, [(0, STEP)]))
    heard = list(hearing.feed(block(0, sound)))
    assert [step.span for step in heard] == [Span(0, 2_560), Span(2_560, 5_120), Span(5_120, 7_680)]
    assert np.array_equal(np.concatenate([step.samples for step in heard]), sound[: 3 * STEP])
    assert hearing.fed == 7_685


def test_flush_hears_the_rest_and_ends_what_is_open() -> None:
    """The last samples are heard as if silence followed, and no unit outlasts them."""
    hearing = ear()
    sound = as_int16(with_voice(SECOND + 77, [(4_000, SECOND + 77)]))
    heard = [*hearing.feed(block(0, sound)), hearing.flush()]
    assert heard[-1].span == Span(6 * STEP, SECOND + 77)
    assert np.array_equal(heard[-1].samples, sound[6 * STEP :])
    ((start, stop),) = spans(heard)
    assert start == pytest.approx(4_000, abs=320)
    assert stop == SECOND + 77


def test_flush_of_nothing_says_nothing() -> None:
    """A session without sound has no events."""
    heard = ear().flush()
    assert (heard.span, heard.events, len(heard.samples)) == (Span(0, 0), (), 0)


def test_gap_ends_a_unit_at_its_start_to_the_sample_and_hearing_begins_anew_behind_it() -> None:
    """A voice that goes on across a gap is two units, and neither reaches into it."""
    hearing = ear()
    sound = as_int16(with_voice(2 * SECOND, [(0, 2 * SECOND)]))
    heard = [
        *hearing.feed(block(0, sound[:10_001])),
        *hearing.feed(lost(10_001, 12_345)),
        *hearing.feed(block(12_345, sound[12_345:])),
        hearing.flush(),
    ]
    assert spans(heard) == [(0, 10_001), (12_345, 32_000)]


def test_gap_hears_the_samples_before_it_that_filled_no_step() -> None:
    """The stretch before a gap is heard to its last sample."""
    hearing = ear()
    sound = as_int16(with_voice(3_000, [(0, 3_000)]))
    list(hearing.feed(block(0, sound)))
    (end,) = hearing.feed(lost(3_000, 5_000))
    assert end.span == Span(2_560, 3_000)
    assert np.array_equal(end.samples, sound[2_560:])


def test_step_after_a_gap_is_counted_from_the_end_of_the_gap() -> None:
    """Steps before and after a gap share no grid."""
    hearing = ear()
    list(hearing.feed(block(0, as_int16(silence(100)))))
    list(hearing.feed(lost(100, 777)))
    (step,) = hearing.feed(block(777, as_int16(silence(STEP))))
    assert step.span == Span(777, 777 + STEP)


def test_unobserved_stretch_is_as_deaf_as_a_gap() -> None:
    """What nobody listened to ends units as well."""
    hearing = ear()
    sound = as_int16(with_voice(SECOND, [(0, SECOND)]))
    away = Unobserved(span=Span(SECOND, 2 * SECOND), why=UnobservedCause.COACH)
    heard = [*hearing.feed(block(0, sound)), *hearing.feed(away), hearing.flush()]
    assert spans(heard) == [(0, SECOND)]
    assert hearing.fed == 2 * SECOND


def test_two_gaps_in_a_row_are_one_silence() -> None:
    """Nothing is heard between them, and what follows is."""
    hearing = ear()
    sound = as_int16(with_voice(SECOND, [(0, SECOND)]))
    heard = [*hearing.feed(lost(0, 10)), *hearing.feed(lost(10, 20)), *hearing.feed(block(20, sound)), hearing.flush()]
    assert spans(heard) == [(20, SECOND + 20)]


@pytest.mark.parametrize(
    ("first", "why"),
    [(block(1, as_int16(silence(10))), "sample 0, not 1"), (lost(5, 10), "sample 0, not 5")],
)
def test_sound_that_does_not_follow_is_refused(first: Sound, why: str) -> None:
    """Time that is neither heard nor accounted for is the caller's defect."""
    with pytest.raises(SequenceError, match=why):
        list(ear().feed(first))


def test_sound_that_comes_twice_is_refused() -> None:
    """The same block again starts where the last one did, not where it ended."""
    hearing = ear()
    list(hearing.feed(block(0, as_int16(silence(10)))))
    with pytest.raises(SequenceError, match="sample 10, not 0"):
        list(hearing.feed(block(0, as_int16(silence(10)))))


def test_block_with_another_number_of_channels_is_refused() -> None:
    """Two people need two columns."""
    with pytest.raises(SequenceError, match="2 channels, not 1"):
        list(ear(2).feed(block(0, as_int16(silence(10)))))


def test_horizon_never_lies_beyond_the_sound() -> None:
    """Silence that is made up to fill the last step is no time that has passed."""
    hearing = ear()
    list(hearing.feed(block(0, as_int16(silence(100)))))
    hearing.flush()
    assert hearing.horizon <= 100


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 9_000), min_size=1, max_size=8), st.sets(st.integers(0, 7)))
def test_steps_account_for_every_sample_that_was_fed(sizes: list[int], lose: set[int]) -> None:
    """Steps are contiguous within each stretch of sound, and with the gaps they cover the session to the sample."""
    hearing = ear()
    heard: list[Heard] = []
    covered: list[Span] = []
    at = 0
    for k, size in enumerate(sizes):
        span = Span(at, at + size)
        if k in lose:
            heard.extend(hearing.feed(Gap(span=span, why=GapCause.STARVED)))
            covered.append(span)
        else:
            heard.extend(hearing.feed(block(at, as_int16(silence(size)))))
        at += size
    heard.append(hearing.flush())
    covered += [step.span for step in heard]
    pieces = sorted(span for span in covered if span.duration)
    assert sum(span.duration for span in pieces) == at
    assert all(before.stop == after.start for before, after in itertools.pairwise(pieces))
    assert all(len(step.samples) == step.span.duration for step in heard)
