"""Sound in, who speaks when out: cuts the blocks into steps, and begins anew after each stretch that was not heard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from attune.errors import SequenceError
from attune.events import Block, Gap, Sound, Unobserved
from attune.hearing.framer import STEP, Framer
from attune.hearing.speakers.protocol import HeardEvent, Speakers
from attune.timebase import Span


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heard:
    """What one step brought: its time, its sound (int16, (n, channels)), and what began and ended."""

    span: Span
    samples: NDArray[np.int16]
    events: tuple[HeardEvent, ...]


class Ear:
    """Hears contiguous sound.

    Parameters
    ----------
    speakers
        Tells the voices apart.
    channels
        Columns of the blocks.
    """

    def __init__(self, *, speakers: Speakers, channels: int) -> None:
        self._speakers = speakers
        self._channels = channels
        self._framer = Framer(channels=channels)
        self._fed = 0
        self._stepped = 0

    @property
    def fed(self) -> int:
        """The sample after the last one fed."""
        return self._fed

    @property
    def horizon(self) -> int:
        """The earliest sample at which a segment that has not been reported may start."""
        return min(self._speakers.horizon, self._fed)

    @property
    def doubts(self) -> tuple[str, ...]:
        """Sentences for the user about how far people can be told apart in this sound."""
        return self._speakers.doubts

    def feed(self, sound: Sound) -> Iterator[Heard]:
        """Yield the steps that a stretch of sound completes.

        Raises
        ------
        SequenceError
            If the stretch does not begin where the last one ended, or a block has another number of channels.
        """
        span = sound.span
        if span.start != self._fed:
            raise SequenceError(f"sound continues at sample {self._fed}, not {span.start}")
        self._fed = span.stop
        match sound:
            case Block():
                if sound.samples.shape[1] != self._channels:
                    raise SequenceError(f"blocks have {self._channels} channels, not {sound.samples.shape[1]}")
                for samples in self._framer.push(sound.samples):
                    yield self._step(samples)
            case Gap() | Unobserved():
                yield self._end(span.start)
                self._speakers.restart(span.stop)
                self._stepped = span.stop
            case _:
                assert_never(sound)

    def flush(self) -> Heard:
        """Return what is still open, as sound ends here."""
        return self._end(self._fed)

    def _end(self, end: int) -> Heard:
        """Hear the rest as if silence followed, and close what is open."""
        rest = self._framer.rest()
        events = self._speakers.finish(rest, now=end)
        return Heard(span=Span(end - len(rest), end), samples=rest, events=tuple(events))

    def _step(self, samples: NDArray[np.int16]) -> Heard:
        start = self._stepped
        self._stepped += STEP
        events = self._speakers.step(samples, now=self._stepped)
        return Heard(span=Span(start, self._stepped), samples=samples, events=tuple(events))
