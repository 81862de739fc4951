"""PortAudio through sounddevice: which sound devices there are, and streams on them.

PortAudio reads the list of devices once, when it starts. To see a device that was plugged in later it has to be
stopped and started again, which kills every open stream; so all who use sound in a program share one `PortAudio`, and
`refresh` does nothing while another stream is open. sounddevice is imported on first use: without the PortAudio
library this module still imports, and the first use says what to install.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any, Literal, Protocol

from attune.adapters.sound_devices import SoundDevice
from attune.errors import DeviceError, MicrophoneError, PlaybackError

MISSING = {
    "linux": "install it with: sudo apt-get install libportaudio2 (Fedora: portaudio, Arch: portaudio)",
    "darwin": "install it with: pip install --force-reinstall sounddevice",
    "win32": "install it with: pip install --force-reinstall sounddevice",
}
"""How PortAudio comes onto each system; the wheels for macOS and Windows carry it."""

OUTPUT_LATENCY_SECONDS = 0.1
"""Sound that waits for the loudspeaker, so that a busy machine does not stutter; `stop` throws it away.

Source: chosen; at PortAudio's low latency (9 ms on PulseAudio) one second of tone lost 52 ms on two busy cores.
"""

Direction = Literal["input", "output"]

InputCallback = Callable[[Any, int, Any, Any], None]
"""Called by PortAudio with (buffer, frames, times, flags)."""

OutputCallback = Callable[[Any, int, Any, Any], None]


class Stream(Protocol):
    """An open stream of sounddevice, or a stand-in for it."""

    @property
    def active(self) -> bool:
        """Whether sound still flows."""
        ...

    @property
    def latency(self) -> float:
        """Seconds of sound that wait between program and device."""
        ...

    def start(self) -> None:
        """Let it flow."""
        ...

    def abort(self) -> None:
        """Stop at once; what waits is thrown away."""
        ...

    def close(self) -> None:
        """Release the device."""
        ...


class PortAudio:
    """The sound library of this process; share one between microphone and speaker."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._open: list[_CountedStream] = []

    def devices(self) -> tuple[SoundDevice, ...]:
        """Return every device that PortAudio knows.

        Raises
        ------
        DeviceError
            If PortAudio is missing or does not start.
        """
        library = _sounddevice()
        with self._lock:
            hosts = library.query_hostapis()
            found = library.query_devices()
            usual = library.query_hostapis(library.default.hostapi) if hosts else {}
        default_input = int(usual.get("default_input_device", -1))
        default_output = int(usual.get("default_output_device", -1))
        return tuple(
            SoundDevice(
                index=index,
                name=str(entry["name"]),
                host=str(hosts[entry["hostapi"]]["name"]),
                inputs=int(entry["max_input_channels"]),
                outputs=int(entry["max_output_channels"]),
                rate=round(entry["default_samplerate"]),
                default_input=index == default_input,
                default_output=index == default_output,
            )
            for index, entry in enumerate(found)
        )

    def supports(self, device: SoundDevice, *, direction: Direction, channels: int, rate: int) -> bool:
        """Return whether a device takes 16-bit sound of so many channels at this rate."""
        library = _sounddevice()
        check = library.check_input_settings if direction == "input" else library.check_output_settings
        try:
            with self._lock:
                check(device=device.index, channels=channels, dtype="int16", samplerate=rate)
        except (library.PortAudioError, ValueError):
            return False
        return True

    def open_input(
        self, device: SoundDevice, *, channels: int, rate: int, callback: InputCallback, finished: Callable[[], None]
    ) -> Stream:
        """Return a recording stream, not yet started.

        Raises
        ------
        MicrophoneError
            If the device does not open.
        """
        library = _sounddevice()
        return self._opened(
            lambda: library.RawInputStream(
                device=device.index,
                channels=channels,
                samplerate=rate,
                dtype="int16",
                blocksize=rate // 50,
                latency="high",
                callback=callback,
                finished_callback=finished,
            ),
            failure=lambda error: MicrophoneError(
                f"the microphone {device.name} does not open ({error}); close other programs that use it, "
                "or choose another with --device (attune devices lists them)"
            ),
        )

    def open_output(
        self, device: SoundDevice, *, rate: int, callback: OutputCallback, finished: Callable[[], None]
    ) -> Stream:
        """Return a playing stream of one channel, not yet started.

        Raises
        ------
        PlaybackError
            If the device does not open.
        """
        library = _sounddevice()
        return self._opened(
            lambda: library.RawOutputStream(
                device=device.index,
                channels=1,
                samplerate=rate,
                dtype="int16",
                blocksize=rate // 100,
                latency=OUTPUT_LATENCY_SECONDS,
                callback=callback,
                finished_callback=finished,
            ),
            failure=lambda error: PlaybackError(
                f"the speaker {device.name} does not open ({error}); close other programs that use it, "
                "or go on without a voice: attune listen --coach visual"
            ),
        )

    def stop_after_this(self) -> Exception:
        """Return what an output callback raises when it has handed out its last sound."""
        last: Exception = _sounddevice().CallbackStop()
        return last

    def refresh(self) -> bool:
        """Read the list of devices anew; False where a stream is open, which this would kill."""
        library = _sounddevice()
        with self._lock:
            if self._open:
                return False
            try:
                library._terminate()
                library._initialize()
            except library.PortAudioError as error:
                raise DeviceError(f"the sound system does not answer ({error}); start it and try again") from error
            return True

    def _forget(self, stream: _CountedStream) -> bool:
        """Strike a stream off the list; False where it is not on it any more."""
        with self._lock:
            if stream not in self._open:
                return False
            self._open.remove(stream)
            return True

    def _opened(self, make: Callable[[], Any], *, failure: Callable[[Exception], DeviceError]) -> Stream:
        library = _sounddevice()
        with self._lock:
            try:
                stream = _CountedStream(make(), self._forget, failure=failure, fault=library.PortAudioError)
            except (library.PortAudioError, ValueError) as error:
                raise failure(_short(error)) from error
            self._open.append(stream)
            return stream


