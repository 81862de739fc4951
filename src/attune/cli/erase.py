"""``attune erase``: removes sessions, with every word of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from attune.sessions.kept import KeptSession
    from attune.sessions.store import Store

NOTHING_KEPT = "No session is kept; there is nothing to erase."


@click.command(name="erase")
@click.argument("names", metavar="[ID]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Erase every session.")
@click.option("--yes", "agreed", is_flag=True, help="Do not ask first.")
def command(*, names: tuple[str, ...], everything: bool, agreed: bool) -> None:
    """Erase sessions for good.

    ID is the name that `attune sessions` shows, or its beginning where no other session begins so. What is erased
    cannot be brought back. Voices that were learned stay: `attune enroll --erase NAME` removes one.
    """
    if everything and names:
        raise click.UsageError("name sessions or say --all, not both")
    if not everything and not names:
        raise click.UsageError("name the sessions to erase, or say --all; `attune sessions` lists them")

    from attune.sessions.home import home_of
    from attune.sessions.store import Store

    folder = home_of(os.environ).sessions
    with Store.open(folder) as store:
        chosen = store.list() if everything else tuple(dict.fromkeys(store.find(name) for name in names))
        if not chosen and not (everything and _erase_forsaken()):
            click.echo(NOTHING_KEPT)
        if chosen:
            if not agreed and not _asked(chosen):
                click.echo("Nothing was erased.")
                return
            _erase(store, chosen, everything=everything)
            if everything:
                _erase_forsaken()
    if everything:
        _tell_of_voices(folder)


def _asked(chosen: Sequence[KeptSession]) -> bool:
    for kept in chosen:
        click.echo(f"  {_described(kept)}")
    what = "this session" if len(chosen) == 1 else f"these {len(chosen)} sessions"
    try:
        return click.confirm(f"Erase {what} for good?")
    except click.Abort:
        click.echo("\nNothing was erased. Where nobody can answer, --yes says so beforehand.", err=True)
        raise


def _erase(store: Store, chosen: Sequence[KeptSession], *, everything: bool) -> None:
    from attune.adapters.sound_keeping import kept_sound
    from attune.sessions.home import home_of

    erased = store.erase_all() if everything else [store.erase(kept.id) for kept in chosen]
    for kept in erased:
        sound = kept_sound(home_of(os.environ).sessions, kept.id)
        if sound is not None:
            sound.unlink()
        click.echo(f"Erased {_described(kept)}{' and its sound' if sound else ''}")


def _erase_forsaken() -> bool:
    """Erase the sound of sessions that were broken off, and return whether there was any."""
    from attune.adapters.sound_keeping import forsaken_sounds
    from attune.sessions.home import home_of

    found = forsaken_sounds(home_of(os.environ).sessions)
    for sound in found:
        sound.unlink(missing_ok=True)
        click.echo(f"Erased the sound of a session that was broken off ({sound.name})")
    return bool(found)


def _tell_of_voices(folder: Path) -> None:
    """Say whose voices are still known: whoever erases everything may have meant them too."""
    from attune.reports.wording import people_text
    from attune.sessions.voices import VoiceStore

    with VoiceStore.open(folder) as store:
        names = tuple(kept.name for kept in store.list())
    if names:
        click.echo(f"Still known: the voice of {people_text(names)}. `attune enroll --erase NAME` removes one.")


def _described(kept: KeptSession) -> str:
    from attune.reports.wording import duration_text, people_text, plain_text

    return plain_text(f"{kept.id} ({people_text(kept.speakers)}, {duration_text(kept.duration_s)})")
