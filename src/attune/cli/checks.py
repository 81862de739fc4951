"""What ``attune doctor`` looks at, one function a subject; each returns what it found and the remedy."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from attune.errors import AttuneError, DeviceError, SettingsError, VoiceError
from attune.events import Block, Gap, SpeechSegment
from attune.timebase import SAMPLE_RATE, samples_of

if TYPE_CHECKING:
    from attune.adapters.microphone import SoundInputs

SpeechFinder = Callable[[NDArray[np.int16]], Sequence[SpeechSegment]]

OLDEST_PYTHON = (3, 11)


class Verdict(StrEnum):
    """What a check found."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    MISSING = "missing"


class Need(StrEnum):
    """What stops working without it."""

    EVERYTHING = "everything"
    SOMETHING = "something"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the doctor."""

    subject: str
    verdict: Verdict
    text: str
    need: Need = Need.SOMETHING


class Source(Protocol):
    """A microphone that is opened by entering it."""

    def __enter__(self) -> Self:
        """Open it."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Close it."""
        ...

    def sounds(self) -> Iterator[Block | Gap]:
        """Yield what it records."""
        ...


class Voices(Protocol):
    """A speech synthesis that can list its voices."""

    def voices(self) -> tuple[object, ...]:
        """Return every voice."""
        ...


def python(version: tuple[int, int, int]) -> Check:
    """Return whether this Python is new enough."""
    text = ".".join(map(str, version))
    if version >= OLDEST_PYTHON:
        return Check(subject="Python", verdict=Verdict.OK, text=text)
    text = f"{text} is too old; install Python 3.11 or later"
    return Check(subject="Python", verdict=Verdict.MISSING, text=text, need=Need.EVERYTHING)


def devices(opener: SoundInputs | None = None) -> Iterator[Check]:
    """Yield one check for PortAudio, the microphones and the speakers; one alone if PortAudio is missing."""
    from attune.adapters.microphone import list_devices
    from attune.adapters.sound_devices import chosen_input, chosen_output

    try:
        found = list_devices(opener)
    except DeviceError as error:
        yield Check(subject="sound library", verdict=Verdict.MISSING, text=str(error))
        return
    yield Check(subject="sound library", verdict=Verdict.OK, text=f"PortAudio knows {len(found)} devices")
    for subject, choose in (("microphone", chosen_input), ("speaker", chosen_output)):
        try:
            yield Check(subject=subject, verdict=Verdict.OK, text=choose(found, None).name)
        except DeviceError as error:
            yield Check(subject=subject, verdict=Verdict.MISSING, text=str(error))


def loads(subject: str, load: Callable[[], object], *, need: Need = Need.EVERYTHING) -> Check:
    """Return whether a bundled model loads; without a speech detector nothing is heard."""
    try:
        load()
    except AttuneError as error:
        return Check(subject=subject, verdict=Verdict.MISSING, text=str(error), need=need)
    return Check(subject=subject, verdict=Verdict.OK, text="loads", need=need)


def voice_encoder(folder: Callable[[], Path]) -> Check:
    """Return whether the voice encoder loads from the folder of bundled models."""
    from attune.adapters.voice_encoder import WEIGHTS, Ge2eEncoder

    found = loads("voice encoder", lambda: Ge2eEncoder(folder() / WEIGHTS), need=Need.SOMETHING)
    if found.verdict is Verdict.OK:
        return found
    return replace(found, text=f"{found.text}; until then one microphone cannot tell two people apart")


def model(folder: Path) -> Check:
    """Return which speech model would transcribe."""
    from attune.adapters.models import best_installed
    from attune.cli.transcribers import FIRST_MODEL

    name = best_installed(folder)
    if name is None:
        text = f"none: timing-only coaching; to have words too: attune models download {FIRST_MODEL}"
        return Check(subject="speech model", verdict=Verdict.WARNING, text=text)
    return Check(subject="speech model", verdict=Verdict.OK, text=name)


def voice(synthesis: Voices) -> Check:
    """Return whether the coach can speak."""
    try:
        count = len(synthesis.voices())
    except VoiceError as error:
        return Check(subject="voice", verdict=Verdict.WARNING, text=f"{error}; until then suggestions are shown")
    return Check(subject="voice", verdict=Verdict.OK, text=f"{count} voices")


def data_folder(folder: Path) -> Check:
    """Return whether sessions can be kept; nothing is created."""
    existing = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
        return Check(subject="data folder", verdict=Verdict.OK, text=str(folder))
    text = f"{folder} cannot be written; change its permissions or name another folder in ATTUNE_HOME"
    return Check(subject="data folder", verdict=Verdict.MISSING, text=text)


def settings(read: Callable[[], object], *, path: Path) -> Check:
    """Return whether the settings can be used, and where their file is; a bad one stops every session."""
    try:
        read()
    except SettingsError as error:
        return Check(subject="settings", verdict=Verdict.MISSING, text=str(error), need=Need.EVERYTHING)
    text = str(path) if path.is_file() else f"the usual ones; {path} would change them"
    return Check(subject="settings", verdict=Verdict.OK, text=text, need=Need.EVERYTHING)


def listening(source: Source, *, seconds: float, speech_in: SpeechFinder) -> tuple[Check, ...]:
    """Return how the microphone and the room sound over so many seconds, and what they are good enough for.

    Parameters
    ----------
    source
        The microphone.
    seconds
        How long to listen.
    speech_in
        Finds the stretches of speech in sound, int16 of shape (n,).
    """
    heard: list[Block] = []
    lost = 0
    try:
        with source:
            for part in source.sounds():
                if isinstance(part, Block):
                    heard.append(part)
                else:
                    lost += part.span.duration
                if part.span.stop >= samples_of(seconds):
                    break
    except DeviceError as error:
        return (Check(subject="listening", verdict=Verdict.MISSING, text=str(error)),)
    from attune.cli.room_check import room_sound, together
    from attune.cli.room_verdicts import too_little_heard, verdicts
    from attune.cli.sound_check import FRAME_SAMPLES

    if sum(len(block.samples) for block in heard) < FRAME_SAMPLES:
        return (too_little_heard(seconds),)
    samples = np.concatenate([block.samples for block in heard])
    sound = room_sound(samples, speech=speech_in(together(samples)))
    return verdicts(sound, channels=samples.shape[1], lost_seconds=lost / SAMPLE_RATE)
