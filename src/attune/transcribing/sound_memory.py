"""The last half minute of sound, so that a phrase can be cut out of it when its end is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from attune.errors import SequenceError
from attune.timebase import Span


class SoundMemory:
    """Remembers the newest `length` samples, and in any case the newest block, whole.

    Theory of operation. One buffer of twice the length is allocated with the first sound. Sound is copied to its
    end; when the end is reached, the newest `length` samples move to the front. So every stretch lies in one
    piece, and a sample moves at most once for each time it is written. A block longer than the buffer, as when a file
    is handed over whole, makes the buffer grow to hold it: results then do not depend on the size of blocks.

    Parameters
    ----------
    length
        Samples to remember.
    """

    def __init__(self, *, length: int) -> None:
        self._length = length
        self._sound = np.zeros((0, 1), np.int16)
        self._filled = 0
        self._stop = 0

    @property
    def span(self) -> Span:
        """The time that is remembered."""
        return Span(self._stop - self._filled, self._stop)

    def append(self, start: int, samples: NDArray[np.int16]) -> None:
        """Remember a block; time that was skipped counts as silence.

        Parameters
        ----------
        start
            Time of the first sample; not before the end of the last block.
        samples
            int16, shape (n, channels), the channels as many as before.

        Raises
        ------
        SequenceError
            If the block begins before the last one ended, or has another number of channels.
        """
        if not len(self._sound):
            self._sound = np.zeros((2 * self._length, samples.shape[1]), np.int16)
            self._stop = start
        if start < self._stop:
            raise SequenceError(f"sound came twice: a block starts at sample {start}, after {self._stop} were heard")
        if samples.shape[1] != self._sound.shape[1]:
            raise SequenceError(f"sound had {self._sound.shape[1]} channels and now has {samples.shape[1]}")
        silence = min(start - self._stop, self._length)
        if silence < start - self._stop:
            self._filled = 0
        self._make_room(silence + len(samples))
        self._sound[self._filled : self._filled + silence] = 0
        self._sound[self._filled + silence : self._filled + silence + len(samples)] = samples
        self._filled += silence + len(samples)
        self._stop = start + len(samples)

    def _make_room(self, added: int) -> None:
        if self._filled + added <= len(self._sound):
            return
        kept = self._sound[max(0, self._filled - self._length) : self._filled]
        if len(kept) + added > len(self._sound):
            grown = np.zeros((len(kept) + added, self._sound.shape[1]), np.int16)
            grown[: len(kept)] = kept
            self._sound = grown
        else:
            self._sound[: len(kept)] = kept.copy()
        self._filled = len(kept)

    def read(self, span: Span, *, column: int) -> NDArray[np.int16]:
        """Return a copy of one channel of a stretch, shape (span.duration,); what is not remembered is silence."""
        out = np.zeros(span.duration, np.int16)
        known = self.span
        start, stop = max(span.start, known.start), min(span.stop, known.stop)
        if start < stop:
            out[start - span.start : stop - span.start] = self._sound[start - known.start : stop - known.start, column]
        return out
