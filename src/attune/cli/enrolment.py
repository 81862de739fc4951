"""Learns a person's voice for ``attune enroll``: asks, records or reads a file, checks, learns, keeps, compares."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import click
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from attune.cli.enrolment_checks import doubts, faults, quality_of
from attune.cli.level_meter import LevelMeter
from attune.cli.parts import displayed
from attune.cli.reading_text import reading_text
from attune.cli.sound_check import SILENCE_DBFS
from attune.errors import InputError, StoreError
from attune.events import Block, Gap, SpeechSegment
from attune.hearing.speakers.channels import Detectors
from attune.hearing.voices.encoder import VoiceEncoder
from attune.hearing.voices.learning import learned_from, speech_in
from attune.hearing.voices.likeness import TOO_ALIKE, expected_confusion, holds_two_voices
from attune.hearing.voicing import VoicingSettings
from attune.profile import VoiceProfile
from attune.reports.wording import percent_text
from attune.sessions.database import local_now
from attune.sessions.voices import Agreement, Consent, VoiceStore
from attune.timebase import samples_of

MOST_TRIES = 3
"""Recordings that are made until one is good. Source: chosen; after three something else is wrong."""

MOST_FILE_S = 600.0
"""Seconds of a file that are listened to. Source: chosen; a profile holds 51 s of speech at most."""

TWO_VOICES = "it sounds as if more than one person spoke; if so, learn it again from one voice alone, with --replace"


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
        """Yield what it records until it is stopped."""
        ...

    def stop(self) -> None:
        """End `sounds` soon; safe from any thread."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Learner:
    """What finds speech and what makes embeddings of it."""

    encoder: VoiceEncoder
    detectors: Detectors
    settings: VoicingSettings

    def speech_in(self, samples: NDArray[np.int16]) -> tuple[SpeechSegment, ...]:
        """Return the stretches of speech in some sound, int16 of shape (n,)."""
        return speech_in(samples, detectors=self.detectors, settings=self.settings)


def is_answerable() -> bool:
    """Return whether somebody sits at a terminal and can answer."""
    return bool(sys.stdin and sys.stdin.isatty())


# --- agreeing -------------------------------------------------------------------------------------------------


def what_is_kept(name: str) -> str:
    """Return what learning a voice means for the person."""
    return (
        f"Attune learns how the voice of {name} sounds, to know it again. What it keeps, on this computer alone, are "
        f"numbers made from the voice (embeddings): no sound and no words. attune enroll --erase {name} removes them."
    )


def agreement_of(name: str, *, consent: Consent | None) -> Agreement:
    """Return the agreement of a person, asked for where it was not given beforehand.

    Raises
    ------
    InputError
        If the person does not agree.
    click.UsageError
        If nobody can answer.
    """
    click.echo(what_is_kept(name))
    if consent is not None:
        return Agreement(by=consent, at=local_now())
    if not is_answerable():
        raise click.UsageError(f"nobody can answer here whether {name} agrees; if so, say it with --agreed")
    if not click.confirm(f"{name}, do you agree?"):
        raise InputError(f"{name} does not agree, so nothing is learned")
    return Agreement(by=Consent.KEY, at=local_now())


# --- recording ------------------------------------------------------------------------------------------------


def invite(console: Console, *, language: str, seconds: float) -> None:
    """Show what to read aloud, or ask for free speech where a language has no text."""
    text = reading_text(language)
    if text is None:
        console.print(f"Please speak freely for {seconds:g} seconds, in your usual voice.", highlight=False)
        return
    console.print(f"Please read this aloud, in your usual voice ({seconds:g} seconds):", highlight=False)
    console.print(Padding(Text(text, style="bold"), (1, 2)))


def recorded(source: Source, *, length: int, meter: LevelMeter) -> NDArray[np.int16]:
    """Return the first samples, int16 of shape (n ≤ length,), of an open source; silence stands for what was lost."""
    parts: list[NDArray[np.int16]] = []
    for sound in source.sounds():
        part = mixed(sound.samples) if isinstance(sound, Block) else np.zeros(sound.span.duration, np.int16)
        parts.append(part)
        meter.show(sound.span.stop, level_dbfs=_level_dbfs(part))
        if sound.span.stop >= length:
            break
    return np.concatenate([np.zeros(0, np.int16), *parts])[:length]


def well_recorded(
    record: Callable[[], NDArray[np.int16]], *, name: str, learner: Learner, again: Callable[[], bool] | None
) -> tuple[NDArray[np.int16], tuple[SpeechSegment, ...]]:
    """Return the first recording that is good enough, and the speech in it.

    Parameters
    ----------
    record
        Makes a recording.
    again
        Returns whether to try again after one that was not; None where nobody can answer.

    Raises
    ------
    InputError
        If none of `MOST_TRIES` was good, or trying ended before.
    """
    for tried in range(1, MOST_TRIES + 1):
        samples = record()
        speech = learner.speech_in(samples)
        found = faults(quality_of(samples, speech=speech))
        if not found:
            return samples, speech
        if again is None or tried == MOST_TRIES:
            raise InputError(f"the voice of {name} is not learned: {'; '.join(found)}")
        for fault in found:
            click.echo(fault[0].upper() + fault[1:], err=True)
        if not again():
            raise InputError(f"the voice of {name} is not learned, and what was recorded is forgotten")
    raise AssertionError("the last try returns or raises")


