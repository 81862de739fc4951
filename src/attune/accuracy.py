"""How well Attune heard test conversations whose truth is known, and so how far its figures can be relied on.

The figures are those of ``accuracy.json``, which ``scripts/evaluate_hearing`` writes from what it measured; none is
typed in by hand. A session is heard in one *mode*; which *condition* it is nearest to nobody knows, so what is said of
a mode is pooled over its conditions, with the range.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from attune.plan import Arrangement, Plan

SCHEMA = "attune.accuracy/1"
"""What the table calls itself; another shape needs another number."""


class Mode(StrEnum):
    """How people and microphones went together."""

    ONE_MICROPHONE = "one_microphone"
    ENROLLED = "one_microphone_enrolled"
    STEREO_MICROPHONE = "stereo_microphone"
    CHANNEL_EACH = "channel_each"


class Condition(StrEnum):
    """What the sound was like."""

    CLEAN = "clean"
    NOISY = "noisy"
    ROOM = "room"


class Sought(StrEnum):
    """What is found in a conversation, rightly or not."""

    OVERLAP = "overlap"
    FLOOR_CHANGES = "floor_changes"
    INTERRUPTIONS = "interruptions"
    BACKCHANNELS = "backchannels"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Shares, 0..1: of what was found, what was there (precision); of what was there, what was found (recall)."""

    precision: float
    recall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Shares of speech of one person alone that were given to that person, the other, somebody unknown, or nobody."""

    right: float
    other: float
    unknown: float
    nobody: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Error of the pause or overlap at changes of the floor that were found, in ms: the median, the 90th percentile."""

    median_ms: float
    p90_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured in one mode and condition, on so many conversations.

    `der` is the diarization error rate without a collar: missed, invented and confused speech, as a share of speech.
    """

    mode: Mode
    condition: Condition
    conversations: int
    attribution: Attribution
    der: float
    timing: Timing
    found: Mapping[Sought, Found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A figure pooled over conditions, each counted by its conversations, and its range."""

    pooled: float
    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """The precision and recall of what is found in one mode."""

    precision: Spread
    recall: Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """What is known of one mode; nothing, where it was never measured.

    `median_ms` and `p90_ms` are of the error of pauses at changes of the floor.
    """

    found: Mapping[Sought, Reliability]
    median_ms: Spread | None
    p90_ms: Spread | None


NEVER_MEASURED = Accuracy(found={}, median_ms=None, p90_ms=None)
"""Of a mode that the table does not have."""


def rows_of(table: Mapping[str, Any]) -> tuple[Row, ...]:
    """Return the rows of a table, as parsed from JSON.

    Raises
    ------
    ValueError
        If it is no such table.
    """
    if table.get("schema") != SCHEMA:
        raise ValueError(f"the table of accuracy is {SCHEMA}, not {table.get('schema')!r}")
    try:
        return tuple(_row(row) for row in table["rows"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"the table of accuracy lacks {error}: write it anew with scripts/evaluate_hearing") from error


def _row(row: Mapping[str, Any]) -> Row:
    shares, changes = row["attribution"], row["floor_changes"]
    return Row(
        mode=Mode(row["mode"]),
        condition=Condition(row["condition"]),
        conversations=row["conversations"],
        attribution=Attribution(**{name: shares[name] for name in ("right", "other", "unknown", "nobody")}),
        der=row["der"],
        timing=Timing(median_ms=changes["median_ms"], p90_ms=changes["p90_ms"]),
        found={
            what: Found(precision=row[what.value]["precision"], recall=row[what.value]["recall"]) for what in Sought
        },
    )


def accuracy_of(rows: Iterable[Row], *, plan: Plan, enrolled: Collection[str]) -> Accuracy | None:
    """Return how well sessions of a plan are heard; None where a figure needs no such remark.

    One person alone has no figures of two, and with a channel each what is found is nearly always there (the README
    tells how nearly). `enrolled` names the people whose voices are known beforehand.
    """
    if plan.arrangement is not Arrangement.ONE_MICROPHONE:
        return None
    mode = _mode_of(plan, enrolled=enrolled)
    measured = [row for row in rows if row.mode is mode]
    if not measured:
        return NEVER_MEASURED
    return Accuracy(
        found={
            what: Reliability(
                precision=_spread(measured, [row.found[what].precision for row in measured]),
                recall=_spread(measured, [row.found[what].recall for row in measured]),
            )
            for what in Sought
        },
        median_ms=_spread(measured, [row.timing.median_ms for row in measured]),
        p90_ms=_spread(measured, [row.timing.p90_ms for row in measured]),
    )


def _mode_of(plan: Plan, *, enrolled: Collection[str]) -> Mode:
    """Return the mode that a session is heard in at least: a second capsule may help, or carry the same sound again."""
    return Mode.ENROLLED if all(name in enrolled for name in plan.speakers) else Mode.ONE_MICROPHONE


def _spread(rows: Sequence[Row], values: Sequence[float]) -> Spread:
    counts = [row.conversations for row in rows]
    pooled = sum(n * value for n, value in zip(counts, values, strict=True)) / sum(counts)
    return Spread(pooled=pooled, least=min(values), most=max(values))
