"""The bundled dialogues through the real detectors, each heard once in a test run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attune import bundled
from attune.adapters.recording import open_recording
from attune.adapters.silero import SileroDetector, SileroSession
from attune.adapters.voice_encoder import WEIGHTS, Ge2eEncoder
from attune.adapters.webrtc import WebRtcGate
from attune.analysis import analyze
from attune.coaching.phrases.en import ENGLISH
from attune.coaching.policy import CoachMode, CoachSettings
from attune.conversation.acts.finding import ActFinder
from attune.engine import Engine
from attune.events import Block, SessionRecord, Sound, Word
from attune.hearing.speakers.channels import Detectors
from attune.hearing.speakers.voices import KnownVoices
from attune.plan import Arrangement, Plan
from attune.profile import VoiceProfile
from attune.settings import Settings
from attune.timebase import Span

NAMES = (
    "advice_instead_of_listening",
    "blame_and_defence",
    "demo",
    "drill_alone",
    "good_listening",
    "interruptions",
    "long_monologue",
    "overlapping_backchannels",
    "patience_with_silence",
)


@cache
def real_detectors() -> Detectors:
    """Return WebRTC's gate and Silero, loaded once."""
    session = SileroSession()
    return Detectors(gate=WebRtcGate, neural=lambda: SileroDetector(session))


@cache
def real_encoder() -> Ge2eEncoder:
    """Return the voice encoder that comes with Attune, loaded once."""
    return Ge2eEncoder(bundled.models_folder() / WEIGHTS)


def real_voices(profiles: Mapping[str, VoiceProfile] | None = None) -> KnownVoices:
    """Return the real encoder and the people who are enrolled; nobody is, unless it is said."""
    return KnownVoices(encoder=real_encoder(), profiles=profiles or {})


@cache
def truth_of(name: str) -> dict[str, Any]:
    """Return a dialogue's truth."""
    document: dict[str, Any] = json.loads(bundled.fixture_transcript(name).read_text("utf-8"))
    return document


@cache
def sound_of(name: str, *, channels: int = 2) -> NDArray[np.int16]:
    """Return a dialogue's sound, shape (n, channels), not to be written to."""
    with open_recording(bundled.fixture_sound(name, channels=channels)) as recording:
        sound = np.concatenate([block.samples for block in recording])
    sound.flags.writeable = False
    return sound


@cache
def words_of(name: str) -> dict[str, tuple[Word, ...]]:
    """Return the words of each person, from the truth."""
    found: dict[str, tuple[Word, ...]] = {}
    for utterance in truth_of(name)["utterances"]:
        words = tuple(
            Word(span=Span.of_seconds(word["start"], word["end"]), text=word["text"]) for word in utterance["words"]
        )
        found[utterance["speaker"]] = (*found.get(utterance["speaker"], ()), *words)
    return found


def engine_of(
    *,
    speakers: tuple[str, ...] = ("A", "B"),
    arrangement: Arrangement = Arrangement.CHANNEL_EACH,
    channels: int = 2,
    transcriber: str | None = None,
    detectors: Detectors | None = None,
    finder: ActFinder | None = None,
    coach: CoachSettings | None = None,
    voices: KnownVoices | None = None,
) -> Engine:
    """Return an engine whose coach keeps silent, unless it is told otherwise."""
    return Engine(
        plan=Plan(speakers=speakers, arrangement=arrangement, channels=channels, transcriber=transcriber),
        detectors=detectors or real_detectors(),
        finder=finder,
        phrases=ENGLISH,
        settings=Settings(coach=coach or CoachSettings(mode=CoachMode.QUIET)),
        voices=voices,
    )


def blocks(samples: NDArray[np.int16], *, size: int, start: int = 0) -> list[Sound]:
    """Return some sound in blocks of one size."""
    return [Block(start=start + k, samples=samples[k : k + size]) for k in range(0, len(samples), size)]


def heard_in(sounds: Iterable[Sound], engine: Engine, *, source: str = "test") -> SessionRecord:
    """Return the record of some sound, from timing alone."""
    analyze(sounds, engine=engine, transcriber=None)
    return engine.record(source=source)


@cache
def stereo_record(name: str) -> SessionRecord:
    """Return what is heard in a dialogue with a channel a person, from timing alone."""
    sound = sound_of(name)
    return heard_in(blocks(sound, size=len(sound)), engine_of(), source=f"{name}.stereo.flac")


def grid_of(spans: Iterable[tuple[int, int]], frames: int) -> NDArray[np.bool_]:
    """Return the 10 ms frames that some spans cover."""
    grid = np.zeros(frames, bool)
    for start, stop in spans:
        grid[round(start / 160) : round(stop / 160)] = True
    return grid


def true_grid(name: str, speaker: str) -> NDArray[np.bool_]:
    """Return the frames in which somebody speaks in a dialogue."""
    truth = truth_of(name)
    spans = [(s["start_sample"], s["stop_sample"]) for s in truth["segments"] if s["speaker"] == speaker]
    return grid_of(spans, truth["duration_samples"] // 160 + 1)


def heard_grid(record: SessionRecord, speaker: str) -> NDArray[np.bool_]:
    """Return the frames in which somebody was heard to speak."""
    spans = [(s.span.start, s.span.stop) for s in record.segments if s.speaker == speaker]
    return grid_of(spans, record.duration // 160 + 1)
