"""The microphone → blocks and gaps at 16 kHz, one after the other, until it is stopped.

Theory of operation: PortAudio calls a `Capture` from its own thread; it copies into a `SampleRing`, wakes the reader
and returns. The reader (`Microphone.sounds`) waits with a time-out, empties the ring and lays the sound on a
`CaptureTimeline`. Three things can go wrong, and each becomes a gap as long as the time that passed:

- the ring or PortAudio overflows: the callback notes how much is missing at that place;
- no callback comes (starvation): after `STARVED_SECONDS` the reader tells a gap that grows with the clock;
- the device is gone (the stream finished, or it starved for `GONE_SECONDS`: on macOS and Windows an unplugged device
  merely falls silent): it is closed and opened again with back-off. Each attempt reads the list of devices anew, so a
  new default device is found, and the same device is found under another number.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from itertools import chain, repeat
from types import TracebackType
from typing import Final, Protocol, Self

from attune.adapters.capture import STARVED_SECONDS, CallbackTimings, Capture, Waker
from attune.adapters.capture_timeline import CaptureTimeline
from attune.adapters.portaudio import Direction, InputCallback, PortAudio, Stream
from attune.adapters.ring import Loss, SampleRing
from attune.adapters.sound_devices import SoundDevice, chosen_input
from attune.errors import DeviceError, MicrophoneError
from attune.events import Block, Gap, GapCause
from attune.timebase import SAMPLE_RATE

WAIT_SECONDS: Final = 0.25
"""How long the reader waits for a callback before it looks at the clock. Source: chosen; callbacks come every 20 ms."""

GONE_SECONDS: Final = 3.0
"""Without a callback for so long, the device is taken for gone. Source: chosen."""

MARGIN_SECONDS: Final = 0.5
"""A growing gap stays this far behind the clock, as the sound of a first callback is older than the callback.

Source: chosen; longer than any host's buffer of one callback.
"""

BACK_OFF_SECONDS: Final = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Pauses before each attempt to open the device again; the last one repeats. Source: chosen."""

READ_FRAMES: Final = 1 << 14
"""The longest block that the reader takes from the ring at once. Source: chosen; a third of a second at 48 kHz."""

Captured = Generator[Block | Gap, None, None]


class SoundInputs(Protocol):
    """The part of `PortAudio` that a microphone needs."""

    def devices(self) -> tuple[SoundDevice, ...]:
        """Return every device."""
        ...

    def supports(self, device: SoundDevice, *, direction: Direction, channels: int, rate: int) -> bool:
        """Return whether the device takes this format."""
        ...

    def open_input(
        self, device: SoundDevice, *, channels: int, rate: int, callback: InputCallback, finished: Callable[[], None]
    ) -> Stream:
        """Return a stream, not yet started."""
        ...

    def refresh(self) -> bool:
        """Read the list of devices anew."""
        ...


