"""``attune doctor``: one line for everything that Attune needs, with the remedy where it is missing."""

from __future__ import annotations

import os
from collections.abc import Iterator

import click

from attune.cli.checks import Check, Need, Verdict

MARKS = {
    Verdict.OK: ("ok", "green"),
    Verdict.NOTE: ("note", None),
    Verdict.WARNING: ("warning", "yellow"),
    Verdict.MISSING: ("missing", "red"),
}

NEEDED_TO_LISTEN = frozenset({"sound library", "microphone", "speech gate", "speech detector"})
"""Subjects of the checks without which there is nothing to listen to."""


@click.command(name="doctor")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.5, max=60.0),
    default=10.0,
    show_default=True,
    help="How long to listen to the microphone.",
)
@click.option("--no-listen", "is_deaf", is_flag=True, help="Do not open the microphone.")
@click.option("--device", metavar="NAME", help="Microphone: number or part of its name; see `attune devices`.")
@click.pass_context
def command(context: click.Context, *, seconds: float, is_deaf: bool, device: str | None) -> None:
    """Check whether everything is here that Attune needs, and what the room and the microphone are good enough for.

    Ends with status 1 if something is missing without which nothing works; what only narrows what Attune can do is
    told, and the status is 0.
    """
    checks = []
    for check in _checks():
        checks.append(check)
        print_check(check)
    if not is_deaf and not is_without_microphone(checks):
        for check in _listened(seconds, device):
            checks.append(check)
            print_check(check)
    click.echo(verdict_on(checks))
    context.exit(1 if is_unusable(checks) else 0)


def is_unusable(checks: list[Check]) -> bool:
    """Return whether something is missing that everything needs."""
    return any(check.verdict is Verdict.MISSING and check.need is Need.EVERYTHING for check in checks)


def is_without_microphone(checks: list[Check]) -> bool:
    """Return whether nothing could be listened to, so that nobody need be asked to speak."""
    return any(check.verdict is Verdict.MISSING and check.subject in NEEDED_TO_LISTEN for check in checks)


def verdict_on(checks: list[Check]) -> str:
    """Return one sentence on all checks together."""
    if is_unusable(checks):
        return "Attune cannot work yet: see what is missing above."
    if any(check.verdict not in (Verdict.OK, Verdict.NOTE) for check in checks):
        return "Attune works, with the limits above."
    return "Everything is here."


def print_check(check: Check) -> None:
    """Print one line: the verdict, the subject, what was found and what to do."""
    word, colour = MARKS[check.verdict]
    shown = f"{word:<8}" if os.environ.get("NO_COLOR") else click.style(f"{word:<8}", fg=colour)
    click.echo(f"{shown} {check.subject:<16} {check.text}")


def _checks() -> Iterator[Check]:
    """Yield the checks that need no listening, in the order of sound's way through the program."""
    import sys

    from attune.adapters.silero import SileroSession
    from attune.adapters.speech_synthesis import SpeechSynthesis
    from attune.adapters.webrtc import WebRtcGate
    from attune.bundled import models_folder as bundled_models
    from attune.cli import checks
    from attune.cli.models import models_folder
    from attune.cli.parts import SETTINGS_FILE, user_home, user_settings

    home = user_home()

    yield checks.python(sys.version_info[:3])
    yield from checks.devices()
    yield checks.loads("speech gate", WebRtcGate)
    yield checks.loads("speech detector", SileroSession)
    yield checks.voice_encoder(bundled_models)
    yield checks.model(models_folder())
    yield checks.voice(SpeechSynthesis())
    yield checks.settings(lambda: user_settings(home), path=home.config / SETTINGS_FILE)
    yield checks.data_folder(home.data)


def _listened(seconds: float, device: str | None) -> tuple[Check, ...]:
    from attune.adapters.microphone import Microphone
    from attune.adapters.portaudio import PortAudio
    from attune.adapters.standard_error import libraries_silenced
    from attune.cli import checks
    from attune.cli.capsules import capsules
    from attune.cli.parts import detectors
    from attune.errors import DeviceError
    from attune.hearing.voices.learning import speech_in
    from attune.hearing.voicing import VoicingSettings

    found = detectors()
    click.echo(f"Listening for {seconds:g} s: please talk as you usually do, with a pause now and then.")
    sound = PortAudio()
    with libraries_silenced():
        try:
            channels = capsules(sound, device)
        except DeviceError as error:
            return (Check(subject="listening", verdict=Verdict.MISSING, text=str(error)),)
        return checks.listening(
            Microphone(device=device, channels=channels, opener=sound),
            seconds=seconds,
            speech_in=lambda samples: speech_in(samples, detectors=found, settings=VoicingSettings()),
        )
