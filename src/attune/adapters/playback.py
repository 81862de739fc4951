"""The speaker: play sound, and stop it at once.

`play` hands the samples to PortAudio's callback and returns; `stop` throws away what PortAudio and the system still
hold. Whoever calls `play` keeps the interval; the engine is told about it by its caller.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import soxr
from numpy.typing import NDArray

from attune.adapters.portaudio import Direction, OutputCallback, PortAudio, Stream
from attune.adapters.resampling import QUALITY, to_float32, to_int16
from attune.adapters.sound_devices import SoundDevice, chosen_output
from attune.errors import DeviceError, PlaybackError

TAIL_MARGIN_SECONDS = 0.02
"""Silence after a sound beyond what the stream holds back. Source: chosen; two callbacks."""


class SoundOutputs(Protocol):
    """The part of `PortAudio` that a speaker needs."""

    def devices(self) -> tuple[SoundDevice, ...]:
        """Return every device."""
        ...

    def supports(self, device: SoundDevice, *, direction: Direction, channels: int, rate: int) -> bool:
        """Return whether the device takes this format."""
        ...

    def open_output(
        self, device: SoundDevice, *, rate: int, callback: OutputCallback, finished: Callable[[], None]
    ) -> Stream:
        """Return a stream of one channel, not yet started."""
        ...

    def stop_after_this(self) -> Exception:
        """Return what a callback raises when it has handed out its last sound."""
        ...


class _Playing:
    """One sound on its way out: what PortAudio calls.

    It ends with as much silence as the stream holds back: PortAudio drops on some systems (ALSA's PulseAudio plug-in)
    what still waits when a stream has ended.
    """

    def __init__(self, samples: NDArray[np.int16], *, last: Callable[[], Exception]) -> None:
        self.ended = threading.Event()
        self.stream: Stream | None = None
        self.tail_frames = 0
        self._samples = samples
        self._position = 0
        self._last = last

    def callback(self, buffer: Any, frames: int, _times: Any, _flags: Any) -> None:
        """Fill the buffer; silence after the end."""
        out = np.frombuffer(buffer, np.int16)
        piece = self._samples[self._position : self._position + frames]
        out[: len(piece)] = piece
        out[len(piece) :] = 0
        self._position += frames
        if self._position > len(self._samples) + self.tail_frames:
            raise self._last()

    def finish(self) -> None:
        """The last sample was played, or the stream was stopped, or the device is gone."""
        self.ended.set()


class Speaker:
    """An output device that plays one sound at a time.

    Parameters
    ----------
    device
        Number, name or part of a name; None takes the system's default at each sound.
    opener
        The sound library, shared with the microphone; tests hand in a stand-in.
    """

    def __init__(self, *, device: int | str | None = None, opener: SoundOutputs | None = None) -> None:
        self._wanted = device
        self._opener: SoundOutputs = opener or PortAudio()
        self._lock = threading.RLock()
        self._now: _Playing | None = None

    @property
    def playing(self) -> bool:
        """Whether a sound is on its way out."""
        now = self._now
        return now is not None and not now.ended.is_set()

    def play(self, samples: NDArray[np.int16], rate: int) -> None:
        """Start to play and return; what played before is stopped.

        Parameters
        ----------
        samples
            int16, shape (n,).
        rate
            In Hz; resampled where the device does not take it.

        Raises
        ------
        PlaybackError
            If there is no speaker, or it does not open.
        """
        if samples.ndim != 1 or samples.dtype != np.int16:
            raise ValueError(f"a sound to play is int16 of shape (n,), not {samples.dtype} {samples.shape}")
        with self._lock:
            self.stop()
            try:
                device = chosen_output(self._opener.devices(), self._wanted)
                if not self._opener.supports(device, direction="output", channels=1, rate=rate):
                    samples = to_int16(soxr.resample(to_float32(samples), rate, device.rate, quality=QUALITY))
                    rate = device.rate
                playing = _Playing(samples, last=self._opener.stop_after_this)
                playing.stream = self._opener.open_output(
                    device, rate=rate, callback=playing.callback, finished=playing.finish
                )
                playing.tail_frames = round((playing.stream.latency + TAIL_MARGIN_SECONDS) * rate)
                playing.stream.start()
            except PlaybackError:
                raise
            except DeviceError as error:
                raise PlaybackError(str(error)) from error
            self._now = playing

    def stop(self) -> None:
        """Silence it now; nothing happens where nothing plays."""
        with self._lock:
            now, self._now = self._now, None
            if now is not None and now.stream is not None:
                now.stream.abort()
                now.stream.close()
                now.ended.set()

    def wait(self, timeout: float) -> bool:
        """Wait until the sound has ended, `timeout` seconds at most, and return whether it has."""
        now = self._now
        if now is None:
            return True
        if not now.ended.wait(timeout):
            return False
        with self._lock:
            if self._now is now:
                self.stop()
        return True
