"""The session document ``attune.session/1``: the public form of a session, and the only form that is kept.

This is the last gate before anything is written: times become seconds here, and the words of unknown voices, should
any have come this far, stay behind.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from attune.events import (
    BOTH,
    UNKNOWN,
    Arousal,
    Feedback,
    FloorTransfer,
    Health,
    ListeningAct,
    Measure,
    SessionConsent,
    SessionRecord,
    SpeechSegment,
    SpokenTurn,
)
from attune.timebase import document_seconds

SCHEMA = "attune.session/1"
"""What the document calls itself; another shape needs another number."""

DECIMALS = 3
"""Digits kept of shares, confidences and z-values; times have milliseconds.

Source: chosen; finer than any of the figures was validated.
"""


def session_document(record: SessionRecord) -> dict[str, Any]:
    """Return a session as ``attune.session/1``: times in seconds, everything sorted by start, then id."""
    document = {
        "schema": SCHEMA,
        "source": record.source,
        "duration": _time(record.duration),
        "speakers": list(record.speakers),
        "segments": [_segment(s) for s in sorted(record.segments, key=lambda s: (s.span.start, s.id))],
        "turns": [_turn(t) for t in sorted(record.turns, key=lambda t: (t.turn.span.start, t.turn.id))],
        "transfers": [_transfer(t) for t in sorted(record.transfers, key=lambda t: (t.at, t.id))],
        "acts": [_act(a) for a in sorted(record.acts, key=lambda a: (a.span.start, a.id)) if a.speaker != UNKNOWN],
        "arousal": [_arousal(a) for a in sorted(record.arousal, key=lambda a: (a.span.start, a.speaker))],
        "measures": _measures(record),
        "feedback": [_feedback(f) for f in sorted(record.feedback, key=lambda f: (f.at, f.id))],
        "health": _health(record.health),
    }
    if record.consent is not None:
        document["consent"] = _consent(record.consent)
    cleaned = _encodable(document)
    assert isinstance(cleaned, dict)
    return cleaned


def document_text(document: Mapping[str, Any]) -> str:
    """Return a document as readable JSON, ending in a newline."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def _time(samples: int) -> float:
    return document_seconds(samples) + 0.0  # an offset of less than half a millisecond must not read "-0.0"


def _figure(value: float | None) -> float | None:
    return None if value is None else round(float(value), DECIMALS) + 0.0


def _segment(segment: SpeechSegment) -> dict[str, Any]:
    return {
        "speaker": segment.speaker,
        "start": _time(segment.span.start),
        "end": _time(segment.span.stop),
        "confidence": _figure(segment.confidence),
    }


def _turn(spoken: SpokenTurn) -> dict[str, Any]:
    turn = spoken.turn
    return {
        "id": turn.id,
        "speaker": turn.speaker,
        "start": _time(turn.span.start),
        "end": _time(turn.span.stop),
        "text": None if turn.speaker == UNKNOWN else spoken.text,
    }


def _transfer(transfer: FloorTransfer) -> dict[str, Any]:
    return {
        "id": transfer.id,
        "kind": transfer.kind.value,
        "from": transfer.from_speaker,
        "to": transfer.to_speaker,
        "at": _time(transfer.at),
        "offset": _time(transfer.offset),
        "confidence": _figure(transfer.confidence),
        "flavour": None if transfer.flavour is None else transfer.flavour.value,
    }


def _act(act: ListeningAct) -> dict[str, Any]:
    return {
        "id": act.id,
        "kind": act.kind.value,
        "subkind": act.subkind,
        "speaker": act.speaker,
        "start": _time(act.span.start),
        "end": _time(act.span.stop),
        "evidence": act.evidence,
        "confidence": _figure(act.confidence),
        "source": act.source,
    }


def _arousal(arousal: Arousal) -> dict[str, Any]:
    return {
        "speaker": arousal.speaker,
        "start": _time(arousal.span.start),
        "end": _time(arousal.span.stop),
        "pitch_z": _figure(arousal.pitch_z),
        "level_z": _figure(arousal.level_z),
        "rate_z": _figure(arousal.rate_z),
    }


def _measures(record: SessionRecord) -> dict[str, dict[str, Any]]:
    order = [name for name in record.speakers if name in record.measures]
    order += sorted(name for name in record.measures if name not in order and name != BOTH)
    out = {name: {key: _measure(m) for key, m in record.measures[name].items()} for name in order}
    out[BOTH] = {key: _measure(m) for key, m in record.measures.get(BOTH, {}).items()}
    return out


def _measure(measure: Measure) -> dict[str, Any]:
    figure: dict[str, Any] = {"value": _figure(measure.value), "n": measure.n, "observed": measure.observed}
    if measure.iqr is not None:
        figure["iqr"] = [_figure(measure.iqr[0]), _figure(measure.iqr[1])]
    return figure


def _feedback(feedback: Feedback) -> dict[str, Any]:
    return {
        "at": _time(feedback.at),
        "text": feedback.text,
        "because": list(feedback.because),
        "delivery": feedback.delivery.value,
    }


def _health(health: Health) -> dict[str, Any]:
    return {
        "attributed": _figure(health.attributed),
        "unobserved": _figure(health.unobserved),
        "lost": _figure(health.lost),
        "transcriber": health.transcriber,
        "warnings": list(health.warnings),
    }


def _consent(consent: SessionConsent) -> dict[str, Any]:
    return {"by": consent.by.value, "people": list(consent.people), "at": consent.at}


def _encodable(value: object) -> object:
    """Return the value with every string fit for UTF-8: a file name may carry bytes that are no text."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_encodable(key): _encodable(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_encodable(entry) for entry in value]
    return value
