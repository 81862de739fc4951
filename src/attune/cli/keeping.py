"""A finished session: kept in the store, and said goodbye to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

from attune.cli.parts import phrases_of
from attune.coaching.summary import closing_words
from attune.errors import StoreError
from attune.events import SessionRecord
from attune.sessions.home import Home
from attune.sessions.kept import KeptSession, SessionKind
from attune.sessions.store import Store, local_now


def keep(
    document: Mapping[str, Any], *, kind: SessionKind, home: Home, started_at: datetime | None = None
) -> KeptSession | None:
    """Keep a session and return how it is listed; if the store cannot be used, say so and return None.

    The result in hand is worth more than its place in the list, so a store that fails does not fail the command.
    """
    try:
        with Store.open(home.sessions) as store:
            return store.add(document, kind=kind, started_at=started_at or local_now())
    except StoreError as error:
        click.echo(f"attune: this session is not kept: {error}", err=True)
        return None


def closing_lines(record: SessionRecord, *, language: str, kept: KeptSession | None) -> tuple[str, ...]:
    """Return the last lines of a summary: a strength, a next step, and how to see the session again."""
    words = closing_words(record, phrases=phrases_of(language))
    lines = [line for line in (words.strength, words.next_step) if line]
    if kept is not None:
        lines.append(f"Kept as {kept.id}: attune sessions show {kept.id}")
    return tuple(lines)
