"""Single keys from a terminal, without waiting for a line."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

WAIT_SECONDS = 0.1
"""How long a read waits for a key: the end of a session is noticed within this time. Source: chosen."""

ReadKey = Callable[[], str | None]
"""Returns the next key, or None after `WAIT_SECONDS` without one; raises an OSError when the terminal is gone."""


@contextlib.contextmanager
def terminal_keys() -> Iterator[ReadKey | None]:
    """Take single keys from standard input until the block is left; yields None where it is no terminal.

    The terminal's own mode is restored in any case; Ctrl-C keeps its meaning.
    """
    if not sys.stdin or not sys.stdin.isatty():
        yield None
    elif sys.platform == "win32":
        yield _windows_key
    else:
        with _posix_keys() as read:
            yield read


if sys.platform == "win32":

    def _windows_key() -> str | None:
        import msvcrt
        import threading

        if not msvcrt.kbhit():
            threading.Event().wait(WAIT_SECONDS)
        return msvcrt.getwch() if msvcrt.kbhit() else None

else:

    @contextlib.contextmanager
    def _posix_keys() -> Iterator[ReadKey]:
        import os
        import select
        import termios
        import tty

        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)

        def read() -> str | None:
            ready, _, _ = select.select([terminal], [], [], WAIT_SECONDS)
            if not ready:
                return None
            key = os.read(terminal, 1)
            if not key:
                raise ConnectionResetError("the terminal is gone")
            return key.decode("utf-8", "replace")

        try:
            tty.setcbreak(terminal)
            yield read
        finally:
            with contextlib.suppress(termios.error):  # a terminal that is gone has no mode
                termios.tcsetattr(terminal, termios.TCSADRAIN, before)
