"""Plain sound files (wav, flac, ogg, opus, aiff …) through libsndfile."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

UNKNOWN_LENGTH = 1 << 40
"""Frames from which a header's length is no length at all (a stream written to a pipe).

Source: libsndfile answers 2**63 - 1; 2**40 frames at 768 kHz are 16 days.
"""

OPEN_ENDED = frozenset({0, 0x7FFFFFFF, 0xFFFFFFFF})
"""Sizes of a WAV data chunk that say that the writer did not know.

Source: ffmpeg and sox writing to a pipe.
"""

STEP_FRAMES = 4096
"""Frames in one call of libsndfile; what a call decoded before damage is lost with it.

Source: the usual block of FLAC.
"""

OGG_PAGE_BYTES = 65_307
"""The longest Ogg page. Source: RFC 3533."""


class SoundFile:
    """One open file; `chunks` gives it once, from the start.

    Raises
    ------
    soundfile.LibsndfileError
        If the file is no sound file that libsndfile knows.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = soundfile.SoundFile(str(path))
        self.rate: int = self._file.samplerate
        self.channels: int = self._file.channels
        self.frames: int | None = self._file.frames if self._file.frames < UNKNOWN_LENGTH else None
        self.shortfall: str | None = None

    def chunks(self, frames: int) -> Iterator[NDArray[np.float32]]:
        """Yield float32 of shape (n, channels); `shortfall` says afterwards whether all of it was there."""
        delivered = 0
        damaged = False
        while not damaged:
            held: list[NDArray[np.float32]] = []
            while len(held) * STEP_FRAMES < frames:
                try:
                    held.append(self._file.read(STEP_FRAMES, dtype="float32", always_2d=True))
                except soundfile.LibsndfileError:
                    damaged = True
                    break
                if len(held[-1]) < STEP_FRAMES:
                    break
            chunk = np.concatenate(held) if held else np.zeros((0, self.channels), np.float32)
            if not len(chunk):
                break
            delivered += len(chunk)
            yield chunk
        self.shortfall = self._cut_off(delivered) if damaged else self._unfinished(delivered)

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def _cut_off(self, delivered: int) -> str:
        present = delivered / self.rate
        if self.frames is None:
            return f"is damaged or cut off after {present:.1f} s"
        return f"is damaged or cut off: {present:.1f} s of {self.frames / self.rate:.1f} s could be decoded"

    def _unfinished(self, delivered: int) -> str | None:
        if self.frames is not None and delivered < self.frames:
            return self._cut_off(delivered)
        if self._file.format in {"WAV", "WAVEX"}:
            promised = _promised_wav_seconds(self._path)
            if promised is not None and promised > delivered / self.rate:
                return f"is cut off: its header promises {promised:.1f} s, {delivered / self.rate:.1f} s are there"
        if self._file.format == "OGG" and _lacks_ogg_end(self._path):
            return f"has no end mark and may be cut off after {delivered / self.rate:.1f} s"
        return None


def _promised_wav_seconds(path: Path) -> float | None:
    """Return how long the data chunk claims to be if the file ends before it does, else None."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(4) != b"RIFF":
            return None
        file.seek(12)
        bytes_per_second = 0
        while len(header := file.read(8)) == 8:
            name, length = struct.unpack("<4sI", header)
            if name == b"data":
                whole = length in OPEN_ENDED or file.tell() + length <= size
                return None if whole or not bytes_per_second else length / bytes_per_second
            body = file.tell()
            if name == b"fmt ":
                bytes_per_second = struct.unpack("<I", file.read(16)[8:12])[0]
            file.seek(body + length + length % 2)
    return None


def _lacks_ogg_end(path: Path) -> bool:
    """Return whether the last Ogg page is incomplete or does not carry the end-of-stream flag."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - OGG_PAGE_BYTES))
        tail = file.read()
    at = tail.rfind(b"OggS")
    if at < 0 or len(tail) < at + 27:
        return True
    segments = tail[at + 27 : at + 27 + tail[at + 26]]
    complete = len(tail) >= at + 27 + len(segments) + sum(segments) and len(segments) == tail[at + 26]
    return not (complete and tail[at + 5] & 0x04)
