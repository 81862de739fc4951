"""Who speaks in a run, dated to the frame, where the couple's voices are as plain as can be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from attune.hearing.voices.couple import Couple
from attune.hearing.voices.decoding import VOICES, Stretch, Voice
from attune.hearing.voices.encoder import ANSWERS
from attune.hearing.voices.judging import Judge
from attune.hearing.voices.mixing import SLOT
from attune.hearing.voices.regression import Classifier
from attune.hearing.voices.runs import (
    QUIETEST_WITHIN,
    Part,
    Run,
    confidence,
    nobody_known,
    parts_of,
    quietest,
    slots_of,
)
from attune.timebase import Span
from made_evidence import evidence_of, spoken
from made_voices import ANNA, BEN, GUEST, anna_and_ben, run_of

FIRST, SECOND, BOTH = Voice
START = 16_000


def hiss(slots: int, *, quiet_at: int | None = None) -> NDArray[np.int16]:
    """Return steady sound, with one frame of 10 ms that is nearly silent."""
    sound = np.where(np.arange(slots * SLOT) % 2, 1_000, -1_000).astype(np.int16)
    if quiet_at is not None:
        sound[quiet_at : quiet_at + 160] //= 100
    return sound


def plain_couple(*, least_likeness: float) -> Couple:
    """Return two voices whose windows are vectors of their own."""
    classifier = Classifier(weights=20 * np.eye(VOICES, dtype=np.float32), bias=np.zeros(VOICES, np.float32))
    return Couple(
        classifiers=(classifier,) * ANSWERS,
        centres=np.repeat(np.eye(VOICES, dtype=np.float32)[:, None], ANSWERS, axis=1),
        least_likeness=np.full((VOICES, ANSWERS), least_likeness, np.float32),
    )


def told(run: Run, *, couple: Couple) -> tuple[Part, ...]:
    """Return who speaks in a run that came from one capsule."""
    return Judge(couple=couple, directions=None).parts(run)


def plain_run(*turns: tuple[Voice, int], sound: NDArray[np.int16] | None = None) -> Run:
    """Return a run whose windows are sure of their first slot's voice."""
    slots = spoken(*turns)
    windows = np.repeat(np.eye(VOICES, dtype=np.float32)[slots][:, None], ANSWERS, axis=1)
    sound = hiss(len(slots)) if sound is None else sound
    return Run(span=Span(START, START + len(sound)), sound=sound, windows=windows)


def dated(*turns: tuple[Voice, int], sound: NDArray[np.int16] | None = None) -> list[tuple[int, int, Voice | None]]:
    """Return the parts that stretches as these turns are, in samples since the run's start."""
    run, slots = plain_run(*turns, sound=sound), spoken(*turns)
    edges = [0, *np.cumsum([length for _, length in turns]).tolist()]
    stretches = tuple(
        Stretch(start=a, stop=b, voice=voice) for a, b, (voice, _) in zip(edges[:-1], edges[1:], turns, strict=True)
    )
    found = parts_of(stretches, run=run, evidence=evidence_of(slots), is_known=lambda stretch: True)
    return [(part.span.start - START, part.span.stop - START, part.voice) for part in found]


@pytest.mark.parametrize(
    ("samples", "slots"), [(1, 1), (639, 1), (1_280, 1), (1_919, 1), (1_920, 2), (12_800, 10), (13_440, 11)]
)
def test_slots_of_a_run_are_its_length_rounded(samples: int, slots: int) -> None:
    """And one at least: nobody speaks for no time."""
    assert slots_of(samples) == slots


def test_whole_windows_are_those_that_end_within_the_run() -> None:
    """Twelve slots hold three windows of ten; nine hold none."""
    run = plain_run((FIRST, 12))
    assert run.whole.shape == (3, VOICES)
    assert plain_run((FIRST, 9)).whole.shape == (0, VOICES)


def test_slots_are_a_part_of_the_sound() -> None:
    """Slots 2 to 5 are samples 2560 to 6400."""
    run = replace(plain_run((FIRST, 12)), sound=np.arange(12 * SLOT, dtype=np.int16))
    assert (run.slots(2, 5) == np.arange(2_560, 6_400)).all()


def test_run_without_known_voices_is_nobodys() -> None:
    """One part, as long as the run, of which nothing is sure."""
    (part,) = nobody_known(plain_run((FIRST, 12)))
    assert (part.span, part.voice, part.confidence) == (Span(START, START + 12 * SLOT), None, 0.0)


