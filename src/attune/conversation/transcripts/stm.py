"""NIST STM: a line for each utterance, ``file channel speaker start end [<label>] words``; words have no times."""

from __future__ import annotations

import re

from attune.conversation.timed_transcript import Place, TimedTranscript, TimedUtterance, TranscriptBuilder

_NOT_SPEECH = frozenset({"ignore_time_segment_in_scoring", "inter_segment_gap", "excluded_region"})


def parse_stm(text: str, *, name: str) -> TimedTranscript:
    """Return what an STM tells.

    Raises
    ------
    TranscriptError
        If a line lacks a field, says something impossible, or belongs to another recording than the first.
    """
    builder = TranscriptBuilder(name=name)
    recording: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith(";;"):
            continue
        place = Place(name, f"line {number}")
        fields = line.split(maxsplit=5)
        if len(fields) < 5:
            raise place.error(f"{line.strip()[:40]!r} has no file, channel, speaker, start and end")
        recording = recording or fields[0]
        if fields[0] != recording:
            raise place.error(f"it is about {fields[0]!r}, the lines before about {recording!r}; split the file in two")
        spoken = re.sub(r"^<[^>]*>\s*", "", fields[5]).strip() if len(fields) == 6 else ""
        span = place.span(fields[3], fields[4])
        if _NOT_SPEECH & {spoken.lower(), fields[2].lower()}:
            continue
        said = TimedUtterance(speaker=fields[2], span=span, text=" ".join(spoken.split()) or None)
        builder.add(said, place=place)
    return builder.finished()
