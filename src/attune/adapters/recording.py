"""Any sound file → blocks at 16 kHz, streamed: a file of four hours needs no more memory than one of a minute.

Two decoders stand behind it: libsndfile for plain sound files, ffmpeg (PyAV) for what people's phones, browsers and
meeting programs write. MP3 goes to ffmpeg as well: both decode it to the same samples, but libsndfile's decoder prints
warnings of its own on damaged files.

What a file still holds is never lost: where it is cut off or damaged, what can be decoded is delivered, and
`Recording.truncated` says what is missing.
"""

from __future__ import annotations

import stat
from collections.abc import Generator, Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from attune.adapters.resampling import StreamResampler, resampled_length, to_int16
from attune.errors import RecordingError
from attune.events import Block

SLOWEST_HZ = 4_000
"""Below it there is no speech to hear. Source: chosen; telephones carry 8 kHz."""

FASTEST_HZ = 768_000
"""Above it a header is broken. Source: the fastest converters on sale."""

MOST_CHANNELS = 64
"""Above it a header is broken. Source: chosen; the largest field recorders have 32."""

CHUNK_VALUES = 1 << 18
"""Values decoded at once, over all channels. Source: chosen; 1 MiB, so memory stays flat for any header."""

MEDIA_SUFFIXES = frozenset(
    {".m4a", ".m4b", ".aac", ".webm", ".mp4", ".m4v", ".mov", ".mkv", ".mka", ".3gp", ".wma", ".amr", ".mp3"}
)
"""Names that go to ffmpeg at once."""

