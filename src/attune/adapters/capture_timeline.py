"""Where captured sound lies in time: blocks and gaps at 16 kHz, one after the other, from whatever a device delivers.

Theory of operation: the position counts samples at 16 kHz. Sound moves it by its own length, resampled exactly. A
loss that the device reports moves it by the length of the loss. An outage (nothing comes at all) is told while it
lasts: each call of `silent` adds a gap up to a clock time, and when sound is there again `over` (or the loss that the
device reports for the same time) adds only what is still missing. So the parts always join, and their sum is the time
that has passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attune.adapters.resampling import StreamResampler, resampled_length, to_float32, to_int16
from attune.adapters.ring import Loss
from attune.events import Block, Gap, GapCause
from attune.timebase import Span, samples_of


@dataclass(slots=True, kw_only=True)
class _Outage:
    """A time without sound: since when (seconds of the clock), and how many samples of it are told already."""

    since: float
    told: int = 0


class CaptureTimeline:
    """Turns one device stream after another into a timeline without a hole.

    Parameters
    ----------
    channels
        Of all the streams.
    """

    def __init__(self, *, channels: int) -> None:
        self.position = 0
        self._channels = channels
        self._rate = 0
        self._resampler: StreamResampler | None = None
        self._outage: _Outage | None = None

    @property
    def silent_since(self) -> float | None:
        """Clock time at which the present outage began, None while sound flows."""
        return None if self._outage is None else self._outage.since

    def begin(self, *, rate: int) -> None:
        """Expect the sound of a stream at this rate in Hz."""
        self._rate = rate
        self._resampler = None

    def heard(self, samples: NDArray[np.int16]) -> Iterator[Block]:
        """Yield what is ready of int16 sound of shape (n, channels); an outage that was told ends here."""
        self._outage = None
        if self._resampler is None:
            self._resampler = StreamResampler(rate=self._rate, channels=self._channels)
        yield from self._block(self._resampler.feed(to_float32(samples)))

    def lost(self, loss: Loss) -> Iterator[Block | Gap]:
        """Yield a gap for frames that a device or a ring lost; what `silent` told of it is not told twice."""
        told = 0 if self._outage is None else self._outage.told
        self._outage = None
        yield from self.end()
        length = max(1, resampled_length(loss.frames, rate=self._rate))
        yield from self._gap(length - told, loss.why)

    def end(self) -> Iterator[Block]:
        """Yield what the resampler still holds: the sound stops here."""
        if self._resampler is not None:
            rest = self._resampler.finish()
            self._resampler = None
            yield from self._block(rest)

    def silent(self, *, since: float, until: float, why: GapCause) -> Iterator[Block | Gap]:
        """Yield a gap for the part of an outage that is not told yet; times in seconds of the clock."""
        yield from self.end()
        if self._outage is None:
            self._outage = _Outage(since=since)
        missing = samples_of(until - self._outage.since) - self._outage.told
        if missing > 0:
            self._outage.told += missing
            yield from self._gap(missing, why)

    def over(self, *, at: float, why: GapCause) -> Iterator[Block | Gap]:
        """Yield the last gap of an outage; `at` is the clock time of the first sound after it."""
        if self._outage is not None:
            yield from self.silent(since=self._outage.since, until=at, why=why)
            self._outage = None

    def _block(self, samples: NDArray[np.float32]) -> Iterator[Block]:
        if len(samples):
            block = Block(start=self.position, samples=to_int16(samples))
            self.position += len(samples)
            yield block

    def _gap(self, length: int, why: GapCause) -> Iterator[Gap]:
        if length > 0:
            gap = Gap(span=Span(self.position, self.position + length), why=why)
            self.position += length
            yield gap
