"""Where sound comes from: what a source is, and a recording played as if it were a microphone."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue
from typing import Protocol

import numpy as np

from attune.events import Block, Sound
from attune.timebase import SAMPLE_RATE


class SoundSource(Protocol):
    """Where sound comes from: a microphone, or a recording played in real time."""

    def sounds(self) -> Iterator[Sound]:
        """Yield contiguous sound from sample 0 until stopped or at its end."""
        ...

    def stop(self) -> None:
        """End the iteration soon; safe from any thread and from a signal handler."""
        ...


class PacedSource:
    """Blocks of a recording, each as late as a microphone would deliver it.

    Parameters
    ----------
    blocks
        Contiguous from sample 0.
    clock
        Returns seconds that never run back.
    held
        While it is true the recording waits, and silence comes instead: the people in it let the coach finish.
    """

    def __init__(
        self, blocks: Iterable[Block], *, clock: Callable[[], float], held: Callable[[], bool] = lambda: False
    ) -> None:
        self._blocks = blocks
        self._clock = clock
        self._held = held
        self._stopping = False
        self._wakes: SimpleQueue[None] = SimpleQueue()

    def sounds(self) -> Iterator[Sound]:
        """Yield the blocks in real time, with silence where the recording was held."""
        began = self._clock()
        added = 0
        for block in self._blocks:
            while self._held() and not self._stopping:
                yield self._due(Block(start=block.start + added, samples=np.zeros_like(block.samples)), began)
                added += len(block.samples)
            if self._stopping:
                return
            yield self._due(Block(start=block.start + added, samples=block.samples), began)

    def stop(self) -> None:
        """End the iteration at once; safe from a signal handler, where an Event can find its own lock held."""
        self._stopping = True
        self._wakes.put(None)

    def _due(self, block: Block, began: float) -> Block:
        early = began + block.span.stop / SAMPLE_RATE - self._clock()
        if early > 0.0:
            with contextlib.suppress(Empty):
                self._wakes.get(timeout=early)
        return block


class SwiftSource:
    """Blocks of a recording as fast as they can be taken."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._blocks = blocks
        self._stopping = False

    def sounds(self) -> Iterator[Sound]:
        """Yield the blocks."""
        for block in self._blocks:
            if self._stopping:
                return
            yield block

    def stop(self) -> None:
        """End the iteration."""
        self._stopping = True
