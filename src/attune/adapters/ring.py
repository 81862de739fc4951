"""A ring of sound between a callback that must not wait and a reader that may be late.

One writer, one reader, no lock. The writer alone moves the `written` counter and the tail of the losses, the reader
alone moves the `consumed` counter and their head; each publishes its counter after the data that it stands for. Where
the reader is too late, the newest frames are dropped, and the reader later finds a `Loss` at the very place where they
would have been: what comes out, losses counted, is as long as what went in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attune.events import GapCause

LOSSES_KEPT = 256
"""Losses that wait for the reader at once; further ones merge with their neighbours.

Source: chosen; a reader that is 256 losses behind has lost most of the sound between them too.
"""

_CAUSES = tuple(GapCause)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Frames that are missing at this place, and why."""

    frames: int
    why: GapCause


class SampleRing:
    """Preallocated int16 sound with the places where some of it was lost.

    Parameters
    ----------
    capacity
        Frames that wait for the reader before the writer has to drop some.
    channels
        Of the sound.

    Attributes
    ----------
    overruns
        Frames dropped because the reader was late.
    """

    def __init__(self, *, capacity: int, channels: int) -> None:
        if capacity < 1 or channels < 1:
            raise ValueError(f"a ring holds at least one frame of one channel, not {capacity} of {channels}")
        self.overruns = 0
        self._frames = np.zeros((capacity, channels), np.int16)
        self._losses = np.zeros((LOSSES_KEPT, 3), np.int64)
        self._written = 0
        self._consumed = 0
        self._losses_written = 0
        self._losses_consumed = 0
        self._pending = 0
        self._pending_cause = 0

    def __len__(self) -> int:
        """Return how many frames wait for the reader."""
        return self._written - self._consumed

    # --- the writer's side ---------------------------------------------------------------------------------

    def write(self, samples: NDArray[np.int16]) -> int:
        """Store int16 of shape (n, channels) and return how many frames had room."""
        capacity = len(self._frames)
        room = capacity - len(self)
        kept = min(len(samples), room)
        if kept and not self._publish_loss():
            kept = 0
        start = self._written % capacity
        first = min(kept, capacity - start)
        self._frames[start : start + first] = samples[:first]
        self._frames[: kept - first] = samples[first:kept]
        self._written += kept
        if kept < len(samples):
            self.overruns += len(samples) - kept
            self.lose(len(samples) - kept, why=GapCause.OVERFLOW)
        return kept

    def lose(self, frames: int, *, why: GapCause) -> None:
        """Note that `frames` frames are missing here; losses with no sound between are one, with the first cause."""
        if not self._pending:
            self._pending_cause = _CAUSES.index(why)
        self._pending += frames

    def settle(self) -> None:
        """Hand the last losses to the reader; called between its reads when nothing more will be written."""
        self._publish_loss()

    def _publish_loss(self) -> bool:
        """Publish a loss that ends here; False where it cannot be said, and then no sound may follow it."""
        if not self._pending:
            return True
        if self._losses_written - self._losses_consumed == LOSSES_KEPT:
            return False
        self._losses[self._losses_written % LOSSES_KEPT] = (self._written, self._pending, self._pending_cause)
        self._losses_written += 1
        self._pending = 0
        return True

    # --- the reader's side ---------------------------------------------------------------------------------

    def read(self, frames: int) -> NDArray[np.int16] | Loss | None:
        """Return what comes next: up to `frames` frames (a copy), or a loss, or None where nothing waits."""
        limit = self._written  # before the losses: one that is published meanwhile lies at or after it
        if self._losses_consumed < self._losses_written:
            at, lost, cause = (int(value) for value in self._losses[self._losses_consumed % LOSSES_KEPT])
            if at == self._consumed:
                self._losses_consumed += 1
                return Loss(frames=lost, why=_CAUSES[cause])
            limit = min(limit, at)
        count = min(frames, limit - self._consumed)
        if count <= 0:
            return None
        places = np.arange(self._consumed, self._consumed + count) % len(self._frames)
        taken: NDArray[np.int16] = self._frames[places]
        self._consumed += count
        return taken
