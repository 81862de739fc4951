"""Two people before one microphone: the bundled dialogues with the real detectors and the real encoder.

The bounds lie just below what was measured (in comments beside them), so that a change for the worse shows. Who speaks
is learned as the dialogue goes on: "at first" is what was told before anything was revised, "in the end" after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from attune import bundled
from attune.adapters.voice_encoder import WEIGHTS, Ge2eEncoder
from attune.coaching.phrases.en import ENGLISH
from attune.coaching.policy import CoachMode, CoachSettings
from attune.engine import Engine, Event
from attune.events import (
    UNKNOWN,
    Gap,
    GapCause,
    Revision,
    SessionRecord,
    Sound,
    SpeechSegment,
    Unobserved,
    UnobservedCause,
    VoiceActivity,
    Voicing,
)
from attune.hearing.speakers.voices import ONE_VOICE, KnownVoices
from attune.hearing.voices.learning import learn
from attune.hearing.voicing import VoicingSettings
from attune.plan import Arrangement, Plan
from attune.profile import VoiceProfile
from attune.settings import Settings
from attune.timebase import Span, samples_of_ms
from heard_fixtures import blocks, grid_of, heard_grid, real_detectors, sound_of, true_grid, truth_of
from made_noise import ROOMS, at_level

SECOND = 16_000

VOICES = {
    "good_listening": ("slt", "awb"),
    "interruptions": ("rms", "en+f3"),
    "blame_and_defence": ("slt", "rms"),
    "long_monologue": ("awb", "rms"),
    "patience_with_silence": ("en+f3", "slt"),
    "demo": ("slt", "rms"),
}
"""Whose synthetic voices A and B have."""


@cache
def real_encoder() -> Ge2eEncoder:
    """Return the bundled encoder, loaded once."""
    return Ge2eEncoder(bundled.models_folder() / WEIGHTS)


@cache
def profile_of(voice: str, *, without: str) -> VoiceProfile:
    """Return what is learned of a synthetic voice from another dialogue than the one that is heard."""
    name = next(name for name, pair in VOICES.items() if voice in pair and name != without)
    speaker = "AB"[VOICES[name].index(voice)]
    sound = sound_of(name)[:, "AB".index(speaker)]
    own = np.zeros(len(sound), bool)
    for segment in truth_of(name)["segments"]:
        if segment["speaker"] == speaker:
            own[segment["start_sample"] : segment["stop_sample"]] = True
    alone = np.where(own, sound, 0).astype(np.int16)
    return learn(alone, encoder=real_encoder(), detectors=real_detectors(), settings=VoicingSettings())


def profiles_for(name: str) -> dict[str, VoiceProfile]:
    """Return the profiles of a dialogue's two people."""
    return {person: profile_of(voice, without=name) for person, voice in zip("AB", VOICES[name], strict=True)}


def engine_with(profiles: Mapping[str, VoiceProfile]) -> Engine:
    """Return an engine for two people before one microphone, whose coach keeps silent."""
    return Engine(
        plan=Plan(speakers=("A", "B"), arrangement=Arrangement.ONE_MICROPHONE, channels=1, transcriber=None),
        detectors=real_detectors(),
        finder=None,
        phrases=ENGLISH,
        settings=Settings(coach=CoachSettings(mode=CoachMode.QUIET)),
        voices=KnownVoices(encoder=real_encoder(), profiles=profiles),
    )


def heard_by(engine: Engine, sounds: Iterable[Sound]) -> tuple[list[Event], SessionRecord]:
    """Return all events of some sound, and the record."""
    events = [event for sound in sounds for event in engine.feed(sound)]
    events += [*engine.flush(), *engine.close()]
    return events, engine.record(source="x")


@cache
def unenrolled(name: str) -> tuple[list[Event], SessionRecord]:
    """Return what is heard in a dialogue of which nobody is known."""
    return heard_by(engine_with({}), blocks(sound_of(name, channels=1), size=4_800))


