"""The bundled dialogues through the real detectors, against truth that is known to the sample.

The bounds lie just below what was measured (in comments beside them), so that a change for the worse shows.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from attune.events import SessionRecord, TransferKind
from attune.plan import Arrangement
from attune.timebase import samples_of_ms
from heard_fixtures import (
    NAMES,
    blocks,
    engine_of,
    heard_grid,
    heard_in,
    real_detectors,
    sound_of,
    stereo_record,
    true_grid,
    truth_of,
)
from made_noise import ROOMS, at_level, music

COUPLES = tuple(name for name in NAMES if name != "drill_alone")
every_dialogue = pytest.mark.parametrize("name", NAMES)
every_couple = pytest.mark.parametrize("name", COUPLES)

WITHIN = samples_of_ms(50)


def alone(samples: NDArray[np.int16]) -> SessionRecord:
    """Return what is heard of one person in sound with any number of channels."""
    engine = engine_of(speakers=("A",), arrangement=Arrangement.ONE_PERSON, channels=samples.shape[1])
    return heard_in(blocks(samples, size=4_800), engine)


def speech_share(record: SessionRecord) -> float:
    """Return the share of time in which somebody was heard."""
    return sum(segment.span.duration for segment in record.segments) / record.duration


# --- a channel a person ---------------------------------------------------------------------------------------


@every_dialogue
def test_speech_of_one_is_given_to_that_person_alone(name: str) -> None:
    """Of the frames in which one person speaks, nearly all are theirs and nobody else's."""
    record = stereo_record(name)
    first, second = true_grid(name, "A"), true_grid(name, "B")
    heard_first, heard_second = heard_grid(record, "A"), heard_grid(record, "B")
    right = np.where(first, heard_first & ~heard_second, heard_second & ~heard_first)[first ^ second]
    assert right.mean() >= 0.985  # the least is .987, in overlapping_backchannels; the median .999


@every_dialogue
def test_nobody_is_heard_where_they_are_silent(name: str) -> None:
    """No frame lies further than 200 ms from speech of the same person: the leaking voice is nobody's."""
    record = stereo_record(name)
    for speaker in ("A", "B"):
        near = np.convolve(true_grid(name, speaker), np.ones(41), "same") > 0
        assert not (heard_grid(record, speaker) & ~near).any()


def test_overlap_is_found_and_little_else_is_taken_for_it() -> None:
    """Frames in which both speak, over all dialogues."""
    right = heard = true = 0
    for name in COUPLES:
        truth = true_grid(name, "A") & true_grid(name, "B")
        found = heard_grid(stereo_record(name), "A") & heard_grid(stereo_record(name), "B")
        right, heard, true = right + int((truth & found).sum()), heard + int(found.sum()), true + int(truth.sum())
    assert right / heard >= 0.97  # .985
    assert right / true >= 0.98  # .988


@pytest.mark.parametrize(("end", "median_ms", "most_ms"), [("start", 10, 70), ("stop", 12, 110)])
def test_speech_is_dated_to_a_few_hundredths(end: str, median_ms: float, most_ms: float) -> None:
    """Starts after, and ends before, half a second of the same person's silence.

    Starts are 7 ms off in the median and 70 ms at the most (a consonant before the voice), ends 10 ms and 110 ms (a
    voice that fades below the truth's threshold).
    """
    errors = []
    for name in NAMES:
        for speaker in ("A", "B"):
            spans = [
                (s["start_sample"], s["stop_sample"]) for s in truth_of(name)["segments"] if s["speaker"] == speaker
            ]
            heard = [s.span for s in stereo_record(name).segments if s.speaker == speaker]
            for k, (start, stop) in enumerate(spans):
                lonely = k == 0 or start - spans[k - 1][1] >= 8_000
                if end == "stop":
                    lonely = k + 1 == len(spans) or spans[k + 1][0] - stop >= 8_000
                if lonely:
                    wanted = start if end == "start" else stop
                    errors.append(min(abs(getattr(span, end) - wanted) for span in heard) / 16)
    assert len(errors) > 100
    assert np.median(errors) <= median_ms
    assert max(errors) <= most_ms


# --- how the floor passes -------------------------------------------------------------------------------------

EXCEPTIONS = {
    ("interruptions", 17.6): "the start is heard 70 ms early: the p of 'Please' lies under the truth's threshold",
    ("long_monologue", 31.62): "a backchannel in a pause of the holder: a small answer and a switch sound alike",
    ("overlapping_backchannels", 18.87): "a word offered in overlap, short and left unanswered: a backchannel by sound",
    ("overlapping_backchannels", 19.59): "no switch, because the word before it was taken for a backchannel",
}
"""Transfers that timing alone does not give back as the truth has them, and why."""

EXTRA = {
    ("long_monologue", 32.62): "the holder goes on after the backchannel that was taken for a switch",
}
"""Transfers that were heard and are not in the truth."""


def matched(name: str) -> tuple[set[tuple[str, float]], set[tuple[str, float]]]:
    """Return the true transfers that were not heard as they are, and the heard ones that are not true."""
    heard = {(t.kind, t.from_speaker, t.to_speaker, t.at) for t in stereo_record(name).transfers}
    missed = set()
    for true in truth_of(name)["transfers"]:
        kind = TransferKind(true["kind_from_timing"])
        same = [
            found
            for found in heard
            if found[:3] == (kind, true["from"], true["to"]) and abs(found[3] - true["at_sample"]) <= WITHIN
        ]
        if same:
            heard.remove(same[0])
        else:
            missed.add((name, round(true["at"], 2)))
    return missed, {(name, round(at / 16_000, 2)) for *_, at in heard}


