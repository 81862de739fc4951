"""WebVTT subtitles that name their speakers, ``<v NAME>``; a cue may hold several voices, words have no times."""

from __future__ import annotations

import html
import re

from attune.conversation.timed_transcript import Place, TimedTranscript, TimedUtterance, TranscriptBuilder
from attune.errors import TranscriptError
from attune.timebase import Span

_TIME = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)*\s+([^>]+)>")
_TAG = re.compile(r"<[^>]*>")
_ARROW = "-->"
_NOT_CUES = ("NOTE", "STYLE", "REGION", "WEBVTT")


def parse_vtt(text: str, *, name: str) -> TimedTranscript:
    """Return what subtitles tell.

    Raises
    ------
    TranscriptError
        If the file is no WebVTT, a time cannot be read, or a cue names no speaker.
    """
    lines = text.splitlines()
    if not lines or not lines[0].startswith("WEBVTT"):
        raise TranscriptError(f"{name} is no WebVTT: its first line does not begin with WEBVTT")
    builder = TranscriptBuilder(name=name)
    for number, block in _blocks(lines):
        timing = next((index for index, line in enumerate(block) if _ARROW in line), None)
        if timing is None or block[0].startswith(_NOT_CUES):
            continue
        place = Place(name, f"line {number + timing}")
        span = _span(block[timing], place=place)
        for speaker, spoken in _voices("\n".join(block[timing + 1 :]), place=place):
            builder.add(TimedUtterance(speaker=speaker, span=span, text=spoken or None), place=place)
    return builder.finished()


def _blocks(lines: list[str]) -> list[tuple[int, list[str]]]:
    """Return the runs of lines between empty ones, each with the number of its first line."""
    blocks: list[tuple[int, list[str]]] = []
    fresh = True
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            fresh = True
        elif fresh:
            blocks.append((number, [line]))
            fresh = False
        else:
            blocks[-1][1].append(line)
    return blocks


def _span(line: str, *, place: Place) -> Span:
    """Return the time of a cue, from its line ``0:01.000 --> 0:02.500 align:start``."""
    before, _, after = line.partition(_ARROW)
    start, end = (_TIME.fullmatch(part) for part in (before.strip(), (after.split() or [""])[0]))
    if start is None or end is None:
        raise place.error(f"{line.strip()[:40]!r} is no time of a cue, like 00:01.000 --> 00:02.500")
    return place.span(_seconds(start), _seconds(end))


def _seconds(time: re.Match[str]) -> float:
    hours, minutes, seconds, fraction = time.groups(default="0")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000


def _voices(payload: str, *, place: Place) -> list[tuple[str, str]]:
    """Return who says what in a cue."""
    parts = _VOICE.split(payload)
    if _plain(parts[0]) or len(parts) == 1:
        raise place.error(f"{_plain(payload)[:40]!r} names no speaker; write <v NAME> before what each person says")
    return [(_plain(speaker), _plain(spoken)) for speaker, spoken in zip(parts[1::2], parts[2::2], strict=True)]


def _plain(text: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", text)).split())
