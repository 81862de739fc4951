"""A run under way: its windows are embedded and judged as sound comes in, and what is settled of it is told."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from attune.events import SpeechSegment, VoiceActivity
from attune.hearing.framer import FRAME
from attune.hearing.voices.casting import Cast
from attune.hearing.voices.decoding import Decoder, Stretch
from attune.hearing.voices.directions import Directions
from attune.hearing.voices.encoder import ANSWERS, HOP_FRAMES, WINDOW_FRAMES, VoiceEncoder
from attune.hearing.voices.feature_stream import FeatureStream
from attune.hearing.voices.judging import Judge
from attune.hearing.voices.mixing import SLOT
from attune.hearing.voices.runs import Run, slots_of
from attune.timebase import Span

BATCH = 4
"""Windows embedded at once while a run goes on.

Source: measured: four windows in one call cost half of four calls, more windows save nothing more.
"""


class OpenRun:
    """Reads one run.

    Parameters
    ----------
    start
        Where it starts, in samples of the session.
    stream
        Sound and features.
    encoder
        Embeds windows.
    judge
        Says whose voice it is; None if nothing is known yet, and nothing is told then.
    directions
        Where sound comes from; None with one capsule.
    names
        Of the two.
    """

    def __init__(
        self,
        *,
        start: int,
        stream: FeatureStream,
        encoder: VoiceEncoder,
        judge: Judge | None,
        directions: Directions | None,
        names: tuple[str, str],
    ) -> None:
        self.start = start
        self._stream = stream
        self._encoder = encoder
        self._judge = judge
        self._directions = directions
        self._cast = Cast(names=names, start=start)
        self._decoder = Decoder()
        self._windows: list[NDArray[np.float32]] = []
        self._count = 0
        self._told = 0

    @property
    def horizon(self) -> int:
        """The earliest sample at which a segment of this run that has not been told may start."""
        return self._cast.horizon

    def advance(self, *, sounding_until: int, now: int) -> list[VoiceActivity | SpeechSegment]:
        """Return what is settled by now.

        Parameters
        ----------
        sounding_until
            Up to where the run is known to last.
        """
        whole = (self._stream.stop - WINDOW_FRAMES * FRAME - self.start) // SLOT + 1
        ready = min(whole, (sounding_until - self.start + SLOT // 2) // SLOT) - self._count
        if ready < BATCH:
            return []
        self._embed(ready - ready % BATCH)
        if self._judge is None:
            return []
        settled = self._decoder.settled()
        return self._tell(settled[:-1], of=settled, stop=self._stream.stop, judge=self._judge, now=now)

    def close(self, stop: int, *, now: int) -> tuple[Run, list[SpeechSegment], list[VoiceActivity | SpeechSegment]]:
        """Return the finished run, all that was told of it, and what is still to be told, as it stops at a sample."""
        missing = slots_of(stop - self.start) - self._count
        if missing > 0:
            self._embed(missing)
        run = self._so_far(stop)
        if self._judge is None:
            return run, [], []
        stretches = self._decoder.stretches()
        events = self._tell(stretches, of=stretches, stop=stop, judge=self._judge, now=now)
        events += self._cast.finish(run=run, now=now)
        return run, self._cast.segments, events

    def _tell(
        self, stretches: tuple[Stretch, ...], *, of: tuple[Stretch, ...], stop: int, judge: Judge, now: int
    ) -> list[VoiceActivity | SpeechSegment]:
        if len(stretches) <= self._told:
            return []
        run = self._so_far(stop)
        parts = judge.parts_of(of, run=run, evidence=self._decoder.evidence)
        new = parts[self._told : len(stretches)]
        self._told = len(stretches)
        return self._cast.tell(new, run=run, now=now)

    def _embed(self, count: int) -> None:
        first = self.start + self._count * SLOT
        embedded = self._encoder.voices(self._stream.windows([first + k * HOP_FRAMES * FRAME for k in range(count)]))
        self._windows.append(embedded)
        if self._judge is not None:
            directed = None
            if self._directions is not None:
                reach = (self._count + count + ANSWERS) * SLOT
                directed = self._directions.frames(Span(self.start, self.start + reach))
            self._decoder.push(self._judge.evidence(embedded, directed=directed, first=self._count))
        self._count += count

    def _so_far(self, stop: int) -> Run:
        self._windows = [np.concatenate(self._windows)]
        span = Span(self.start, stop)
        directed = None if self._directions is None else self._directions.frames(span)
        return Run(span=span, sound=self._stream.sound(span).copy(), windows=self._windows[0], directed=directed)
