"""``attune enroll``: learns people's voices, so that one microphone is enough for two; lists, renames, erases them."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from attune.adapters.microphone import Microphone
from attune.adapters.voice_encoder import WEIGHTS, Ge2eEncoder
from attune.bundled import models_folder
from attune.cli.enrolment import (
    Learner,
    agreement_of,
    is_answerable,
    keep_voice,
    profile_from_file,
    profile_from_microphone,
)
from attune.cli.parts import check_names, detectors, user_home, user_settings
from attune.errors import InputError
from attune.sessions.home import Home
from attune.sessions.voices import Consent, KeptVoice, VoiceStore

FORMS = "say one of: NAME, --list, --rename OLD NEW, --erase NAME"

NONE_YET = "No voice is learned yet. `attune enroll NAME` learns one."

USUAL_SECONDS = 20.0
"""How long is recorded. Source: the time that the text takes to read."""

AGREED = {Consent.KEY: "with a key", Consent.OPTION: "with --agreed"}
"""How a person agreed, in words."""

ROOMY_WIDTH = 72
"""From this many columns on the list also shows the encoder. Source: chosen; below it the columns would be folded."""


@click.command(name="enroll")
@click.argument("name", required=False)
@click.option("--from", "recording", type=click.Path(path_type=Path), metavar="FILE", help="Learn from a recording.")
@click.option("--device", metavar="NAME", help="Microphone: number or part of its name; see `attune devices`.")
@click.option("--seconds", type=click.FloatRange(min=10.0, max=120.0), help="How long to record (20 unless told).")
@click.option("--language", metavar="CODE", help="Of the text to read aloud (en unless told; others: speak freely).")
@click.option("--agreed", is_flag=True, help="The person has agreed that their voice is learned: do not ask.")
@click.option("--replace", is_flag=True, help="Learn a voice anew that is known already.")
@click.option("--list", "listing", is_flag=True, help="List the voices that are known, and how each person agreed.")
@click.option("--rename", nargs=2, metavar="OLD NEW", help="Call a voice by another name.")
@click.option("--erase", metavar="NAME", help="Remove a voice for good.")
@click.option("--yes", is_flag=True, help="With --erase: do not ask first.")
def command(
    *,
    name: str | None,
    recording: Path | None,
    device: str | None,
    seconds: float | None,
    language: str | None,
    agreed: bool,
    replace: bool,
    listing: bool,
    rename: tuple[str, str] | None,
    erase: str | None,
    yes: bool,
) -> None:
    """Learn a person's voice, so that one microphone is enough for two.

    NAME reads a short text aloud, or is heard in the recording --from FILE. The person agrees first. Kept are numbers
    made from the voice, no sound; `attune erase --all` leaves them, --erase removes them.
    """
    if sum((name is not None, listing, rename is not None, erase is not None)) != 1:
        raise click.UsageError(FORMS)
    if name is None and (agreed or replace or any((recording, device, seconds, language))):
        raise click.UsageError("--from, --device, --seconds, --language, --agreed and --replace go with NAME alone")
    if recording is not None and any((device, seconds, language)):
        raise click.UsageError("--device, --seconds and --language are for the microphone, not for --from FILE")
    if yes and erase is None:
        raise click.UsageError("--yes goes with --erase alone")
    home = user_home()
    if name is not None:
        _learn(
            name.strip(),
            recording=recording,
            device=int(device) if device is not None and device.isdecimal() else device,
            seconds=seconds or USUAL_SECONDS,
            language=language or "en",
            consent=Consent.OPTION if agreed else None,
            replace=replace,
            home=home,
        )
        return
    with VoiceStore.open(home.sessions) as store:
        if listing:
            _list(store.list())
        elif rename is not None:
            old, new = (part.strip() for part in rename)
            check_names([new])
            store.rename(old, new)
            click.echo(f"{old} is called {new} from now on.")
        elif erase is not None:
            _erase(erase.strip(), store=store, agreed=yes)


def _learn(
    name: str,
    *,
    recording: Path | None,
    device: int | str | None,
    seconds: float,
    language: str,
    consent: Consent | None,
    replace: bool,
    home: Home,
) -> None:
    check_names([name])
    console = Console()
    settings = user_settings(home)
    with VoiceStore.open(home.sessions) as store:
        if store.has(name) and not replace:
            _ask_to_replace(name)
        agreement = agreement_of(name, consent=consent)
        learner = Learner(
            encoder=Ge2eEncoder(models_folder() / WEIGHTS), detectors=detectors(), settings=settings.voicing
        )
        if recording is not None:
            profile = profile_from_file(recording, learner=learner)
        else:
            profile = profile_from_microphone(
                lambda: Microphone(device=device),
                name=name,
                learner=learner,
                console=console,
                language=language,
                seconds=seconds,
            )
        keep_voice(name, profile, agreement=agreement, store=store)


def _ask_to_replace(name: str) -> None:
    if not is_answerable():
        raise InputError(f"the voice of {name} is known already; --replace learns it anew")
    if not click.confirm(f"The voice of {name} is known already. Learn it anew?"):
        raise InputError(f"the voice of {name} stays as it was; choose another name for another person")


def _erase(name: str, *, store: VoiceStore, agreed: bool) -> None:
    store.require(name)
    if not agreed:
        try:
            agreed = click.confirm(f"Erase the voice of {name} for good?")
        except click.Abort:
            click.echo("\nNothing was erased. Where nobody can answer, --yes says so beforehand.", err=True)
            raise
    if not agreed:
        click.echo("Nothing was erased.")
        return
    store.erase(name)
    click.echo(f"Erased the voice of {name}")


def _list(voices: tuple[KeptVoice, ...]) -> None:
    if not voices:
        click.echo(NONE_YET)
        return
    console = Console()
    is_roomy = console.width >= ROOMY_WIDTH
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("name", overflow="fold")
    table.add_column("speech", justify="right", no_wrap=True)
    table.add_column("agreed", overflow="fold")
    if is_roomy:
        table.add_column("learned", no_wrap=True)
        table.add_column("model", overflow="fold")
    for voice in voices:
        agreed = f"{voice.agreement.at:%Y-%m-%d %H:%M} {AGREED[voice.agreement.by]}"
        cells = [voice.name, f"{voice.voiced_s:.0f} s", agreed]
        if is_roomy:
            cells += [f"{voice.learned_at:%Y-%m-%d %H:%M}", voice.encoder]
        table.add_row(*map(Text, cells))
    console.print(table)