SOUND_SUFFIXES = frozenset(
    {".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".aif", ".aiff", ".au", ".caf", ".w64", ".rf64"}
)
"""Names that go to libsndfile, and nowhere else when it refuses them."""


class Decoder(Protocol):
    """What both decoders offer; `frames` is None where the header does not say."""

    rate: int
    channels: int
    frames: int | None
    shortfall: str | None

    def chunks(self, frames: int) -> Iterator[NDArray[np.float32]]:
        """Yield the sound once, float32 of shape (n, channels)."""
        ...

    def close(self) -> None:
        """Release the file."""
        ...


class Recording:
    """An open recording: iterate over its blocks, once. Made by `open_recording`.

    Attributes
    ----------
    path
        Of the file.
    channels
        How many the file has.
    duration
        In samples at 16 kHz, as far as the header can be trusted; None where it does not say.
    truncated
        Known when the last block has come: one sentence if the file is cut off or damaged, else None.
    """

    def __init__(self, *, path: Path, decoder: Decoder, block_frames: int) -> None:
        if block_frames < 1:
            raise ValueError(f"a block has at least one sample, not {block_frames}")
        self.path = path
        self.channels = decoder.channels
        self.duration = None if decoder.frames is None else resampled_length(decoder.frames, rate=decoder.rate)
        self.truncated: str | None = None
        self._decoder = decoder
        self._block_frames = block_frames
        self._chunk_frames = max(1, CHUNK_VALUES // decoder.channels)
        self._blocks = self._read()

    def __iter__(self) -> Iterator[Block]:
        """Yield blocks of int16, shape (n, channels), from sample 0 without a hole; all but the last of equal length.

        Raises
        ------
        RecordingError
            Where the sound holds a value that is no number; at the end if there was no sound at all.
        """
        return self._blocks

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the file; iteration ends."""
        self._blocks.close()
        self._decoder.close()

    def _read(self) -> Generator[Block, None, None]:
        position = 0
        held = np.zeros((0, self.channels), np.int16)
        for samples in self._resampled():
            held = np.concatenate([held, to_int16(samples)])
            whole = len(held) - len(held) % self._block_frames
            for start in range(0, whole, self._block_frames):
                yield Block(start=position, samples=held[start : start + self._block_frames])
                position += self._block_frames
            held = held[whole:]
        if len(held):
            yield Block(start=position, samples=held)
        if self._decoder.shortfall is not None:
            self.truncated = f"{self.path.name} {self._decoder.shortfall}."
        if not position and not len(held):
            raise _no_sound(self.path)

    def _resampled(self) -> Iterator[NDArray[np.float32]]:
        resampler = StreamResampler(rate=self._decoder.rate, channels=self.channels)
        frames = 0
        for chunk in self._decoder.chunks(self._chunk_frames):
            _check_finite(chunk, path=self.path, at_frame=frames, rate=self._decoder.rate)
            frames += len(chunk)
            yield resampler.feed(chunk)
        yield resampler.finish()


def open_recording(path: Path, *, block_frames: int = 4800) -> Recording:
    """Return a recording ready to be read.

    Parameters
    ----------
    path
        Of any sound file or film with sound.
    block_frames
        Length of the blocks in samples at 16 kHz.

    Raises
    ------
    RecordingError
        If the file is missing, cannot be read, is no recording, holds no sound, or has a header that cannot be true.
    """
    head = _checked_head(path)
    decoder = _decoder_of(path, head)
    try:
        _check_header(path, decoder)
    except RecordingError:
        decoder.close()
        raise
    return Recording(path=path, decoder=decoder, block_frames=block_frames)


def _checked_head(path: Path) -> bytes:
    try:
        if stat.S_ISDIR(path.stat().st_mode):
            raise RecordingError(f"{path} is a folder; name the sound files in it")
        if not stat.S_ISREG(path.stat().st_mode):
            raise RecordingError(f"{path} is no regular file; save the sound to a file first")
        with path.open("rb") as file:
            head = file.read(16)
    except FileNotFoundError as error:
        raise RecordingError(f"{path} does not exist; check the name") from error
    except PermissionError as error:
        raise RecordingError(f"{path} may not be read by this user; change its permissions") from error
    except OSError as error:
        raise RecordingError(f"{path} cannot be read ({error.strerror or error}); copy it to another disk") from error
    if not head:
        raise RecordingError(f"{path} is empty (0 bytes); record or export it again")
    return head


def _decoder_of(path: Path, head: bytes) -> Decoder:
    suffix = path.suffix.lower()
    is_container = head[4:8] == b"ftyp" or head[:4] == b"\x1aE\xdf\xa3"
    if suffix in MEDIA_SUFFIXES or is_container:
        return _media_container(path)
    from soundfile import LibsndfileError

    from attune.adapters.sound_file import SoundFile

    try:
        return SoundFile(path)
    except LibsndfileError as error:
        if suffix in SOUND_SUFFIXES:
            raise _unreadable(path, str(error.error_string).strip().rstrip(".")) from error
    return _media_container(path)


def _media_container(path: Path) -> Decoder:
    from av import FFmpegError

    from attune.adapters.media_container import MediaContainer, NoSound

    try:
        return MediaContainer(path)
    except NoSound as error:
        raise _unreadable(path, str(error)) from error
    except (FFmpegError, ValueError) as error:
        raise _unreadable(path, getattr(error, "strerror", None) or str(error)) from error


def _check_header(path: Path, decoder: Decoder) -> None:
    if not SLOWEST_HZ <= decoder.rate <= FASTEST_HZ:
        raise RecordingError(
            f"{path} claims {decoder.rate} samples a second, which cannot be true "
            f"({SLOWEST_HZ} to {FASTEST_HZ} can); its header is broken, export it again"
        )
    if not 1 <= decoder.channels <= MOST_CHANNELS:
        raise RecordingError(
            f"{path} claims {decoder.channels} channels, more than {MOST_CHANNELS}; "
            "its header is broken, export it again"
        )
    if decoder.frames == 0:
        raise _no_sound(path)


def _check_finite(chunk: NDArray[np.float32], *, path: Path, at_frame: int, rate: int) -> None:
    finite = np.isfinite(chunk)
    if finite.all():
        return
    frame, channel = np.argwhere(~finite)[0]
    value = "NaN (not a number)" if np.isnan(chunk[frame, channel]) else "an infinite value"
    raise RecordingError(
        f"{path} holds {value} at {(at_frame + frame) / rate:.3f} s in channel {channel + 1}; "
        "export it again, for example as 16-bit WAV"
    )


def _no_sound(path: Path) -> RecordingError:
    return RecordingError(f"{path} holds no sound (its length is 0); record or export it again")


def _unreadable(path: Path, why: str) -> RecordingError:
    return RecordingError(f"{path} cannot be read as sound ({why}); export it again, for example as WAV or FLAC")
