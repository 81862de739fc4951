"""The ``attune`` command as a process on the virtual sound card: its lines, its keys, and the sessions that it kept."""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from virtual_card import SoundCard

from attune.sessions.store import Store

PATIENCE_S = 60.0
"""How long a test waits for something that is to happen; only a test that fails waits so long."""

ROWS, COLUMNS = 24, 80

_CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\r")


def documents(home: Path) -> list[dict[str, Any]]:
    """Return what was kept under a home, the newest first."""
    with Store.open(home / "sessions") as store:
        return [store.get(kept.id) for kept in store.list()]


def document(home: Path) -> dict[str, Any]:
    """Return the only session that was kept under a home."""
    (only,) = documents(home)
    return only


def _environment(card: SoundCard, home: Path, extra: Mapping[str, str]) -> dict[str, str]:
    return {**card.environment, "ATTUNE_HOME": str(home), "COLUMNS": str(COLUMNS), "TERM": "xterm-256color", **extra}


class Command:
    """A running command whose output is a pipe; its lines are read as they come."""

    def __init__(self, card: SoundCard, home: Path, *arguments: str, environment: Mapping[str, str] | None = None):
        home.mkdir(exist_ok=True)
        self.home = home
        self._errors = home / "stderr"
        with self._errors.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "attune", *arguments],
                env=_environment(card, home, environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._seen: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(self, text: str) -> str:
        """Return the next line with a text in it."""
        with contextlib.suppress(Empty):
            while (line := self._lines.get(timeout=PATIENCE_S)) is not None:
                self._seen.append(line)
                if text in line:
                    return line
        raise AssertionError(f"{text!r} did not come; {''.join(self._seen)}{self._errors.read_text()}")

    def signal(self, *numbers: int) -> None:
        """Send signals, one right after the other."""
        for number in numbers:
            self.process.send_signal(number)

    def end(self) -> tuple[int, str, str]:
        """Wait for its end, and return its status, all of its output, and its errors."""
        status = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        while (line := self._lines.get(timeout=PATIENCE_S)) is not None:
            self._seen.append(line)
        return status, "".join(self._seen), self._errors.read_text()

    def close(self) -> None:
        """End it by force if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as pipe:
            for line in pipe:
                self._lines.put(line)
        self._lines.put(None)


@contextlib.contextmanager
def commands(card: SoundCard, *plans: tuple[Path, tuple[str, ...]]) -> Iterator[list[Command]]:
    """Run several commands side by side, each with a home of its own, until the block is left."""
    with contextlib.ExitStack() as stack:
        running = []
        for home, arguments in plans:
            running.append(Command(card, home, *arguments))
            stack.callback(running[-1].close)
        yield running


class Terminal:
    """A running command in a terminal of 24 lines of 80 columns: what it shows, and the keys that are pressed."""

    def __init__(self, card: SoundCard, home: Path, *arguments: str) -> None:
        home.mkdir(exist_ok=True)
        self.home = home
        self._own, its = os.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        # The first terminal that the leader of a new session opens is the one whose Ctrl-C and hanging up reach it.
        opening = ["sh", "-c", 'exec "$@" <"$0" >"$0" 2>&1', os.ttyname(its)]
        self.process = subprocess.Popen(
            [*opening, sys.executable, "-m", "attune", *arguments],
            env=_environment(card, home, {}),
            start_new_session=True,
        )
        self._its = its
        self._stopping, self._stop = os.pipe()
        self._changed = threading.Condition()
        self._shown = ""
        self._looked = 0
        self._ended = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(self, text: str) -> None:
        """Wait until a text is shown that was not looked at before."""
        with self._changed:
            self._changed.wait_for(lambda: text in self._shown[self._looked :] or self._ended, PATIENCE_S)
            assert text in self._shown[self._looked :], f"{text!r} is not shown; {self._shown[-3000:]}"
            self._looked = self._shown.index(text, self._looked) + len(text)

    def look_anew(self) -> None:
        """Count all that is shown so far as looked at."""
        with self._changed:
            self._looked = len(self._shown)

    def press(self, key: str) -> None:
        """Press a key."""
        os.write(self._own, key.encode())

    def end(self) -> tuple[int, str]:
        """Wait for its end, and return its status and all that was shown."""
        status = self.process.wait(PATIENCE_S)
        self._hang_up()
        return status, self._shown

    def hang_up(self) -> int:
        """Close the terminal, as one closes a window; wait for the end of the command, and return its status."""
        self._hang_up()
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        """End it by force if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE_S)
        self._hang_up()

    def _hang_up(self) -> None:
        if not self._ended:
            os.write(self._stop, b"!")
            self._reader.join(PATIENCE_S)
            for number in (self._own, self._its, self._stop, self._stopping):
                os.close(number)

    def _read(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        held = ""
        while True:
            ready, _, _ = select.select([self._own, self._stopping], [], [])
            if self._own not in ready:
                break
            text = held + decoder.decode(os.read(self._own, 65536))
            cut = text.rfind("\x1b")
            whole = cut < 0 or _CONTROL.match(text, cut) is not None
            text, held = (text, "") if whole else (text[:cut], text[cut:])
            with self._changed:
                self._shown += _CONTROL.sub("", text)
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()
