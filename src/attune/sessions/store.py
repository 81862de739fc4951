"""The sessions that were kept: one SQLite file in a folder of its own, for this user's eyes alone.

What was said at home is worth guarding, so three choices differ from SQLite's usual ones:

- ``secure_delete`` overwrites what is erased, and `VACUUM` then rebuilds the file, so that no word stays behind in it.
- The rollback journal is kept instead of the write-ahead log. A write-ahead log keeps erased pages in a second file
  until it is truncated, which any reader can hold up; sessions are written once an hour, not a thousand times a second.
- ``temp_store`` is memory: rebuilding leaves no copy in the machine's folder for temporary files.

What a disk's own controller or a back-up has copied lies outside any program's reach.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from attune.errors import StoreError
from attune.sessions.document import SCHEMA
from attune.sessions.kept import COLUMNS, KeptSession, SessionKind, kept_of, listed_as, row_of
from attune.sessions.migrations import migrate

DATABASE = "sessions.sqlite3"

BUSY_S = 10.0
"""How long one process waits for another's writing.

Source: chosen; a write takes milliseconds, rebuilding after an erasure about a second for 100 MB.
"""

CODE_LENGTH = 3
"""Letters at the end of an id that tell sessions of one minute apart.

Source: chosen; short enough to type, and lengthened when two would be the same.
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


class Store:
    """Keeps, lists, finds and erases sessions. Made by `Store.open`, and closed by leaving a ``with`` block."""

    def __init__(self, connection: sqlite3.Connection, *, database: Path) -> None:
        self._connection = connection
        self._database = database

    @classmethod
    def open(cls, folder: Path, *, clock: Callable[[], datetime] = local_now, wait_s: float = BUSY_S) -> Store:
        """Open the store in a folder, making both if they are missing.

        The folder belongs to the store alone: it is closed to other users (mode 0700, the file 0600).

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
        database = folder / DATABASE
        try:
            _close_to_others(folder, database)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise StoreError(
                f"sessions cannot be kept in {folder}: {why}; set ATTUNE_HOME to another folder"
            ) from error
        with _told(database):
            connection = sqlite3.connect(database, timeout=wait_s, isolation_level=None)
            try:
                for pragma in ("secure_delete = ON", "temp_store = MEMORY", "foreign_keys = ON"):
                    connection.execute(f"PRAGMA {pragma}")
                migrate(connection, now=clock())
            except BaseException:
                connection.close()
                raise
        return cls(connection, database=database)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; a second time does nothing."""
        self._connection.close()

    def add(self, document: Mapping[str, Any], *, kind: SessionKind, started_at: datetime) -> KeptSession:
        """Keep a session document and return how it is listed, with its new id.

        Parameters
        ----------
        document
            An ``attune.session/1`` document.
        started_at
            When the session began, with the user's time zone; the id carries this time of day.

        Raises
        ------
        ValueError
            If the document is of another schema, or `started_at` has no time zone.
        StoreError
            If the database cannot be written.
        """
        if document.get("schema") != SCHEMA:
            raise ValueError(f"the store keeps {SCHEMA} documents, not {document.get('schema')!r}")
        if started_at.tzinfo is None:
            raise ValueError(f"the start of a session needs its time zone: {started_at}")
        started_at = started_at.replace(microsecond=0)
        text = json.dumps(document, ensure_ascii=False, allow_nan=False)
        with self._writing():
            kept = listed_as(document, id=self._free_id(started_at, text), kind=kind, started_at=started_at)
            self._connection.execute(
                f"INSERT INTO sessions ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row_of(kept)
            )
            self._connection.execute("INSERT INTO documents (session_id, document) VALUES (?, ?)", (kept.id, text))
        return kept

    def list(self) -> tuple[KeptSession, ...]:
        """Return every session, the newest first."""
        with _told(self._database):
            rows = self._connection.execute(
                f"SELECT {COLUMNS} FROM sessions ORDER BY julianday(started_at) DESC, id DESC"
            ).fetchall()
        return tuple(kept_of(row) for row in rows)

    def find(self, name: str) -> KeptSession:
        """Return the session with this id, or the only one whose id begins so.

        Raises
        ------
        StoreError
            If there is none, or more than one.
        """
        with _told(self._database):
            rows = self._connection.execute(
                f"SELECT {COLUMNS} FROM sessions WHERE substr(id, 1, length(?1)) = ?1 ORDER BY id", (name,)
            ).fetchall()
        found = [kept_of(row) for row in rows] if name else []
        exact = [kept for kept in found if kept.id == name]
        if exact or len(found) == 1:
            return (exact or found)[0]
        if not found:
            raise StoreError(f"no session is called {name!r}; `attune sessions` lists them")
        examples = ", ".join(kept.id for kept in found[:3]) + (", …" if len(found) > 3 else "")
        raise StoreError(f"{len(found)} sessions begin with {name!r} ({examples}); add a letter or two")

    def get(self, name: str) -> dict[str, Any]:
        """Return the document of a session, found as `find` does.

        Raises
        ------
        StoreError
            If there is no such session, or its document cannot be read.
        """
        kept = self.find(name)
        with _told(self._database):
            row = self._connection.execute("SELECT document FROM documents WHERE session_id = ?", (kept.id,)).fetchone()
        try:
            document: dict[str, Any] = json.loads(row[0])
        except (TypeError, ValueError) as error:
            raise StoreError(
                f"the document of session {kept.id} is damaged; `attune erase {kept.id}` removes it"
            ) from error
        return document

    def erase(self, name: str) -> KeptSession:
        """Remove one session, found as `find` does, with every word of it, and return what was removed.

        Raises
        ------
        StoreError
            If there is no such session, or the file cannot be written.
        """
        kept = self.find(name)
        with self._writing():
            self._connection.execute("DELETE FROM documents WHERE session_id = ?", (kept.id,))
            self._connection.execute("DELETE FROM sessions WHERE id = ?", (kept.id,))
        self._rebuild()
        return kept

    def erase_all(self) -> tuple[KeptSession, ...]:
        """Remove every session and return what was removed.

        Raises
        ------
        StoreError
            If the file cannot be written.
        """
        with self._writing():
            kept = self.list()
            self._connection.execute("DELETE FROM documents")
            self._connection.execute("DELETE FROM sessions")
        self._rebuild()
        return kept

    def _rebuild(self) -> None:
        with _told(self._database):
            self._connection.execute("VACUUM")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with _told(self._database):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _free_id(self, started_at: datetime, text: str) -> str:
        """Return an id such as ``2026-11-23-1830-a3f``; its last part comes from what is kept, not from chance."""
        for attempt in count():
            digest = hashlib.sha256(f"{started_at.isoformat()} {attempt} {text}".encode()).hexdigest()
            name = f"{started_at:%Y-%m-%d-%H%M}-{digest[: CODE_LENGTH + attempt // 64]}"
            if self._connection.execute("SELECT 1 FROM sessions WHERE id = ?", (name,)).fetchone() is None:
                return name
        raise AssertionError("counting does not end")


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
