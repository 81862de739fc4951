"""Literal conversations: who speaks from when to when, in seconds, and what is said."""

from __future__ import annotations

from attune.conversation.units import Unit
from attune.events import SpeechSegment, Word, segment_id
from attune.timebase import Span


def said(speaker: str, start: float, stop: float, text: str | None = None, *, level_dbfs: float | None = None) -> Unit:
    """Return a unit; its words, if known, share its time evenly."""
    span = Span.of_seconds(start, stop)
    segment = SpeechSegment(
        id=segment_id(speaker, span.start), span=span, speaker=speaker, level_dbfs=level_dbfs, confidence=1.0
    )
    if text is None:
        return Unit(segment=segment)
    tokens = text.split()
    size = span.duration // max(1, len(tokens))
    words = tuple(
        Word(span=Span(span.start + k * size, span.start + (k + 1) * size), text=token)
        for k, token in enumerate(tokens)
    )
    return Unit(segment=segment, words=words)
