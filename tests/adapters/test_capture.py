"""The callback's side: what it tells the ring, how it wakes the reader, and what it costs."""

from __future__ import annotations

import signal
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from attune.adapters.capture import TIMINGS_KEPT, CallbackTimings, Capture, Waker
from attune.adapters.ring import Loss, SampleRing
from attune.events import GapCause


class Line:
    """A capture at 16 kHz whose clock a test sets."""

    def __init__(self) -> None:
        self.now = 50.0
        self.ring = SampleRing(capacity=160_000, channels=1)
        self.capture = Capture(
            ring=self.ring, rate=16000, clock=lambda: self.now, waker=Waker(), timings=CallbackTimings()
        )

    def call(self, at: float, *, adc: float = 0.0, overflow: bool = False) -> None:
        """Deliver 20 ms."""
        self.now = at
        sound = np.ones(320, np.int16).tobytes()
        flags = SimpleNamespace(input_overflow=overflow)
        self.capture.callback(sound, 320, SimpleNamespace(inputBufferAdcTime=adc), flags)

    def losses(self) -> list[Loss]:
        """Return all that the ring says was lost."""
        out = []
        while (item := self.ring.read(1000)) is not None:
            out += [item] if isinstance(item, Loss) else []
        return out


@pytest.fixture
def line() -> Line:
    """Return a fresh capture."""
    return Line()


def test_first_callback_dates_its_first_sample(line: Line) -> None:
    """The sound of a callback lies before the callback, however long the device took to begin."""
    line.call(52.0)
    assert line.capture.first_sound_at == pytest.approx(51.98)
    assert line.capture.heard_until == 52.0
    assert line.losses() == []


def test_regular_callbacks_lose_nothing(line: Line) -> None:
    """Callbacks in time, or late by less than a second, are no loss."""
    for at in (50.02, 50.04, 50.9, 51.85):
        line.call(at)
    assert line.losses() == []


def test_overflow_is_as_long_as_the_time_that_is_missing(line: Line) -> None:
    """Without time stamps of the device the clock says how much was lost."""
    line.call(50.02)
    line.call(50.24, overflow=True)
    assert line.losses() == [Loss(frames=3200, why=GapCause.OVERFLOW)]


def test_overflow_with_time_stamps_is_as_long_as_they_say(line: Line) -> None:
    """A callback that is late for other reasons too does not lengthen the loss."""
    line.call(50.02, adc=7.0)
    line.call(50.50, adc=7.12, overflow=True)
    assert line.losses() == [Loss(frames=1600, why=GapCause.OVERFLOW)]


def test_overflow_of_unknown_length_is_one_frame(line: Line) -> None:
    """A flag alone is told, though nothing measurable is missing."""
    line.call(50.02)
    line.call(50.04, overflow=True)
    assert line.losses() == [Loss(frames=1, why=GapCause.OVERFLOW)]


def test_long_silence_of_the_device_is_starvation(line: Line) -> None:
    """Two seconds without a callback are two seconds lost."""
    line.call(50.02)
    line.call(52.04)
    assert line.losses() == [Loss(frames=32000, why=GapCause.STARVED)]


def test_late_callback_whose_sound_is_in_time_loses_nothing(line: Line) -> None:
    """After the process was suspended, the device delivers what it kept: its time stamps show no hole."""
    line.call(50.02, adc=7.0)
    line.call(58.0, adc=7.02)
    assert line.losses() == []


def test_stream_that_ends_wakes_the_reader(line: Line) -> None:
    """The end of a stream is seen without waiting for a time-out."""
    line.capture.finish()
    assert line.capture.finished


def test_waker_lets_a_waiting_thread_go() -> None:
    """A reader that would wait for a minute returns when it is woken."""
    waker = Waker()
    reader = threading.Thread(target=waker.wait, args=(60.0,))
    reader.start()
    waker.wake()
    reader.join(10.0)
    assert not reader.is_alive()


def test_waker_woken_twice_lets_one_wait_go() -> None:
    """Tokens do not pile up while nobody waits: the second wait runs into its time-out."""
    waker = Waker()
    waker.wake()
    waker.wake()
    waker.wait(60.0)
    waker.wait(0.0)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="timers of POSIX")
def test_waker_can_be_woken_by_a_signal_handler_in_the_waiting_thread() -> None:
    """Ctrl-C reaches a program whose main thread waits for sound."""
    waker = Waker()
    before = signal.signal(signal.SIGALRM, lambda *_: waker.wake())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        waker.wait(60.0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def test_percentile_of_durations_counts_the_latest_callbacks() -> None:
    """Microseconds; None before the first; old ones are forgotten when the memory is full."""
    timings = CallbackTimings()
    assert timings.p99_us() is None
    for _ in range(100):
        timings.add(5_000_000)
    assert timings.p99_us() == 5000.0
    for _ in range(TIMINGS_KEPT):
        timings.add(2_000)
    assert timings.p99_us() == 2.0
