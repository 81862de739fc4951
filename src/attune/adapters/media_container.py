"""Compressed recordings and films (m4a, aac, webm, mp4, mkv, mp3 …) through PyAV."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

HOLE_SECONDS = 0.04
"""A jump of the time stamps over this is missing sound; it becomes silence, so that what follows keeps its time.

Source: chosen; time stamps of browsers' recordings jitter by up to 20 ms, one lost AAC packet is 21-23 ms.
"""

LONGEST_HOLE_SECONDS = 600.0
"""A longer jump is a broken time stamp, and the sound goes on without a hole. Source: chosen."""

SHORTFALL_SECONDS = 0.25
"""How much sooner than promised a file may end. Source: chosen; encoders pad by up to 0.05 s."""

PADDING_FRAMES = 8192
"""At most so much is cut from the end as an encoder's padding. Source: four AAC frames of 2048."""

HEAD_BYTES = 1 << 18
"""Where an MP3 says that its length is known. Source: chosen; leaves room for a picture in front of it."""

SCALES = {"u8": 128.0, "s16": 32768.0, "s32": 2147483648.0, "s64": 9223372036854775808.0, "flt": 1.0, "dbl": 1.0}
"""Full scale of ffmpeg's sample formats."""


class NoSound(Exception):
    """The container holds no audio stream, or nothing in it decodes."""


class MediaContainer:
    """The first audio stream of one open file; `chunks` gives it once, from its first sound.

    Nothing but the file itself is opened: a play list that names other places is refused.

    Raises
    ------
    NoSound
        If no audio stream is there or nothing in it decodes.
    av.FFmpegError
        If the file is no container that ffmpeg knows.
    """

    def __init__(self, path: Path) -> None:
        self._container = av.open(str(path), options={"protocol_whitelist": "file"})
        self._missing_frames = 0
        self._undecodable = 0
        self.shortfall: str | None = None
        try:
            if not self._container.streams.audio:
                raise NoSound("it has no sound track")
            self._stream = self._container.streams.audio[0]
            self._decoded = self._decode()
            first = next(self._decoded, None)
            if first is None:
                raise NoSound("nothing in it decodes")
        except BaseException:
            self._container.close()
            raise
        self._first: AudioFrame = first
        self.rate: int = first.sample_rate
        self.channels: int = first.layout.nb_channels
        self._promised = self._promised_seconds(path)
        self.frames: int | None = None if self._promised is None else round(self._promised * self.rate)

    def chunks(self, frames: int) -> Iterator[NDArray[np.float32]]:
        """Yield float32 of shape (n, channels), about `frames` long; `shortfall` says afterwards what was missing."""
        held: list[NDArray[np.float32]] = []
        size = 0
        delivered = 0
        for decoded in self._on_time():
            samples = self._without_padding(decoded, before=delivered)
            delivered += len(samples)
            size += len(samples)
            held.append(samples)
            if size >= frames:
                yield np.concatenate(held)
                held, size = [], 0
        if size:
            yield np.concatenate(held)
        self.shortfall = self.shortfall or self._told_shortfall(delivered)

    def close(self) -> None:
        """Release the file."""
        self._container.close()

    def _decode(self) -> Iterator[AudioFrame]:
        """Yield every frame that decodes; a damaged packet is passed over and counted."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.FFmpegError):
                return
            try:
                yield from (frame for frame in packet.decode() if isinstance(frame, AudioFrame))
            except av.FFmpegError:
                self._undecodable += 1

    def _on_time(self) -> Iterator[NDArray[np.float32]]:
        """Yield the samples of every frame, and silence where the time stamps jump."""
        expected: float | None = None
        frame: AudioFrame | None = self._first
        while frame is not None:
            if (frame.sample_rate, frame.layout.nb_channels) != (self.rate, self.channels):
                self.shortfall = (
                    f"changes to {frame.layout.nb_channels} channels at {frame.sample_rate} Hz on the way; "
                    "what follows was left out"
                )
                return
            if frame.pts is not None and frame.time_base is not None:
                at = float(frame.pts * frame.time_base)
                if expected is None or at - expected > LONGEST_HOLE_SECONDS:
                    expected = at
                elif at - expected > HOLE_SECONDS:
                    yield from self._silence(round((at - expected) * self.rate))
                    expected = at
            yield _float32(frame)
            expected = None if expected is None else expected + frame.samples / self.rate
            frame = next(self._decoded, None)

    def _silence(self, frames: int) -> Iterator[NDArray[np.float32]]:
        self._missing_frames += frames
        for start in range(0, frames, PADDING_FRAMES):
            yield np.zeros((min(PADDING_FRAMES, frames - start), self.channels), np.float32)

    def _without_padding(self, samples: NDArray[np.float32], *, before: int) -> NDArray[np.float32]:
        """Return samples up to the end that an MP4 states to the sample; an encoder fills its last packet up."""
        if self.frames is None or "mov" not in self._container.format.name:
            return samples
        surplus = before + len(samples) - self.frames
        return samples[: max(0, len(samples) - surplus)] if 0 < surplus <= PADDING_FRAMES else samples

    def _promised_seconds(self, path: Path) -> float | None:
        """Return the length that the header states; None where it is unknown or a guess from the bit rate."""
        name = self._container.format.name
        if "mov" in name and self._stream.duration is not None and self._stream.time_base is not None:
            return float(self._stream.duration * self._stream.time_base)
        is_sound_alone = "matroska" in name and len(self._container.streams) == 1
        if self._container.duration is not None and (is_sound_alone or (name == "mp3" and _states_mp3_length(path))):
            return float(self._container.duration / av.time_base)
        return None

    def _told_shortfall(self, delivered: int) -> str | None:
        present = delivered / self.rate
        if self._promised is not None and present < self._promised - SHORTFALL_SECONDS:
            return f"is cut off: its header promises {self._promised:.1f} s, {present:.1f} s are there"
        if self._missing_frames:
            return f"is damaged: {self._missing_frames / self.rate:.2f} s in it are missing and count as silence"
        if self._undecodable:
            return f"is damaged or cut off: {self._undecodable} of its packets could not be decoded"
        return None


def _float32(frame: AudioFrame) -> NDArray[np.float32]:
    """Return a decoded frame as (n, channels) in -1..1."""
    raw = frame.to_ndarray()
    name = frame.format.name.removesuffix("p")
    samples = raw.T if frame.format.is_planar else raw.reshape(-1, frame.layout.nb_channels)
    if name == "u8":
        samples = samples.astype(np.float32) - np.float32(128.0)
    scaled: NDArray[np.float32] = (samples / SCALES[name]).astype(np.float32)
    return scaled


def _states_mp3_length(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return any(mark in head for mark in (b"Xing", b"Info", b"VBRI"))
