"""What is written where the output's encoding lacks a letter: the nearest plain mark, never an error.

A pipe on Windows or a terminal without UTF-8 has no “quotes” and no minus sign. A question mark in their place would
read as if somebody had asked.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable

HANDLER = "attune.plain"
"""Name under which the codecs know `plainly`."""

PLAIN = {
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "–": "-",
    "−": "-",
    "·": "-",
    "…": "...",
    "✓": "x",
    "≤": "<=",
}
"""The marks that Attune's own texts use, and what stands for them."""


def make_tolerant(streams: Iterable[object]) -> None:
    """Let text streams write a plain mark for a letter that their encoding lacks."""
    codecs.register_error(HANDLER, plainly)
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=HANDLER)


def plainly(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for letters that cannot be encoded, and where to go on; an error handler of the codecs."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(PLAIN.get(letter, "?") for letter in lacking), error.end
