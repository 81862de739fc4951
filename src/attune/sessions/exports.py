"""A session as text for other programs: RTTM, Praat TextGrid, and tables of comma-separated values.

Everything is made from the session document, so an export never says more, or anything else, than the document does.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from attune.events import SessionRecord
from attune.sessions.document import session_document

NO_WORDS = "[…]"
"""Label of a turn that was heard but not transcribed; an empty label would mean silence in a TextGrid."""

TRANSFERS_TIER = "transfers"

_SEGMENT_COLUMNS = ("speaker", "start", "end", "confidence")
_TURN_COLUMNS = ("id", "speaker", "start", "end", "text")
_TRANSFER_COLUMNS = ("id", "kind", "from", "to", "at", "offset", "confidence", "flavour")
_ACT_COLUMNS = ("id", "kind", "subkind", "speaker", "start", "end", "evidence", "confidence", "source")
_MEASURE_COLUMNS = ("speaker", "measure", "value", "n", "iqr_low", "iqr_high", "observed")
_FEEDBACK_COLUMNS = ("at", "text", "because", "delivery")

_FORMULA_STARTS = "=+-@＝＋－＠"
_CONTROL_STARTS = "\t\r\n\0"


# --- RTTM --------------------------------------------------------------------------------------------------


def rttm(record: SessionRecord) -> str:
    """Return who speaks when as RTTM: one ``SPEAKER`` line for each segment, seconds with milliseconds.

    Fields are parted by spaces, so white space in the name of a file or a person becomes ``_``.
    """
    document = session_document(record)
    name = _field(PurePath(document["source"]).stem) or "session"
    return "".join(
        f"SPEAKER {name} 1 {s['start']:.3f} {s['end'] - s['start']:.3f} <NA> <NA> {_field(s['speaker'])} <NA> <NA>\n"
        for s in document["segments"]
    )


def _field(text: str) -> str:
    return "_".join(text.split())


# --- Praat -------------------------------------------------------------------------------------------------


def textgrid(record: SessionRecord) -> str:
    """Return a Praat TextGrid (long form): an interval tier of turns for each person, a point tier of transfers."""
    document = session_document(record)
    turns, transfers = document["turns"], document["transfers"]
    end = max([document["duration"], *(t["end"] for t in turns), *(t["at"] for t in transfers)])
    names = list(document["speakers"])
    names += sorted({t["speaker"] for t in turns} - set(names))
    tiers = [_interval_tier(name, [t for t in turns if t["speaker"] == name], end) for name in names]
    tiers.append(_point_tier(transfers, end))
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", f"xmax = {end}"]
    lines += ["tiers? <exists>", f"size = {len(tiers)}", "item []:"]
    for number, tier in enumerate(tiers, start=1):
        lines += [f"    item [{number}]:", *(f"        {line}" for line in tier)]
    return "\n".join(lines) + "\n"


def _interval_tier(name: str, turns: Sequence[Mapping[str, Any]], end: float) -> list[str]:
    intervals: list[tuple[float, float, str]] = []
    reached: float = 0
    for turn in turns:
        start = max(turn["start"], reached)
        if turn["end"] <= start:
            continue  # Praat refuses intervals without length
        if start > reached:
            intervals.append((reached, start, ""))
        intervals.append((start, turn["end"], turn["text"] or NO_WORDS))
        reached = turn["end"]
    if reached < end:
        intervals.append((reached, end, ""))
    lines = ['class = "IntervalTier"', f"name = {_quoted(name)}", "xmin = 0", f"xmax = {end}"]
    lines.append(f"intervals: size = {len(intervals)}")
    for number, (start, stop, text) in enumerate(intervals, start=1):
        lines += [f"intervals [{number}]:", f"    xmin = {start}", f"    xmax = {stop}", f"    text = {_quoted(text)}"]
    return lines


def _point_tier(transfers: Sequence[Mapping[str, Any]], end: float) -> list[str]:
    marks: dict[float, list[str]] = {}  # Praat allows one point at a time
    for transfer in transfers:
        marks.setdefault(transfer["at"], []).append(f"{transfer['kind']} {transfer['from']}>{transfer['to']}")
    lines = ['class = "TextTier"', f"name = {_quoted(TRANSFERS_TIER)}", "xmin = 0", f"xmax = {end}"]
    lines.append(f"points: size = {len(marks)}")
    for number, (at, texts) in enumerate(sorted(marks.items()), start=1):
        lines += [f"points [{number}]:", f"    number = {at}", f"    mark = {_quoted('; '.join(texts))}"]
    return lines


def _quoted(text: str) -> str:
    return '"' + " ".join(text.split()).replace('"', '""') + '"'


# --- comma-separated values --------------------------------------------------------------------------------


def csv_tables(record: SessionRecord) -> dict[str, str]:
    """Return the tables of a session by file name, as RFC 4180 text with a heading row.

    What a person said or typed may begin like a spreadsheet formula (``=``, ``+``, ``-``, ``@``); such a cell gets an
    apostrophe in front, which spreadsheets read as "this is text". Numbers stay numbers.
    """
    document = session_document(record)
    feedback = [{**f, "because": " ".join(f["because"])} for f in document["feedback"]]
    return {
        "segments.csv": _table(_SEGMENT_COLUMNS, document["segments"]),
        "turns.csv": _table(_TURN_COLUMNS, document["turns"]),
        "transfers.csv": _table(_TRANSFER_COLUMNS, document["transfers"]),
        "acts.csv": _table(_ACT_COLUMNS, document["acts"]),
        "measures.csv": _table(_MEASURE_COLUMNS, _measure_rows(document["measures"])),
        "feedback.csv": _table(_FEEDBACK_COLUMNS, feedback),
    }


def _measure_rows(measures: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Iterable[Mapping[str, Any]]:
    for speaker, figures in measures.items():
        for key, figure in figures.items():
            low, high = figure.get("iqr", (None, None))
            yield {**figure, "speaker": speaker, "measure": key, "iqr_low": low, "iqr_high": high}


def _table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    value = value.replace("\0", "")
    if value[:1] in tuple(_CONTROL_STARTS) or value.lstrip()[:1] in tuple(_FORMULA_STARTS):
        return "'" + value
    return value
