"""The thread that waits for keys."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue

from silent_stage import attune_threads, eventually

from attune.live.keys import KeyReader


def reading(*found: str | OSError | None) -> Callable[[], str | None]:
    """Return what reads these keys, one after the other; an error is raised, over and over at the end."""
    waiting = list(found)

    def read() -> str | None:
        item = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(item, OSError):
            raise item
        return item

    return read


def test_keys_are_handed_on_in_order() -> None:
    """A wait without a key is none."""
    pressed: SimpleQueue[str] = SimpleQueue()
    keys = KeyReader(reading("p", None, " ", "q", None), pressed=pressed.put)
    assert [pressed.get(timeout=10) for _ in range(3)] == ["p", " ", "q"]
    keys.close()
    assert attune_threads() == []


def test_terminal_that_is_gone_ends_the_thread() -> None:
    """It neither fails aloud nor reads for ever."""
    pressed: SimpleQueue[str] = SimpleQueue()
    keys = KeyReader(reading("p", OSError(5, "input/output error")), pressed=pressed.put)
    assert pressed.get(timeout=10) == "p"
    assert eventually(lambda: attune_threads() == [])
    keys.close()