class _CountedStream:
    """A stream that is forgotten when it is closed, and whose faults are told in our words."""

    def __init__(
        self,
        stream: Any,
        forget: Callable[[_CountedStream], bool],
        *,
        failure: Callable[[Exception], DeviceError],
        fault: type[Exception],
    ) -> None:
        self._stream = stream
        self._forget = forget
        self._failure = failure
        self._fault = fault

    @property
    def active(self) -> bool:
        """Whether sound still flows."""
        return bool(self._stream.active)

    @property
    def latency(self) -> float:
        """Seconds of sound that wait between program and device."""
        return float(self._stream.latency)

    def start(self) -> None:
        """Let it flow."""
        try:
            self._stream.start()
        except self._fault as error:
            self.close()
            raise self._failure(_short(error)) from error

    def abort(self) -> None:
        """Stop at once; a device that is gone has stopped already."""
        self._stream.abort(ignore_errors=True)

    def close(self) -> None:
        """Release the device; a second call does nothing, as PortAudio would read freed memory."""
        if self._forget(self):
            self._stream.close(ignore_errors=True)


def _short(error: Exception) -> Exception:
    """Return an error whose text is one line, without PortAudio's numbers."""
    text = " ".join(str(error).split())
    return Exception(text.split(": ", 1)[-1].split(" [PaErrorCode")[0])


def _sounddevice() -> ModuleType:
    try:
        import sounddevice
    except (OSError, ImportError) as error:
        remedy = MISSING.get(sys.platform, MISSING["linux"])
        raise DeviceError(f"the sound library PortAudio is missing ({error}); {remedy}") from error
    module: ModuleType = sounddevice
    return module
