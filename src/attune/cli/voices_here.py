"""Whose enrolled voices a live session with one microphone listens for, and what is said about it."""

from __future__ import annotations

from dataclasses import dataclass

import click

from attune.cli.parts import MOST_VOICES, pair_of
from attune.errors import StoreError
from attune.reports.wording import people_text
from attune.sessions.database import DATABASE
from attune.sessions.home import Home
from attune.sessions.voices import VoiceStore

WITHOUT_NAMES = "Without names the two are A and B, once their voices are known."

NONE_ENROLLED = f"For your names, learn each voice once: attune enroll NAME. {WITHOUT_NAMES}"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicesHere:
    """The names of enrolled voices that are used, none or up to two, and one line that says so."""

    names: tuple[str, ...]
    line: str


def voices_here(named: tuple[str, ...], *, home: Home) -> VoicesHere:
    """Return whose voices are listened for: those that were named, else both if exactly two are enrolled.

    A store that cannot be read is said, and the session goes on without names.

    Raises
    ------
    StoreError
        If somebody was named who is not enrolled.
    """
    if named:
        with VoiceStore.open(home.sessions) as store:
            for name in named[:MOST_VOICES]:
                store.require(name)
        return VoicesHere(names=named, line=f"Listening for {people_text(pair_of(named))}.")
    try:
        enrolled = _enrolled(home)
    except StoreError as error:
        click.echo(f"attune: {error}", err=True)
        enrolled = ()
    names = people_text(enrolled)
    match len(enrolled):
        case 0:
            return VoicesHere(names=(), line=NONE_ENROLLED)
        case 1:
            line = f"The voice of {names} is known; for both names, learn the other one too: attune enroll NAME."
            return VoicesHere(names=(), line=f"{line} {WITHOUT_NAMES}")
        case 2:
            return VoicesHere(names=enrolled, line=f"Listening for {names}.")
        case count:
            line = f"{count} voices are known ({names}); to have names, say who is here: --voices A,B."
            return VoicesHere(names=(), line=f"{line} {WITHOUT_NAMES}")


def _enrolled(home: Home) -> tuple[str, ...]:
    """Return the names of all enrolled voices; nothing is created where nothing was ever kept."""
    if not (home.sessions / DATABASE).exists():
        return ()
    with VoiceStore.open(home.sessions) as store:
        return tuple(kept.name for kept in store.list())