@cache
def with_profiles(name: str) -> tuple[list[Event], SessionRecord]:
    """Return what is heard in a dialogue of two people who are enrolled."""
    return heard_by(engine_with(profiles_for(name)), blocks(sound_of(name, channels=1), size=4_800))


def shares(name: str, segments: Iterable[SpeechSegment]) -> tuple[float, float, float]:
    """Return of the frames in which one person speaks which share is theirs alone, the other's alone, and unknown."""
    first, second = true_grid(name, "A"), true_grid(name, "B")
    listed = list(segments)
    ours, theirs, unknown = (
        grid_of([(s.span.start, s.span.stop) for s in listed if s.speaker == speaker], len(first))
        for speaker in ("A", "B", UNKNOWN)
    )
    mine, other = np.where(first, ours, theirs), np.where(first, theirs, ours)
    one = first ^ second
    return (
        float((mine & ~other)[one].mean()),
        float((other & ~mine)[one].mean()),
        float((unknown & ~mine & ~other)[one].mean()),
    )


def at_first(events: Iterable[Event]) -> list[SpeechSegment]:
    """Return the segments as they were told, before any revision."""
    return [event for event in events if isinstance(event, SpeechSegment)]


WITHIN = samples_of_ms(200)
DISTINCT = ("demo", "good_listening", "interruptions")
HEARD = (*DISTINCT, "patience_with_silence")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("demo", 0.99, 0.005),  # 1.000, .000
        ("good_listening", 0.99, 0.005),  # 1.000, .000
        ("interruptions", 0.97, 0.02),  # .983, .015
        ("patience_with_silence", 0.94, 0.005),  # .952, .000; the rest is unknown: two women
    ],
)
def test_unenrolled_speech_of_one_is_given_to_that_person(name: str, right: float, wrong: float) -> None:
    """In the end, of the frames in which one person speaks."""
    theirs, others, _ = shares(name, unenrolled(name)[1].segments)
    assert theirs >= right
    assert others <= wrong


@pytest.mark.slow
@pytest.mark.parametrize("name", [*DISTINCT, "patience_with_silence", "long_monologue"])
def test_unenrolled_nobody_is_taken_for_the_other_at_first(name: str) -> None:
    """What is told live is right or unknown, whatever is known by then; .002 is the most that is wrong."""
    _, others, _ = shares(name, at_first(unenrolled(name)[0]))
    assert others <= 0.005


