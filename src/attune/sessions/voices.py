"""The voices that were learned, in the user's database: embeddings, never sound, each with the agreement behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from attune.errors import StoreError
from attune.profile import VoiceProfile
from attune.sessions.database import BUSY_S, Database, local_now

_COLUMNS = "name, encoder, learned_at, voiced_s, agreed_by, agreed_at"


class Consent(StrEnum):
    """How a person agreed that their voice is learned."""

    KEY = "key"
    OPTION = "option"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A person agreed that their voice is learned: how, and when (with its time zone)."""

    by: Consent
    at: datetime

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError(f"the time of an agreement needs its time zone: {self.at}")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptVoice:
    """What the list of voices shows of one of them; `voiced_s` is seconds of speech that it was learned from."""

    name: str
    encoder: str
    learned_at: datetime
    voiced_s: float
    agreement: Agreement


class VoiceStore:
    """Keeps, lists, renames and erases voices. Made by `VoiceStore.open`, and closed by leaving a ``with`` block."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    @classmethod
    def open(cls, folder: Path, *, clock: Callable[[], datetime] = local_now, wait_s: float = BUSY_S) -> VoiceStore:
        """Open the store in the folder of sessions, making both if they are missing; see `Database.open`.

        Raises
        ------
        StoreError
            If it cannot be opened, is no database of sessions, or was written by a newer Attune.
        """
        return cls(Database.open(folder, clock=clock, wait_s=wait_s), clock=clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; a second time does nothing."""
        self._database.close()

    def list(self) -> tuple[KeptVoice, ...]:
        """Return every voice, by name."""
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM voices ORDER BY name")
        return tuple(
            KeptVoice(
                name=name,
                encoder=encoder,
                learned_at=datetime.fromisoformat(learned_at),
                voiced_s=voiced_s,
                agreement=Agreement(by=Consent(by), at=datetime.fromisoformat(at)),
            )
            for name, encoder, learned_at, voiced_s, by, at in rows
        )

    def has(self, name: str) -> bool:
        """Return whether a voice of this name is kept."""
        return bool(self._database.rows("SELECT 1 FROM voices WHERE name = ?", name))

    def profile(self, name: str) -> VoiceProfile:
        """Return what was learned of a voice.

        Raises
        ------
        StoreError
            If there is none of this name, or it cannot be read.
        """
        self.require(name)
        rows = self._database.rows("SELECT encoder, voiced_s, shape, windows FROM voices WHERE name = ?", name)
        try:
            encoder, voiced_s, shape, windows = rows[0]
            halves = np.frombuffer(windows, "<f2").reshape([int(size) for size in shape.split(",")])
            vectors = halves.astype(np.float32)
            lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
            if not np.all(np.isfinite(lengths) & (lengths > 0)):
                raise ValueError("an embedding has no direction")
            return VoiceProfile(encoder=encoder, windows=vectors / lengths, voiced_s=voiced_s)
        except (IndexError, TypeError, ValueError) as error:
            raise StoreError(
                f"the voice of {name} is damaged; `attune enroll --replace {name}` learns it again"
            ) from error

    def add(self, name: str, profile: VoiceProfile, *, agreement: Agreement) -> None:
        """Keep a voice; one of the same name that was there before is gone for good.

        Raises
        ------
        StoreError
            If the database cannot be written.
        """
        shape = ",".join(map(str, profile.windows.shape))
        windows = profile.windows.astype("<f2").tobytes()
        times = (self._clock().isoformat(timespec="seconds"), agreement.at.isoformat(timespec="seconds"))
        row = (name, profile.encoder, times[0], profile.voiced_s, agreement.by.value, times[1], shape, windows)
        with self._database.writing() as writing:
            replaced = writing.execute("DELETE FROM voices WHERE name = ?", (name,)).rowcount
            writing.execute(f"INSERT INTO voices ({_COLUMNS}, shape, windows) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        if replaced:
            self._database.rebuild()

    def rename(self, old: str, new: str) -> None:
        """Call a voice by another name; the old name is gone from the file.

        Raises
        ------
        StoreError
            If there is none of the old name, or one of the new name, or the file cannot be written.
        """
        self.require(old)
        if self.has(new):
            raise StoreError(f"{new} is the name of a voice already; erase that one first, or choose another name")
        with self._database.writing() as writing:
            writing.execute("UPDATE voices SET name = ? WHERE name = ?", (new, old))
        self._database.rebuild()

    def erase(self, name: str) -> None:
        """Remove a voice; nothing of it stays in the file.

        Raises
        ------
        StoreError
            If there is none of this name, or the file cannot be written.
        """
        self.require(name)
        with self._database.writing() as writing:
            writing.execute("DELETE FROM voices WHERE name = ?", (name,))
        self._database.rebuild()

    def require(self, name: str) -> None:
        """Raise StoreError if there is no voice of this name."""
        if not self.has(name):
            raise StoreError(f"no voice is called {name!r}; `attune enroll --list` shows them")
