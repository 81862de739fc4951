"""Keys pressed during a session."""

from __future__ import annotations

import threading
from collections.abc import Callable


class KeyReader:
    """One thread that waits for keys and calls back with each.

    Parameters
    ----------
    read
        Returns the next key, or None after a short wait without one; raises an OSError when the terminal is gone.
    pressed
        Called on this reader's thread.
    """

    def __init__(self, read: Callable[[], str | None], *, pressed: Callable[[str], None]) -> None:
        self._read = read
        self._pressed = pressed
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="attune-keys", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._ending.set()
        self._thread.join(timeout=1.0)

    def _work(self) -> None:
        while not self._ending.is_set():
            try:
                key = self._read()
            except OSError:  # the terminal is gone, and no key will come from it
                return
            if key is not None:
                self._pressed(key)
