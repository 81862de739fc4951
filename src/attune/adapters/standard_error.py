"""Keeps what C libraries print on standard error out of a picture in the terminal."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def libraries_silenced() -> Iterator[None]:
    """Throw away what libraries write to standard error by themselves, where it is a terminal; Python's own stays.

    ALSA and PortAudio print lines there when a device goes away. They would tear the live view, and what they say
    reaches the user anyway, as a gap or as one line of ours. Sent to a file (``2> FILE``) they are kept.
    """
    if not sys.stderr or not sys.stderr.isatty():
        yield
        return
    sys.stderr.flush()
    number = sys.stderr.fileno()
    terminal = os.dup(number)
    try:
        with (
            open(terminal, "w", encoding=sys.stderr.encoding, errors="replace", closefd=False) as own,
            open(os.devnull, "wb") as nowhere,
            contextlib.redirect_stderr(own),
        ):
            os.dup2(nowhere.fileno(), number)
            yield
    finally:
        os.dup2(terminal, number)
        os.close(terminal)