class Microphone:
    """An input device as a source of sound; a context manager. One thread reads, any thread may stop it.

    Parameters
    ----------
    device
        Number, name or part of a name; None follows the system's default.
    channels
        How many to record; None takes one, or as few as the device offers.
    ring_seconds
        How late the reader may be before sound is lost.
    opener
        The sound library, shared with the speaker; tests hand in a stand-in.
    clock
        Seconds that never run back; gaps are measured with it.
    waker
        How the reader waits and is woken.

    Attributes
    ----------
    trouble
        Why the microphone cannot be opened at the moment, one sentence; None while it records.

    Raises
    ------
    MicrophoneError
        On entering, if there is no such microphone or it does not open.
    """

    def __init__(
        self,
        *,
        device: int | str | None = None,
        channels: int | None = None,
        ring_seconds: float = 10.0,
        opener: SoundInputs | None = None,
        clock: Callable[[], float] = time.monotonic,
        waker: Waker | None = None,
    ) -> None:
        self.trouble: str | None = None
        self._wanted: int | str | SoundDevice | None = device
        self._wanted_channels = channels
        self._ring_seconds = ring_seconds
        self._opener: SoundInputs = opener or PortAudio()
        self._clock = clock
        self._waker = waker or Waker()
        self._timings = CallbackTimings()
        self._device: SoundDevice | None = None
        self._capture: Capture | None = None
        self._stopping = False

    @property
    def device(self) -> SoundDevice:
        """The device that records, or did until it was unplugged; another one than before if the default changed."""
        if self._device is None:
            raise _not_open()
        return self._device

    @property
    def channels(self) -> int:
        """How many channels the blocks have."""
        if self._wanted_channels is None:
            raise _not_open()
        return self._wanted_channels

    @property
    def waiting(self) -> int:
        """How many samples at 16 kHz have been captured and wait to be read."""
        capture = self._capture
        return 0 if capture is None else round(len(capture.ring) * SAMPLE_RATE / capture.rate)

    def callback_p99_us(self) -> float | None:
        """Return the 99th percentile of the callback's duration in microseconds, None before the first."""
        return self._timings.p99_us()

    def __enter__(self) -> Self:
        self._capture = self._opened()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._capture is not None:
            self._capture.close()

    def stop(self) -> None:
        """Let `sounds` deliver what is there and end; safe from any thread and from a signal handler."""
        self._stopping = True
        self._waker.wake()

    def sounds(self) -> Iterator[Block | Gap]:
        """Yield sound as it comes, from sample 0 without a hole, until `stop`; once for each time it is entered."""
        capture = self._capture
        if capture is None:
            raise _not_open()
        timeline = CaptureTimeline(channels=self.channels)
        while capture is not None:
            timeline.begin(rate=capture.rate)
            yield from self._until_gone(capture, timeline)
            capture.close()
            yield from self._waiting_in(capture, timeline)
            yield from timeline.end()
            capture = yield from self._reopened(timeline, since=capture.heard_until)

    def _until_gone(self, capture: Capture, timeline: CaptureTimeline) -> Captured:
        """Yield what one stream delivers until it ends or the microphone is stopped."""
        quiet = 0.0
        waited_from = self._clock()
        while not self._stopping and not capture.finished and quiet < GONE_SECONDS:
            self._waker.wait(WAIT_SECONDS)
            now = self._clock()
            # A process that was suspended sees the clock jump; only time spent waiting for sound counts as quiet.
            quiet = 0.0 if len(capture.ring) else quiet + min(now - waited_from, WAIT_SECONDS)
            waited_from = now
            yield from self._waiting_in(capture, timeline)
            if quiet and timeline.silent_since is not None:
                yield from self._growing(timeline, since=timeline.silent_since, why=_cause(capture, timeline))
            elif quiet >= STARVED_SECONDS:
                yield from self._growing(timeline, since=capture.heard_until, why=GapCause.STARVED)

    def _waiting_in(self, capture: Capture, timeline: CaptureTimeline) -> Captured:
        """Yield everything that the ring holds."""
        if not capture.running:
            capture.ring.settle()
        while (item := capture.ring.read(READ_FRAMES)) is not None:
            if not capture.joined:
                capture.joined = True
                yield from timeline.over(at=capture.first_sound_at, why=_cause(capture, timeline))
            yield from timeline.lost(item) if isinstance(item, Loss) else timeline.heard(item)

    def _reopened(self, timeline: CaptureTimeline, *, since: float) -> Generator[Block | Gap, None, Capture | None]:
        """Yield the growing gap until a stream runs again, and return that; None once the microphone is stopped."""
        for pause in chain(BACK_OFF_SECONDS, repeat(BACK_OFF_SECONDS[-1])):
            until = self._clock() + pause
            while not self._stopping and (left := until - self._clock()) > 0:
                self._waker.wait(min(left, WAIT_SECONDS))
                yield from self._growing(timeline, since=since, why=GapCause.UNPLUGGED)
            if self._stopping:
                break
            try:
                self._opener.refresh()
                self._capture = self._opened()
            except DeviceError as error:
                self.trouble = str(error)
            else:
                return self._capture
        if timeline.silent_since is not None:
            yield from timeline.silent(since=since, until=self._clock(), why=GapCause.UNPLUGGED)
        return None

    def _growing(self, timeline: CaptureTimeline, *, since: float, why: GapCause) -> Captured:
        yield from timeline.silent(since=since, until=self._clock() - MARGIN_SECONDS, why=why)

    def _opened(self) -> Capture:
        """Return a running stream on the wanted device."""
        try:
            device = chosen_input(self._opener.devices(), self._wanted)
            channels = self._channels_of(device)
            native = self._supports(device, channels=channels, rate=SAMPLE_RATE)
            rate = SAMPLE_RATE if native else device.rate
            ring = SampleRing(capacity=max(1, round(self._ring_seconds * rate)), channels=channels)
            capture = Capture(ring=ring, rate=rate, clock=self._clock, waker=self._waker, timings=self._timings)
            stream = self._opener.open_input(
                device, channels=channels, rate=rate, callback=capture.callback, finished=capture.finish
            )
            capture.start(stream)
        except MicrophoneError:
            raise
        except DeviceError as error:
            raise MicrophoneError(str(error)) from error
        self._device, self._wanted_channels, self.trouble = device, channels, None
        if self._wanted is not None:
            self._wanted = device
        return capture

    def _channels_of(self, device: SoundDevice) -> int:
        """Return how many channels to record: what was asked for, or as few as the device offers."""
        if self._wanted_channels is None:
            single = self._supports(device, channels=1, rate=SAMPLE_RATE) or self._supports(
                device, channels=1, rate=device.rate
            )
            return 1 if single else device.inputs
        if not 1 <= self._wanted_channels <= device.inputs:
            have = "one channel" if device.inputs == 1 else f"{device.inputs} channels"
            raise MicrophoneError(
                f"the microphone {device.name} has {have}, and {self._wanted_channels} are to be heard; choose another "
                "with --device, or leave --channels out: one microphone is enough for two people"
            )
        return self._wanted_channels

    def _supports(self, device: SoundDevice, *, channels: int, rate: int) -> bool:
        return self._opener.supports(device, direction="input", channels=channels, rate=rate)


def list_devices(opener: SoundInputs | None = None) -> tuple[SoundDevice, ...]:
    """Return every sound device, inputs and outputs.

    Raises
    ------
    MicrophoneError
        If PortAudio is missing or does not start.
    """
    try:
        return (opener or PortAudio()).devices()
    except DeviceError as error:
        raise MicrophoneError(str(error)) from error


def _cause(capture: Capture, timeline: CaptureTimeline) -> GapCause:
    """Return why nothing is heard: a silence older than the stream is the time without a device."""
    since = timeline.silent_since
    return GapCause.UNPLUGGED if since is not None and since < capture.opened_at else GapCause.STARVED


def _not_open() -> MicrophoneError:
    return MicrophoneError("the microphone is not open; enter it with `with` first")