@pytest.mark.slow
@pytest.mark.parametrize("name", ["demo", "good_listening"])
def test_labels_settle_within_half_a_minute(name: str) -> None:
    """From 30 s on, all that is told live is right at once: 1.000 in both."""
    late = 30 * SECOND
    first, second = true_grid(name, "A"), true_grid(name, "B")
    segments = [segment for segment in at_first(unenrolled(name)[0]) if segment.span.stop > late]
    mine = [grid_of([(s.span.start, s.span.stop) for s in segments if s.speaker == who], len(first)) for who in "AB"]
    one = first ^ second
    one[: late // 160] = False
    assert np.where(first, *mine)[one].mean() >= 0.97


@pytest.mark.slow
def test_somebody_who_hardly_speaks_is_not_made_up() -> None:
    """Forty seconds of one man, five of another: too little to know him by, so all is unknown and the user is told."""
    events, record = unenrolled("long_monologue")
    right, wrong, unknown = shares("long_monologue", record.segments)
    assert wrong == 0.0
    assert right + unknown >= 0.99
    if unknown > 0.5:
        assert ONE_VOICE in record.health.warnings
        assert not any(isinstance(event, Revision) for event in events)


@pytest.mark.slow
def test_enrolled_men_are_told_apart_from_the_first_word() -> None:
    """The same dialogue with both learned from other dialogues: at first and in the end."""
    events, record = with_profiles("long_monologue")
    right, wrong, _ = shares("long_monologue", record.segments)
    assert right >= 0.99  # 1.000
    assert wrong <= 0.005
    right, wrong, _ = shares("long_monologue", at_first(events))
    assert right >= 0.98  # 1.000
    assert wrong <= 0.005


@pytest.mark.slow
def test_enrolled_women_are_told_apart_while_they_speak() -> None:
    """Of what is told live .86 is right and the rest unknown; without enrolment .40 is."""
    right, wrong, _ = shares("patience_with_silence", at_first(with_profiles("patience_with_silence")[0]))
    assert right >= 0.83
    assert wrong <= 0.005
    unknown_at_first, _, _ = shares("patience_with_silence", at_first(unenrolled("patience_with_silence")[0]))
    assert right > unknown_at_first + 0.2


@pytest.mark.slow
def test_starts_are_dated_to_a_few_hundredths() -> None:
    """After half a second of the same person's silence.

    Those that are missed are small sounds within the other's turn, and starts in overlap.
    """
    errors = []
    for name in HEARD:
        for speaker in ("A", "B"):
            spans = [
                (s["start_sample"], s["stop_sample"]) for s in truth_of(name)["segments"] if s["speaker"] == speaker
            ]
            heard = [s.span.start for s in unenrolled(name)[1].segments if s.speaker == speaker]
            for k, (start, _) in enumerate(spans):
                if k == 0 or start - spans[k - 1][1] >= 8_000:
                    errors.append(min(abs(start - at) for at in heard) / 16)
    assert len(errors) == 56
    assert np.median(errors) <= 15  # 10
    assert np.mean([error <= 100 for error in errors]) >= 0.74  # .786


@pytest.mark.slow
def test_transfers_are_mostly_those_of_the_truth() -> None:
    """Kind and people equal, within 200 ms, over four dialogues; backchannels within a turn are what is missed most."""
    right = heard = true = 0
    for name in HEARD:
        wanted = [(t["kind_from_timing"], t["from"], t["to"], t["at_sample"]) for t in truth_of(name)["transfers"]]
        found = [(t.kind, t.from_speaker, t.to_speaker, t.at) for t in unenrolled(name)[1].transfers]
        right += sum(any(t[:3] == w[:3] and abs(t[3] - w[3]) <= WITHIN for t in found) for w in wanted)
        heard, true = heard + len(found), true + len(wanted)
    assert right / heard >= 0.75  # 35 of 43
    assert right / true >= 0.67  # 35 of 49


@pytest.mark.slow
def test_overlap_that_is_told_is_there() -> None:
    """Frames given to both, over four dialogues: nearly all are in truth; less than all of the truth is found."""
    right = heard = true = 0
    for name in HEARD:
        both = true_grid(name, "A") & true_grid(name, "B")
        record = unenrolled(name)[1]
        found = heard_grid(record, "A") & heard_grid(record, "B")
        right, heard, true = right + int((both & found).sum()), heard + int(found.sum()), true + int(both.sum())
    assert right / heard >= 0.9  # .979
    assert right / true >= 0.2  # .275


# --- whatever the blocks, and whatever is missing -------------------------------------------------------------

EXCERPT = int(12.5 * SECOND)
"""Of the demo: A, B, both at once, and A, cut in a word; the first lesson comes at 8.6 s."""


def excerpt() -> NDArray[np.int16]:
    """Return the first seconds of the demo in one channel."""
    return sound_of("demo", channels=1)[:EXCERPT]


@cache
def excerpt_at_once() -> tuple[list[Event], SessionRecord]:
    """Return what is heard in the excerpt as one block, both being enrolled."""
    return heard_by(engine_with(profiles_for("demo")), blocks(excerpt(), size=EXCERPT))


def test_excerpt_holds_both_people_and_a_lesson() -> None:
    """So that equal events mean something."""
    events, _ = excerpt_at_once()
    assert {event.speaker for event in events if isinstance(event, SpeechSegment)} >= {"A", "B"}
    assert any(isinstance(event, Revision) for event in events)


@pytest.mark.slow
@pytest.mark.parametrize("size", [160, 480, 4_096])
def test_blocks_of_any_size_tell_the_same_with_voices(size: int) -> None:
    """Every event and the record are equal, to the last bit."""
    assert heard_by(engine_with(profiles_for("demo")), blocks(excerpt(), size=size)) == excerpt_at_once()


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 7])
def test_tiny_blocks_tell_the_same_with_voices(size: int) -> None:
    """Sample by sample, or seven at a time, for two seconds about the lesson: every event and the record are equal."""
    sound, first, last = excerpt(), int(7.4 * SECOND) + 1, int(9.4 * SECOND) + 3
    sounds = [
        *blocks(sound[:first], size=4_801),
        *blocks(sound[first:last], size=size, start=first),
        *blocks(sound[last:], size=999, start=last),
    ]
    assert heard_by(engine_with(profiles_for("demo")), sounds) == excerpt_at_once()