def test_change_of_voice_lies_where_it_is_quietest() -> None:
    """Between slot 20 and 21 there is a breath 40 ms early: the one person ends there and the other begins."""
    quiet_at = 20 * SLOT - 640
    assert dated((FIRST, 20), (SECOND, 20), sound=hiss(40, quiet_at=quiet_at)) == [
        (0, quiet_at, FIRST),
        (quiet_at, 40 * SLOT, SECOND),
    ]


def test_breath_far_from_the_change_does_not_draw_it() -> None:
    """A quarter of a second away it is a pause in the turn."""
    quiet_at = 20 * SLOT - 4_000
    ((_, stop, _), _) = dated((FIRST, 20), (SECOND, 20), sound=hiss(40, quiet_at=quiet_at))
    assert abs(stop - 20 * SLOT) <= QUIETEST_WITHIN * 160


def test_start_and_end_of_overlap_stay_on_their_slots() -> None:
    """Where two speak at once nothing is quiet between them."""
    sound = hiss(50, quiet_at=20 * SLOT - 640)
    assert dated((FIRST, 20), (BOTH, 10), (SECOND, 20), sound=sound) == [
        (0, 20 * SLOT, FIRST),
        (20 * SLOT, 30 * SLOT, BOTH),
        (30 * SLOT, 50 * SLOT, SECOND),
    ]


@pytest.mark.parametrize("length", [40 * SLOT - 600, 40 * SLOT, 40 * SLOT + 600])
def test_last_part_ends_with_the_run(length: int) -> None:
    """To the sample, though slots are 80 ms long."""
    sound = np.resize(hiss(40), length)
    assert dated((FIRST, 20), (SECOND, 20), sound=sound)[-1][1] == length


def test_parts_touch_and_cover_the_run() -> None:
    """However short the turns are."""
    turns = [(FIRST, 1), (SECOND, 1), (FIRST, 2), (BOTH, 3), (SECOND, 1)]
    for quiet_at in range(0, 8 * SLOT, 160):
        found = dated(*turns, sound=hiss(8, quiet_at=quiet_at))
        assert found[0][0] == 0
        assert [start for start, *_ in found[1:]] == [stop for _, stop, _ in found[:-1]]
        assert found[-1][1] == 8 * SLOT


def test_stretch_unlike_its_voice_is_nobodys() -> None:
    """With likeness to spare it is the person's, without it is unknown; when is the same."""
    run = plain_run((FIRST, 20), (SECOND, 20))
    known = told(run, couple=plain_couple(least_likeness=0.5))
    unknown = told(run, couple=plain_couple(least_likeness=1.5))
    assert [part.voice for part in known] == [FIRST, SECOND]
    assert [part.voice for part in unknown] == [None, None]
    assert [part.span for part in known] == [part.span for part in unknown]


def test_confidence_is_what_the_windows_within_the_stretch_say() -> None:
    """Sure windows make it .98, and windows that reach across the change have no say."""
    evidence = evidence_of(spoken((FIRST, 20), (SECOND, 4)))
    assert confidence(Stretch(start=0, stop=20, voice=FIRST), evidence) == pytest.approx(0.98)
    assert confidence(Stretch(start=20, stop=24, voice=SECOND), evidence) == pytest.approx(0.98)
    assert confidence(Stretch(start=0, stop=20, voice=SECOND), evidence) == pytest.approx(0.01)


def test_quietest_frame_is_found_on_the_grid() -> None:
    """At sample 25 600 of sound whose frame from 25 120 on is silent; without room the sample itself is taken."""
    sound = hiss(40, quiet_at=25_120)
    assert quietest(sound, near=25_600) == 25_120
    assert quietest(sound, near=640) == 640
    assert quietest(sound, near=len(sound) - 160) == len(sound) - 160


def test_two_people_are_told_apart_in_a_run() -> None:
    """Two seconds of Anna, two of Ben, dated to 60 ms; and a guest, who is neither."""
    anna, ben = told(run_of((ANNA, 25), (BEN, 25), seed=7), couple=anna_and_ben())
    assert (anna.voice, ben.voice) == (FIRST, SECOND)
    assert ben.span.start == pytest.approx(25 * SLOT, abs=QUIETEST_WITHIN * 160)
    (guest,) = told(run_of((GUEST, 20), seed=7), couple=anna_and_ben())
    assert guest.voice is None
