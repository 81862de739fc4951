"""Keeps the sound of a session as FLAC, as it was heard; silence stands where it was lost or left unobserved."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from attune.errors import StoreError
from attune.events import Block, Gap, Unobserved
from attune.timebase import SAMPLE_RATE

_SILENCE = SAMPLE_RATE
"""Longest stretch of silence that is written at once."""

LOSSLESS = ".flac"


class SoundKeeper:
    """Writes sound to a file of its own, mode 0600; a context manager.

    Parameters
    ----------
    folder
        Made if it is missing.
    channels
        Columns of the blocks.
    """

    def __init__(self, *, folder: Path, channels: int) -> None:
        self.path = folder / f"recording-{os.getpid()}{LOSSLESS}"
        self._channels = channels
        self._file: Any = None

    def __enter__(self) -> Self:
        """Open the file.

        Raises
        ------
        StoreError
            If it cannot be made.
        """
        import soundfile

        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.unlink(missing_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            self._file = soundfile.SoundFile(
                self.path, "w", samplerate=SAMPLE_RATE, channels=self._channels, subtype="PCM_16"
            )
        except (OSError, RuntimeError) as error:
            raise StoreError(f"the sound cannot be kept in {self.path.parent}: {error}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def keep(self, item: object) -> None:
        """Write a stretch of sound; what is no sound is let pass.

        Raises
        ------
        StoreError
            If the disk is full or the file is gone.
        """
        try:
            match item:
                case Block():
                    self._file.write(item.samples)
                case Gap() | Unobserved():
                    for start in range(0, item.span.duration, _SILENCE):
                        count = min(_SILENCE, item.span.duration - start)
                        self._file.write(np.zeros((count, self._channels), np.int16))
                case _:
                    pass
        except (OSError, RuntimeError) as error:
            raise StoreError(f"the sound cannot be kept in {self.path}: {error}") from error

    def renamed(self, name: str) -> Path | None:
        """Give the closed file its session's name and return where it is; None if somebody has erased it."""
        try:
            return self.path.replace(self.path.with_name(name + LOSSLESS))
        except FileNotFoundError:
            return None


def forsaken_sounds(folder: Path) -> list[Path]:
    """Return recordings that belong to no session: those of programs that were killed, and of one that runs now."""
    return sorted(folder.glob(f"recording-*{LOSSLESS}"))


def kept_sound(folder: Path, name: str) -> Path | None:
    """Return where the sound of a session is kept, None if it is not."""
    path = folder / (name + LOSSLESS)
    return path if path.is_file() else None
