"""The sessions that were kept, in the user's database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from attune.errors import StoreError
from attune.sessions.database import BUSY_S, Database
from attune.sessions.database import local_now as local_now
from attune.sessions.document import SCHEMA
from attune.sessions.kept import COLUMNS, KeptSession, SessionKind, kept_of, listed_as, row_of

CODE_LENGTH = 3
"""Letters at the end of an id that tell sessions of one minute apart.

Source: chosen; short enough to type, and lengthened when two would be the same.
"""


class Store:
    """Keeps, lists, finds and erases sessions. Made by `Store.open`, and closed by leaving a ``with`` block."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, folder: Path, *, clock: Callable[[], datetime] = local_now, wait_s: float = BUSY_S) -> Store:
        """Open the store in a folder, making both if they are missing; see `Database.open`.

        Raises
        ------
        StoreError
            If it cannot be opened, is no database of sessions, or was written by a newer Attune.
        """
        return cls(Database.open(folder, clock=clock, wait_s=wait_s))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; a second time does nothing."""
        self._database.close()

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
        with self._database.writing() as writing:
            kept = listed_as(document, id=self._free_id(started_at, text), kind=kind, started_at=started_at)
            writing.execute(f"INSERT INTO sessions ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row_of(kept))
            writing.execute("INSERT INTO documents (session_id, document) VALUES (?, ?)", (kept.id, text))
        return kept

    def list(self) -> tuple[KeptSession, ...]:
        """Return every session, the newest first."""
        rows = self._database.rows(f"SELECT {COLUMNS} FROM sessions ORDER BY julianday(started_at) DESC, id DESC")
        return tuple(kept_of(row) for row in rows)

    def find(self, name: str) -> KeptSession:
        """Return the session with this id, or the only one whose id begins so.

        Raises
        ------
        StoreError
            If there is none, or more than one.
        """
        query = f"SELECT {COLUMNS} FROM sessions WHERE substr(id, 1, length(?1)) = ?1 ORDER BY id"
        rows = self._database.rows(query, name)
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
        rows = self._database.rows("SELECT document FROM documents WHERE session_id = ?", kept.id)
        try:
            document: dict[str, Any] = json.loads(rows[0][0])
        except (IndexError, TypeError, ValueError) as error:
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
        with self._database.writing() as writing:
            writing.execute("DELETE FROM documents WHERE session_id = ?", (kept.id,))
            writing.execute("DELETE FROM sessions WHERE id = ?", (kept.id,))
        self._database.rebuild()
        return kept

    def erase_all(self) -> tuple[KeptSession, ...]:
        """Remove every session and return what was removed.

        Raises
        ------
        StoreError
            If the file cannot be written.
        """
        with self._database.writing() as writing:
            kept = self.list()
            writing.execute("DELETE FROM documents")
            writing.execute("DELETE FROM sessions")
        self._database.rebuild()
        return kept

    def _free_id(self, started_at: datetime, text: str) -> str:
        """Return an id such as ``2026-11-23-1830-a3f``; its last part comes from what is kept, not from chance."""
        for attempt in count():
            digest = hashlib.sha256(f"{started_at.isoformat()} {attempt} {text}".encode()).hexdigest()
            name = f"{started_at:%Y-%m-%d-%H%M}-{digest[: CODE_LENGTH + attempt // 64]}"
            if not self._database.rows("SELECT 1 FROM sessions WHERE id = ?", name):
                return name
        raise AssertionError("counting does not end")
