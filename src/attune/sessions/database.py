"""The database of what a user keeps: one SQLite file in a folder of its own, for this user's eyes alone.

What was said at home is worth guarding, and so is a voice; three choices differ from SQLite's usual ones:

- ``secure_delete`` overwrites what is erased, and `VACUUM` then rebuilds the file, so that nothing stays behind in it.
- The rollback journal is kept instead of the write-ahead log. A write-ahead log keeps erased pages in a second file
  until it is truncated, which any reader can hold up; sessions are written once an hour, not a thousand times a second.
- ``temp_store`` is memory: rebuilding leaves no copy in the machine's folder for temporary files.

What a disk's own controller or a back-up has copied lies outside any program's reach.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attune.errors import StoreError
from attune.sessions.migrations import migrate

DATABASE = "sessions.sqlite3"

BUSY_S = 10.0
"""How long one process waits for another's writing.

Source: chosen; a write takes milliseconds, rebuilding after an erasure about a second for 100 MB.
"""

_REASONS = {
    sqlite3.SQLITE_BUSY: "another program is using it; try again when that is done",
    sqlite3.SQLITE_LOCKED: "another program is using it; try again when that is done",
    sqlite3.SQLITE_NOTADB: "it is not a database of sessions; move the file away to start afresh",
    sqlite3.SQLITE_CORRUPT: "it is damaged; bring back a copy, or move the file away to start afresh",
    sqlite3.SQLITE_READONLY: "it cannot be written to; check who owns the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check who owns the file and its folder",
    sqlite3.SQLITE_FULL: "the disk is full; make room and try again",
}


def local_now() -> datetime:
    """Return the time on the user's clock, with its time zone."""
    return datetime.now(UTC).astimezone()


class Database:
    """An open database, brought up to date. Made by `Database.open`."""

    def __init__(self, connection: sqlite3.Connection, *, path: Path) -> None:
        self._connection = connection
        self._path = path

    @classmethod
    def open(cls, folder: Path, *, clock: Callable[[], datetime], wait_s: float) -> Database:
        """Open the database in a folder, making both if they are missing.

        The folder belongs to the database alone: it is closed to other users (mode 0700, the file 0600).

        Parameters
        ----------
        folder
            Where the file is, or will be.
        clock
            Returns the present time with its time zone; it dates the steps of the database.
        wait_s
            How long to wait for another process before giving up.

        Raises
        ------
        StoreError
            If it cannot be opened, is no database of sessions, or was written by a newer Attune.
        """
        path = folder / DATABASE
        try:
            _close_to_others(folder, path)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise StoreError(
                f"sessions cannot be kept in {folder}: {why}; set ATTUNE_HOME to another folder"
            ) from error
        with _told(path):
            connection = sqlite3.connect(path, timeout=wait_s, isolation_level=None)
            try:
                for pragma in ("secure_delete = ON", "temp_store = MEMORY", "foreign_keys = ON"):
                    connection.execute(f"PRAGMA {pragma}")
                migrate(connection, now=clock())
            except BaseException:
                connection.close()
                raise
        return cls(connection, path=path)

    def close(self) -> None:
        """Close the database; a second time does nothing."""
        self._connection.close()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return what a query finds.

        Raises
        ------
        StoreError
            If the database cannot be read.
        """
        with _told(self._path):
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Let the block write, all of it or nothing.

        Raises
        ------
        StoreError
            If the database cannot be written.
        """
        with _told(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def rebuild(self) -> None:
        """Make the file anew, so that nothing stays behind of what was removed.

        Raises
        ------
        StoreError
            If the file cannot be written.
        """
        with _told(self._path):
            self._connection.execute("VACUUM")


def _close_to_others(folder: Path, database: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(database, os.O_RDWR | os.O_CREAT, 0o600))
    for path, mode in ((folder, 0o700), (database, 0o600)):
        if path.stat().st_mode & 0o077:
            path.chmod(mode)


@contextmanager
def _told(database: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte; the rest tells sub-cases apart
        raise StoreError(f"{database}: {_REASONS.get(code, str(error))}") from error