def test_end_in_a_word_closes_what_is_open() -> None:
    """A's turn ends with the sound, to the sample, and nobody is left speaking."""
    events, record = excerpt_at_once()
    assert record.segments[-1].span.stop == EXCERPT
    assert record.segments[-1].speaker == "A"
    activity = [event for event in events if isinstance(event, VoiceActivity)]
    for speaker in ("A", "B", UNKNOWN):
        mine = [event.voicing for event in activity if event.speaker == speaker]
        assert mine.count(Voicing.STARTED) == mine.count(Voicing.STOPPED) > 0


@pytest.mark.slow
@pytest.mark.parametrize("hole", ["gap", "coach"])
def test_hole_in_the_middle_takes_no_more_than_itself(hole: str) -> None:
    """From 6.5 to 7.5 s nothing is heard: B is cut in two, and all else is given to whom it was given before."""
    missing, sound = Span(int(6.5 * SECOND) + 3, int(7.5 * SECOND) + 5), excerpt()
    lost: Sound = Gap(span=missing, why=GapCause.OVERFLOW)
    sounds = [
        *blocks(sound[: missing.start], size=4_800),
        lost if hole == "gap" else Unobserved(span=missing, why=UnobservedCause.COACH),
        *blocks(sound[missing.stop :], size=4_800, start=missing.stop),
    ]
    _, record = heard_by(engine_with(profiles_for("demo")), sounds)
    _, whole = excerpt_at_once()
    assert not any(segment.span.overlap(missing) for segment in record.segments)
    observed = np.ones(EXCERPT // 160 + 1, bool)
    observed[missing.start // 160 - 2 : missing.stop // 160 + 30] = False
    for speaker in ("A", "B"):
        given, before = heard_grid(record, speaker)[observed], heard_grid(whole, speaker)[observed]
        assert (given == before).mean() >= 0.98


# --- one person, or none --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_one_person_alone_is_told_of_and_not_split() -> None:
    """Twenty-eight seconds of a monologue: all is unknown, and the user is told what to do."""
    alone = sound_of("long_monologue")[: 28 * SECOND, :1]
    said = (
        true_grid("long_monologue", "A")[: len(alone) // 160] & ~true_grid("long_monologue", "B")[: len(alone) // 160]
    )
    assert said.sum() > 2_000
    _, record = heard_by(engine_with({}), blocks(alone, size=4_800))
    assert {segment.speaker for segment in record.segments} == {UNKNOWN}
    assert record.transfers == ()
    assert ONE_VOICE in record.health.warnings


@pytest.mark.parametrize("room", [*sorted(ROOMS), "silence"])
def test_ten_seconds_of_a_room_are_nobodys_voice(room: str) -> None:
    """Noise, hum, keys and digital silence bring no segment and no activity."""
    sound = np.zeros((10 * SECOND, 1), np.int16)
    if room != "silence":
        sound = at_level(ROOMS[room](10, np.random.default_rng(5)), -45)
    events, record = heard_by(engine_with({}), blocks(sound, size=4_800))
    assert record.segments == ()
    assert not any(isinstance(event, VoiceActivity) for event in events)
