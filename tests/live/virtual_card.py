"""The virtual sound card: what is played into ``room`` is heard by microphones; speakers play into ``coach``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import pytest
from numpy.typing import NDArray

SCRIPT = Path(__file__).parents[2] / "scripts" / "virtual_sound_card"
RECORDED_HZ = 48_000


class SinkRecording:
    """What a sink plays, recorded from the moment it is made until it is stopped: int16, one channel, 48 kHz."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        self._process = process
        self._heard = bytearray(process.stdout.read(2))
        self._reader = threading.Thread(target=self._read, args=(process.stdout,))
        self._reader.start()

    def stop(self) -> NDArray[np.int16]:
        """End the recording and return it; a second time returns the same."""
        self._process.terminate()
        self._reader.join()
        self._process.wait()
        return np.frombuffer(bytes(self._heard[: len(self._heard) // 2 * 2]), np.int16)

    def _read(self, pipe: IO[bytes]) -> None:
        with pipe:
            while piece := pipe.read(4096):
                self._heard += piece


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundCard:
    """A running virtual sound card; `environment` makes a process use it."""

    folder: Path
    environment: dict[str, str]

    def play(self, path: Path, *, sink: str = "room") -> subprocess.Popen[bytes]:
        """Start to play a file into a sink; the process ends when it has been played."""
        return subprocess.Popen(["paplay", f"--device={sink}", "--latency-msec=30", str(path)], env=self.environment)

    def record(self, sink: str = "coach") -> SinkRecording:
        """Start to record what a sink plays, and return when sound flows."""
        return SinkRecording(self.listen(sink))

    def listen(self, sink: str = "coach") -> subprocess.Popen[bytes]:
        """Start a process that writes what a sink plays: int16, one channel, 48 kHz."""
        form = ("--format=s16le", f"--rate={RECORDED_HZ}", "--channels=1", "--latency-msec=10", "--raw")
        command = ["parec", f"--device={sink}.monitor", *form]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE)

    @contextmanager
    def coach_heard_in_room(self) -> Iterator[None]:
        """Let the microphones hear the speakers, as in a room, until the block is left."""
        wire = ["module-loopback", "source=coach.monitor", "sink=room", "latency_msec=20"]
        loaded = subprocess.run(
            ["pactl", "load-module", *wire], env=self.environment, capture_output=True, text=True, check=True
        )
        try:
            yield
        finally:
            subprocess.run(["pactl", "unload-module", loaded.stdout.strip()], env=self.environment, check=True)

    def run(self, program: Path, *arguments: str) -> subprocess.Popen[str]:
        """Start a Python program that uses this card, with pipes in and out."""
        return subprocess.Popen(
            [sys.executable, str(program), *arguments],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def unplug(self) -> None:
        """Take the card away, as if its cable was pulled."""
        subprocess.run([SCRIPT, "stop", self.folder], check=True, timeout=30)

    def plug_in(self) -> None:
        """Bring it back under the same name."""
        _started(self.folder)


@contextmanager
def running_sound_card() -> Iterator[SoundCard]:
    """Run a card of its own for one test; `sound_card` is shared by all."""
    # A socket lies in the folder, whose path may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="attune-card-"))
    try:
        yield SoundCard(folder=folder, environment={**os.environ, **_started(folder)})
    finally:
        subprocess.run([SCRIPT, "stop", folder], check=False, timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def _started(folder: Path) -> dict[str, str]:
    """Start a card and return the variables that lead to it."""
    run = subprocess.run([SCRIPT, "start", folder], capture_output=True, text=True, check=False, timeout=30)
    if run.returncode:
        pytest.fail(f"the virtual sound card does not start: {run.stderr.strip()}")
    return dict(line.removeprefix("export ").split("=", 1) for line in run.stdout.splitlines())