@every_couple
def test_transfers_from_timing_alone_are_those_of_the_truth(name: str) -> None:
    """Kind and people are equal, starts within 50 ms, but for the exceptions above."""
    missed, extra = matched(name)
    assert missed == {exception for exception in EXCEPTIONS if exception[0] == name}
    known = [at for dialogue, at in [*EXTRA, *EXCEPTIONS] if dialogue == name]
    assert [at for _, at in extra if not any(abs(at - near) <= 0.08 for near in known)] == []


def test_offsets_are_known_to_a_tenth_of_a_second() -> None:
    """Start of the new minus end of the old, where both agree on the kind; the voice's fading end is most of it."""
    errors = []
    for name in COUPLES:
        for true in truth_of(name)["transfers"]:
            wanted = (true["kind_from_timing"], true["to"])
            same = [t for t in stereo_record(name).transfers if (t.kind.value, t.to_speaker) == wanted]
            near = [t for t in same if abs(t.at - true["at_sample"]) <= WITHIN]
            errors += [abs(near[0].offset - true["offset_samples"]) / 16] if near else []
    assert len(errors) >= 85
    assert np.median(errors) <= 20
    assert max(errors) <= 140


# --- one microphone, one person -------------------------------------------------------------------------------


def test_one_person_on_one_microphone_is_found() -> None:
    """The drill in mono: speech and nothing but speech."""
    record = alone(sound_of("drill_alone", channels=1))
    truth, found = true_grid("drill_alone", "A"), heard_grid(record, "A")
    assert (truth & found).sum() / found.sum() >= 0.975  # .982: pauses just over 200 ms are bridged
    assert (truth & found).sum() / truth.sum() >= 0.995  # 1.000
    assert record.transfers == ()
    assert {segment.speaker for segment in record.segments} == {"A"}


def test_one_person_in_two_channels_is_the_same_person() -> None:
    """With --people 1 the channels are heard together."""
    record = alone(sound_of("drill_alone"))
    truth, found = true_grid("drill_alone", "A"), heard_grid(record, "A")
    assert (truth & found).sum() / truth.sum() >= 0.99


def test_soft_speech_is_found() -> None:
    """20 dB softer, 16 dB above the noise that comes with it, it is still nearly all there."""
    soft = np.rint(sound_of("drill_alone", channels=1) * 0.1).astype(np.int16)
    truth, found = true_grid("drill_alone", "A"), heard_grid(alone(soft), "A")
    assert (truth & found).sum() / truth.sum() >= 0.98


def test_speech_in_a_noisy_room_is_found() -> None:
    """White noise 20 dB under the voice: these are the detectors that find nothing in noise alone."""
    length = len(sound_of("drill_alone", channels=1))
    room = at_level(np.random.default_rng(3).normal(size=length), -44.0)
    noisy = np.clip(sound_of("drill_alone", channels=1).astype(int) + room, -32_768, 32_767).astype(np.int16)
    truth, found = true_grid("drill_alone", "A"), heard_grid(alone(noisy), "A")
    assert (truth & found).sum() / truth.sum() >= 0.93
    assert (truth & found).sum() / found.sum() >= 0.97


# --- nobody ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level_dbfs", [-30, -45])
@pytest.mark.parametrize("room", sorted(ROOMS))
def test_ten_seconds_of_a_room_hold_no_speech(room: str, level_dbfs: float) -> None:
    """Noise, hum and keys are nobody."""
    sound = at_level(ROOMS[room](10, np.random.default_rng(5)), level_dbfs)
    assert speech_share(alone(sound)) <= 0.01


def test_ten_seconds_of_music_hold_hardly_any_speech() -> None:
    """Plucked chords with a beat."""
    assert speech_share(alone(at_level(music(10, np.random.default_rng(5)), -30))) <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize("room", sorted(ROOMS))
def test_two_minutes_of_a_room_hold_hardly_any_speech(room: str) -> None:
    """At most one second in a hundred; measured: none."""
    sound = at_level(ROOMS[room](120, np.random.default_rng(7)), -35)
    assert speech_share(alone(sound)) <= 0.01


@pytest.mark.slow
def test_two_minutes_of_music_hold_hardly_any_speech() -> None:
    """At most one second in twenty; measured: none."""
    assert speech_share(alone(at_level(music(120, np.random.default_rng(7)), -35))) <= 0.05


def test_rooms_noise_in_two_channels_is_nobodys() -> None:
    """Two microphones that hear different noise."""
    random = np.random.default_rng(9)
    sound = np.concatenate([at_level(ROOMS["pink"](10, random), -40) for _ in range(2)], axis=1)
    assert heard_in(blocks(sound, size=4_800), engine_of()).segments == ()


def test_detectors_hear_speech_at_all() -> None:
    """The gate and the neural detector are the real ones: a second of a voice opens both."""
    voice = sound_of("drill_alone", channels=1)[16_000:32_000, 0]
    gate, neural = real_detectors().gate(), real_detectors().neural()
    assert any(gate.is_speech(voice[k : k + 160].tobytes()) for k in range(0, 16_000, 160))
    windows = (voice[: 31 * 512].astype(np.float32) / 32_768).reshape(31, 512)
    assert neural.probabilities(windows).max() > 0.9
