"""Timed transcripts on disk: opens a file, finds its encoding, and hands the text to the reader of its format."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

from attune.conversation.timed_transcript import TimedTranscript
from attune.conversation.transcripts.conversation_json import parse_conversation
from attune.conversation.transcripts.rttm import parse_rttm
from attune.conversation.transcripts.stm import parse_stm
from attune.conversation.transcripts.textgrid import parse_textgrid
from attune.conversation.transcripts.vtt import parse_vtt
from attune.errors import TranscriptError

_READERS: dict[str, Callable[..., TimedTranscript]] = {
    ".json": parse_conversation,
    ".rttm": parse_rttm,
    ".stm": parse_stm,
    ".textgrid": parse_textgrid,
    ".vtt": parse_vtt,
}

TRANSCRIPT_SUFFIXES = frozenset(_READERS)
"""Suffixes, in lower case, of the files that `read_transcript` can read."""


def read_transcript(path: Path) -> TimedTranscript:
    """Return what a timed transcript tells; its suffix says the format.

    Raises
    ------
    TranscriptError
        If the file cannot be read, is of another format, or does not say what it should.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(sorted(TRANSCRIPT_SUFFIXES))
        raise TranscriptError(f"{path.name} is no timed transcript by its suffix; these are read: {known}")
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise TranscriptError(f"{path} does not exist; check the name") from error
    except OSError as error:
        raise TranscriptError(f"{path} cannot be read: {error.strerror}") from error
    if not content.strip():
        raise TranscriptError(f"{path.name} is empty")
    return reader(_decoded(content, name=path.name), name=path.name)


def _decoded(content: bytes, *, name: str) -> str:
    """Return text in UTF-8, or in UTF-16 where it begins with a byte order mark, as Praat writes it."""
    utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        what = "UTF-16, as it begins" if utf_16 else "UTF-8"
        raise TranscriptError(f"{name} is not {what} (byte {error.start + 1}); save it as UTF-8") from error
