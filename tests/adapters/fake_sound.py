"""A sound library without sound: devices, streams and time that a test scripts, all in one thread.

`FakeSound` is handed to a `Microphone` three times: as its opener, its clock and its waker. Waiting advances the clock
to the next scripted event, so a test of a device that is gone for a minute takes no time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from attune.adapters.sound_devices import SoundDevice
from attune.errors import DeviceError


def device(index: int, name: str, **changes: Any) -> SoundDevice:
    """Return a microphone of one channel at 48 kHz with changes."""
    plain = SoundDevice(
        index=index, name=name, host="ALSA", inputs=1, outputs=0, rate=48000, default_input=False, default_output=False
    )
    return replace(plain, **changes)


BUILT_IN = device(0, "built-in", default_input=True)
SPEAKER = device(9, "speaker", inputs=0, outputs=2, default_output=True)


class FakeStream:
    """A stream that runs until a test ends it."""

    def __init__(self, callback: Callable[..., None], finished: Callable[[], None], rate: int, channels: int) -> None:
        self.callback = callback
        self.finished = finished
        self.rate = rate
        self.channels = channels
        self.active = False
        self.closed = False
        self.aborted = False
        self.latency = 0.0
        self.next_value = 0

    def start(self) -> None:
        self.active = True

    def abort(self) -> None:
        self.aborted = True
        self.active = False

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeSound:
    """Scripted devices; `rates` are what they take."""

    present: tuple[SoundDevice, ...] = (BUILT_IN,)
    rates: tuple[int, ...] = (16000,)
    refuses: str | None = None
    latency: float = 0.0
    now: float = 100.0
    streams: list[FakeStream] = field(default_factory=list)
    opened_at: list[float] = field(default_factory=list)
    refreshed_at: list[float] = field(default_factory=list)
    events: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    # --- what a test scripts -------------------------------------------------------------------------------

    def at(self, seconds: float, action: Callable[[], None]) -> None:
        """Let something happen so many seconds after the beginning."""
        self.events.append((100.0 + seconds, action))
        self.events.sort(key=lambda event: event[0])

    def sound(self, start: float, stop: float, *, every: float = 0.02) -> None:
        """Deliver sound that was recorded from `start` to `stop`, in pieces, each the moment it is complete."""
        pieces = round((stop - start) / every)
        for piece in range(pieces):
            self.at(start + (piece + 1) * every, lambda: self.deliver(every))

    def deliver(self, lasting: float, *, overflow: bool = False, adc: float = 0.0) -> None:
        """Call back with a piece whose values count up from 0 in each stream."""
        stream = self.streams[-1]
        frames = round(lasting * stream.rate)
        values = (np.arange(stream.next_value, stream.next_value + frames) % 30000).astype(np.int16)
        stream.next_value += frames
        samples = np.repeat(values[:, None], stream.channels, axis=1)
        flags = SimpleNamespace(input_overflow=overflow)
        stream.callback(samples.tobytes(), frames, SimpleNamespace(inputBufferAdcTime=adc), flags)

    def unplug(self) -> None:
        """The running stream ends by itself."""
        self.streams[-1].active = False
        self.streams[-1].finished()

    # --- the clock and the waker ---------------------------------------------------------------------------

    def clock(self) -> float:
        return self.now

    def wait(self, timeout: float) -> None:
        """Advance to the next event and let it happen, or by `timeout`."""
        if self.events and self.events[0][0] <= self.now + timeout:
            self.now = max(self.now, self.events[0][0])
            while self.events and self.events[0][0] <= self.now:
                self.events.pop(0)[1]()
        else:
            self.now += timeout

    def wake(self) -> None:
        """Nobody waits in another thread."""

    # --- the opener ----------------------------------------------------------------------------------------

    def devices(self) -> tuple[SoundDevice, ...]:
        return self.present

    def supports(self, device: SoundDevice, *, direction: str, channels: int, rate: int) -> bool:
        return rate in self.rates and channels <= (device.inputs if direction == "input" else device.outputs)

    def open_input(self, device: SoundDevice, *, channels: int, rate: int, callback: Any, finished: Any) -> FakeStream:
        self.opened_at.append(round(self.now - 100.0, 3))
        return self._opened(FakeStream(callback, finished, rate, channels))

    def open_output(self, device: SoundDevice, *, rate: int, callback: Any, finished: Any) -> FakeStream:
        return self._opened(FakeStream(callback, finished, rate, 1))

    def refresh(self) -> bool:
        self.refreshed_at.append(round(self.now - 100.0, 3))
        return True

    def stop_after_this(self) -> Exception:
        return StopIteration()

    def _opened(self, stream: FakeStream) -> FakeStream:
        if self.refuses:
            raise DeviceError(self.refuses)
        stream.latency = self.latency
        self.streams.append(stream)
        return stream
