"""NIST RTTM: a ``SPEAKER`` line for each stretch of speech, with its start and duration; there are no words."""

from __future__ import annotations

from attune.conversation.timed_transcript import Place, TimedTranscript, TimedUtterance, TranscriptBuilder
from attune.timebase import Span

_FIELDS = 8


def parse_rttm(text: str, *, name: str) -> TimedTranscript:
    """Return what an RTTM tells; lines of another type than ``SPEAKER`` are passed over.

    Raises
    ------
    TranscriptError
        If a line lacks a field, says something impossible, or belongs to another recording than the first.
    """
    builder = TranscriptBuilder(name=name)
    recording: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        fields = line.split()
        if not fields or fields[0] != "SPEAKER":
            continue
        place = Place(name, f"line {number}")
        if len(fields) < _FIELDS:
            raise place.error(f"it has {len(fields)} fields, not the {_FIELDS} up to the speaker's name")
        recording = recording or fields[1]
        if fields[1] != recording:
            raise place.error(f"it is about {fields[1]!r}, the lines before about {recording!r}; split the file in two")
        start = place.seconds(fields[3], what="start")
        length = place.seconds(fields[4], what="duration")
        span = Span.of_seconds(start, start + length)
        builder.add(TimedUtterance(speaker=fields[7], span=span, text=None), place=place)
    return builder.finished()
