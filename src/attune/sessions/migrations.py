"""How the database came to its present shape, step by step.

A step and the record that it was taken share one transaction, so a database is always at exactly one step. Steps that
have been released are never edited; a change is a new step at the end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from attune.errors import StoreError


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step: its number (counted from 1), what it brings, and the statements that do it."""

    number: int
    name: str
    statements: tuple[str, ...]


MIGRATIONS = (
    Migration(
        number=1,
        name="sessions and their documents",
        statements=(
            """CREATE TABLE sessions (
                   id TEXT PRIMARY KEY,
                   started_at TEXT NOT NULL,
                   kind TEXT NOT NULL,
                   source TEXT NOT NULL,
                   duration_s REAL NOT NULL,
                   speakers TEXT NOT NULL,
                   turns INTEGER NOT NULL,
                   transfers INTEGER NOT NULL,
                   acts INTEGER NOT NULL,
                   feedback INTEGER NOT NULL
               )""",
            """CREATE TABLE documents (
                   session_id TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
                   document TEXT NOT NULL
               )""",
        ),
    ),
    Migration(
        number=2,
        name="voices",
        statements=(
            """CREATE TABLE voices (
                   name TEXT PRIMARY KEY,
                   encoder TEXT NOT NULL,
                   learned_at TEXT NOT NULL,
                   voiced_s REAL NOT NULL,
                   agreed_by TEXT NOT NULL,
                   agreed_at TEXT NOT NULL,
                   shape TEXT NOT NULL,
                   windows BLOB NOT NULL
               )""",
        ),
    ),
)


def migrate(
    connection: sqlite3.Connection, *, now: datetime, migrations: Sequence[Migration] = MIGRATIONS
) -> tuple[int, ...]:
    """Bring a database up to date and return the numbers of the steps taken.

    The connection is in autocommit mode (``isolation_level=None``); transactions are opened here.

    Raises
    ------
    StoreError
        If the database has taken steps that this program does not know.
    """
    newest = migrations[-1].number
    if _step(connection) == newest:
        return ()
    taken = []
    connection.execute("BEGIN IMMEDIATE")  # a second process waits here and then finds the work done
    try:
        reached = _step(connection)
        if reached > newest:
            raise StoreError(
                f"the sessions were kept by a newer Attune (its step {reached}, this one knows {newest}); "
                "install the newer version again to read them"
            )
        connection.execute(
            "CREATE TABLE IF NOT EXISTS migrations"
            " (number INTEGER PRIMARY KEY, name TEXT NOT NULL, taken_at TEXT NOT NULL)"
        )
        for migration in migrations:
            if migration.number > reached:
                _take(connection, migration, now=now)
                taken.append(migration.number)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return tuple(taken)


def _step(connection: sqlite3.Connection) -> int:
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'").fetchone()
    if found is None:
        return 0
    (number,) = connection.execute("SELECT coalesce(max(number), 0) FROM migrations").fetchone()
    return int(number)


def _take(connection: sqlite3.Connection, migration: Migration, *, now: datetime) -> None:
    for statement in migration.statements:
        connection.execute(statement)
    connection.execute(
        "INSERT INTO migrations (number, name, taken_at) VALUES (?, ?, ?)",
        (migration.number, migration.name, now.isoformat(timespec="seconds")),
    )
