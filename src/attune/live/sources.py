"""Where sound comes from: what a source is, and a recording played as if it were a microphone."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue
from typing import Protocol

import numpy as np

from attune.events import Block, Sound
from attune.timebase import SAMPLE_RATE, Span


class SoundSource(Protocol):
    """Where sound comes from: a microphone, or a recording played in real time."""

    def sounds(self) -> Iterator[Sound]:
        """Yield contiguous sound from sample 0 until stopped or at its end."""
        ...

    def stop(self) -> None:
        """End the iteration soon; safe from any thread and from a signal handler."""
        ...

    @property
    def waiting(self) -> int:
        """How many samples have been captured and not yet been yielded."""
        ...


class Recital(Protocol):
    """Lets a recording be heard in the room while it is taken in."""

    def go_on(self, start: int) -> None:
        """Sound from a sample on."""
        ...

    def pause(self) -> None:
        """Fall silent now; safe from any thread."""
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
    recital
        Lets it be heard as well.
    """

    def __init__(
        self,
        blocks: Iterable[Block],
        *,
        clock: Callable[[], float],
        held: Callable[[], bool] = lambda: False,
        recital: Recital | None = None,
    ) -> None:
        self._blocks = blocks
        self._clock = clock
        self._held = held
        self._recital = recital
        self._sounding = False
        self._silences: list[Span] = []
        self._stopping = False
        self._wakes: SimpleQueue[None] = SimpleQueue()

    @property
    def waiting(self) -> int:
        """Nothing: a recording is taken in as it comes."""
        return 0

    def held_before(self, sample: int) -> int:
        """Return how many samples of silence were put in before a sample: so much later is what the recording has."""
        return sum(silence.duration for silence in self._silences if silence.stop <= sample)

    def sounds(self) -> Iterator[Sound]:
        """Yield the blocks in real time, with silence where the recording was held."""
        began = self._clock()
        added = 0
        for block in self._blocks:
            while self._held() and not self._stopping:
                self._fall_silent()
                silence = Block(start=block.start + added, samples=np.zeros_like(block.samples))
                self._silences.append(silence.span)
                added += len(block.samples)
                yield self._due(silence, began)
            if self._stopping:
                break
            self._sound_from(block.start)
            yield self._due(Block(start=block.start + added, samples=block.samples), began)
        self._fall_silent()

    def stop(self) -> None:
        """End the iteration at once; safe from a signal handler, where an Event can find its own lock held."""
        self._stopping = True
        self._wakes.put(None)

    def _sound_from(self, start: int) -> None:
        if self._recital is not None and not self._sounding:
            self._sounding = True
            self._recital.go_on(start)

    def _fall_silent(self) -> None:
        if self._recital is not None and self._sounding:
            self._sounding = False
            self._recital.pause()

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

    @property
    def waiting(self) -> int:
        """Nothing: a recording is taken in as it comes."""
        return 0

    def sounds(self) -> Iterator[Sound]:
        """Yield the blocks."""
        for block in self._blocks:
            if self._stopping:
                return
            yield block

    def stop(self) -> None:
        """End the iteration."""
        self._stopping = True