def recording_of(path: Path) -> NDArray[np.int16]:
    """Return a file's sound with all its channels mixed, int16 of shape (n,), up to `MOST_FILE_S`.

    Raises
    ------
    RecordingError
        If it cannot be read.
    """
    from attune.adapters.recording import open_recording

    most = samples_of(MOST_FILE_S)
    parts = []
    with open_recording(path) as recording:
        for block in recording:
            parts.append(mixed(block.samples))
            if block.span.stop >= most:
                click.echo(f"The first {MOST_FILE_S / 60:g} minutes of {displayed(path)} are enough.", err=True)
                break
    if recording.truncated:
        click.echo(recording.truncated, err=True)
    return np.concatenate(parts)[:most]


def mixed(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return channels, int16 (n, channels), as one: their mean, shape (n,)."""
    whole: NDArray[np.int16] = np.rint(samples.mean(axis=1)).astype(np.int16)
    return whole


def _level_dbfs(samples: NDArray[np.int16]) -> float:
    power = float(np.mean(samples.astype(np.float64) ** 2)) / 32_768**2 if len(samples) else 0.0
    return 10 * float(np.log10(power)) if power > 0 else SILENCE_DBFS


# --- learning -------------------------------------------------------------------------------------------------


def profile_from_microphone(
    microphone: Callable[[], Source],
    *,
    name: str,
    learner: Learner,
    console: Console,
    language: str,
    seconds: float,
) -> VoiceProfile:
    """Return a voice learned from the microphone, which is opened anew for each try.

    Raises
    ------
    MicrophoneError
        If there is none, or it does not open.
    InputError
        If no recording was good enough.
    """
    from attune.adapters.standard_error import libraries_silenced
    from attune.adapters.terminal_keys import terminal_keys
    from attune.live.keys import KeyReader

    def record() -> NDArray[np.int16]:
        length = samples_of(seconds)
        invite(console, language=language, seconds=seconds)
        with libraries_silenced(), terminal_keys() as read, microphone() as source:
            ends = " Enter ends it early." if read else ""
            console.print(f"Listening now.{ends}", highlight=False)
            keys = None if read is None else KeyReader(read, pressed=lambda key: _on_key(key, source))
            try:
                with LevelMeter(console=console, length=length) as meter:
                    return recorded(source, length=length, meter=meter)
            finally:
                if keys is not None:
                    keys.close()

    def again() -> bool:
        return click.confirm("Shall we try again?", default=True)

    samples, speech = well_recorded(record, name=name, learner=learner, again=again if is_answerable() else None)
    return learned_from(samples, speech=speech, encoder=learner.encoder)


def profile_from_file(path: Path, *, learner: Learner) -> VoiceProfile:
    """Return a voice learned from a recording; what makes it less sure is said.

    Raises
    ------
    RecordingError
        If it cannot be read.
    InputError
        If there is too little speech in it.
    """
    samples = recording_of(path)
    speech = learner.speech_in(samples)
    try:
        profile = learned_from(samples, speech=speech, encoder=learner.encoder)
    except InputError as error:
        raise InputError(f"{displayed(path)}: {error}") from error
    for doubt in doubts(quality_of(samples, speech=speech)):
        click.echo(f"{displayed(path)}: {doubt}", err=True)
    return profile


def keep_voice(name: str, profile: VoiceProfile, *, agreement: Agreement, store: VoiceStore) -> None:
    """Keep a voice, and say what is to be known about it beside the others."""
    store.add(name, profile, agreement=agreement)
    click.echo(f"The voice of {name} is learned, from {profile.voiced_s:.0f} s of speech. The sound is forgotten.")
    if holds_two_voices(profile):
        click.echo(f"{name}: {TWO_VOICES}", err=True)
    others = [kept.name for kept in store.list() if kept.name != name]
    for line in likeness_lines(name, profile, others=others, profile_of=store.profile):
        click.echo(line, err=True)


def likeness_lines(
    name: str, profile: VoiceProfile, *, others: Iterable[str], profile_of: Callable[[str], VoiceProfile]
) -> Iterator[str]:
    """Yield a line for each voice from which a new one cannot be told apart well."""
    for other in others:
        try:
            known = profile_of(other)
        except StoreError as error:
            yield str(error)
            continue
        if known.encoder != profile.encoder:
            yield (
                f"The voice of {other} was learned with another model ({known.encoder}) and cannot be used beside this "
                f"one: attune enroll --replace {other}"
            )
            continue
        confused = expected_confusion(profile, known)
        if confused is None:
            yield f"{name} and {other} cannot be compared: both were learned from too little speech."
        elif confused >= TOO_ALIKE:
            yield (
                f"{name} and {other} sound alike: about {percent_text(min(confused, 0.5))} of what they say within a "
                "second would be given to the other one. With a microphone each they are told apart for sure."
            )


def _on_key(key: str, source: Source) -> None:
    if key in ("\r", "\n"):
        source.stop()
