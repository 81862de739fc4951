"""A session as the list of sessions shows it, and as a row of the database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

COLUMNS = "id, started_at, kind, source, duration_s, speakers, turns, transfers, acts, feedback"
"""The columns of the table of sessions, in the order of `row_of` and `kept_of`."""


class SessionKind(StrEnum):
    """Which command a session came from."""

    LISTEN = "listen"
    ANALYZE = "analyze"
    DEMO = "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSession:
    """What the list of sessions shows of one of them; `duration_s` is in seconds, `started_at` has its time zone."""

    id: str
    started_at: datetime
    kind: SessionKind
    source: str
    duration_s: float
    speakers: tuple[str, ...]
    turns: int
    transfers: int
    acts: int
    feedback: int


def listed_as(document: Mapping[str, Any], *, id: str, kind: SessionKind, started_at: datetime) -> KeptSession:
    """Return how a document is listed."""
    return KeptSession(
        id=id,
        started_at=started_at,
        kind=kind,
        source=document["source"],
        duration_s=document["duration"],
        speakers=tuple(document["speakers"]),
        turns=len(document["turns"]),
        transfers=len(document["transfers"]),
        acts=len(document["acts"]),
        feedback=len(document["feedback"]),
    )


def row_of(kept: KeptSession) -> tuple[object, ...]:
    """Return a session as a row of the database."""
    speakers = json.dumps(kept.speakers, ensure_ascii=False)
    started_at = kept.started_at.isoformat(timespec="seconds")
    head = (kept.id, started_at, kept.kind.value, kept.source, kept.duration_s, speakers)
    return (*head, kept.turns, kept.transfers, kept.acts, kept.feedback)


def kept_of(row: tuple[Any, ...]) -> KeptSession:
    """Return a row of the database as a session."""
    id, started_at, kind, source, duration_s, speakers, turns, transfers, acts, feedback = row
    return KeptSession(
        id=id,
        started_at=datetime.fromisoformat(started_at),
        kind=SessionKind(kind),
        source=source,
        duration_s=duration_s,
        speakers=tuple(json.loads(speakers)),
        turns=turns,
        transfers=transfers,
        acts=acts,
        feedback=feedback,
    )
