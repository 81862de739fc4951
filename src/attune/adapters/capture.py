"""What happens in PortAudio's callback: copy, wake, return."""

from __future__ import annotations

import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, Final

import numpy as np

from attune.adapters.portaudio import Stream
from attune.adapters.ring import SampleRing
from attune.events import GapCause

STARVED_SECONDS: Final = 1.0
"""Without a callback for so long, sound is missing. Source: chosen; fifty times a callback's period."""

TIMINGS_KEPT: Final = 1 << 16
"""Callbacks whose duration is remembered. Source: chosen; the last 22 minutes."""


class Waker:
    """Lets a reader wait with a time-out; `wake` may be called from any thread, a callback, or a signal handler.

    Built on `SimpleQueue`, as its `put` is reentrant; an Event set by a signal handler can find its own lock held.
    """

    def __init__(self) -> None:
        self._tokens: SimpleQueue[None] = SimpleQueue()

    def wake(self) -> None:
        """Let `wait` return."""
        if self._tokens.empty():
            self._tokens.put(None)

    def wait(self, timeout: float) -> None:
        """Return when woken, or after `timeout` seconds."""
        try:
            self._tokens.get(timeout=max(0.0, timeout))
        except Empty:
            return


class CallbackTimings:
    """How long the latest callbacks took; preallocated, so that noting it costs nothing."""

    def __init__(self) -> None:
        self._nanoseconds = np.zeros(TIMINGS_KEPT, np.int64)
        self._count = 0

    def add(self, nanoseconds: int) -> None:
        """Note one callback."""
        self._nanoseconds[self._count % TIMINGS_KEPT] = nanoseconds
        self._count += 1

    def p99_us(self) -> float | None:
        """Return the 99th percentile in microseconds, None before the first callback."""
        if not self._count:
            return None
        return float(np.percentile(self._nanoseconds[: self._count], 99)) / 1000


class Capture:
    """One stream: what PortAudio calls, and what the reader looks at. The callback neither locks nor logs.

    Attributes
    ----------
    ring
        What came and was not read yet.
    rate
        Of the stream, in Hz.
    opened_at
        Clock time of the opening.
    heard_until
        Clock time of the latest callback; of the opening before there was one.
    first_sound_at
        Clock time of the first sample; of the opening before there was one.
    running, finished
        Whether the stream is open; whether it ended by itself.
    joined
        Set by the reader when it has taken the first sound.
    """

    def __init__(
        self,
        *,
        ring: SampleRing,
        rate: int,
        clock: Callable[[], float],
        waker: Waker,
        timings: CallbackTimings,
    ) -> None:
        self.ring = ring
        self.rate = rate
        self.opened_at = self.heard_until = self.first_sound_at = clock()
        self.running = False
        self.finished = False
        self.joined = False
        self._stream: Stream | None = None
        self._clock = clock
        self._waker = waker
        self._timings = timings
        self._device_time = 0.0
        self._has_begun = False

    def start(self, stream: Stream) -> None:
        """Let the sound of `stream` flow; it calls `callback` and `finish`."""
        self._stream = stream
        self.running = True
        stream.start()

    def close(self) -> None:
        """Stop and release the device; the ring keeps what came."""
        if self._stream is not None:
            self._stream.abort()
            self._stream.close()
            self._stream = None
        self.running = False

    def callback(self, buffer: Any, frames: int, times: Any, flags: Any) -> None:
        """Copy the sound into the ring and wake the reader."""
        began = time.perf_counter_ns()
        now = self._clock()
        lasting = frames / self.rate
        if self._has_begun:
            self._note_loss(now, lasting, times.inputBufferAdcTime, overflowed=flags.input_overflow)
        else:
            self.first_sound_at = now - lasting
            self._has_begun = True
        self._device_time = times.inputBufferAdcTime + lasting
        self.ring.write(np.frombuffer(buffer, np.int16).reshape(frames, -1))
        self.heard_until = now
        self._waker.wake()
        self._timings.add(time.perf_counter_ns() - began)

    def finish(self) -> None:
        """The stream has ended, because it was closed or because the device is gone."""
        self.finished = True
        self._waker.wake()

    def _note_loss(self, now: float, lasting: float, device_time: float, *, overflowed: int) -> None:
        """Tell the ring what is missing before this callback: what flags or a long silence make likely.

        Where the device stamps its sound, the smaller of both figures counts: a callback can be late with nothing lost,
        as when the process was suspended.
        """
        missing = now - self.heard_until - lasting
        if missing < STARVED_SECONDS and not overflowed:
            return
        if device_time > 0.0 and self._device_time > lasting:
            missing = min(missing, device_time - self._device_time)
        if missing >= STARVED_SECONDS:
            self.ring.lose(round(missing * self.rate), why=GapCause.STARVED)
        elif overflowed:
            self.ring.lose(max(1, round(missing * self.rate)), why=GapCause.OVERFLOW)
