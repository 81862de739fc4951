"""A stage without a sound card: a loudspeaker that counts samples, a voice made at once, a source that ticks both."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attune.errors import AttuneError
from attune.events import Block, Sound


@dataclass(frozen=True)
class Sentence:
    """Sound of a sentence."""

    samples: NDArray[np.int16]
    rate: int = 16_000


class InstantVoice:
    """Makes every text into a sound of one length at once, or fails."""

    def __init__(self, *, length: int = 24_000, error: AttuneError | None = None) -> None:
        self._length = length
        self._error = error
        self.texts: list[str] = []
        self.closed = 0

    def speak_to_samples(self, text: str) -> Sentence:
        """Return the sound of a text."""
        self.texts.append(text)
        if self._error is not None:
            raise self._error
        return Sentence(samples=np.full(self._length, 1_000, np.int16))

    def close(self) -> None:
        """Note that it was closed."""
        self.closed += 1


class CountingLoudspeaker:
    """Plays as time is told to pass."""

    def __init__(self, *, error: AttuneError | None = None) -> None:
        self._error = error
        self._left = 0
        self.played: list[NDArray[np.int16]] = []
        self.stops = 0

    @property
    def playing(self) -> bool:
        """Whether a sound is on its way out."""
        return self._left > 0

    def play(self, samples: NDArray[np.int16], rate: int) -> None:
        """Start to play."""
        if self._error is not None:
            raise self._error
        self.played.append(samples)
        self._left = len(samples)

    def stop(self) -> None:
        """Silence it."""
        self.stops += 1
        self._left = 0

    def pass_time(self, samples: int) -> None:
        """Let time pass."""
        self._left = max(0, self._left - samples)


class Stage:
    """A source whose time is its own: it waits, with empty blocks, for a voice that is being made.

    Parameters
    ----------
    sounds
        What is heard.
    preparing
        Whether the coach is about to sound.
    speaker
        Whose time passes with the sound.
    """

    def __init__(
        self,
        sounds: Iterable[Sound],
        *,
        speaker: CountingLoudspeaker | None = None,
        preparing: Callable[[], bool] = lambda: False,
    ) -> None:
        self._sounds = sounds
        self._speaker = speaker
        self._preparing = preparing
        self._stopped = threading.Event()
        self.stops = 0
        self.captured_ahead = 0

    def sounds(self) -> Iterator[Sound]:
        """Yield the sounds until stopped."""
        for sound in self._sounds:
            for _ in range(5_000):
                if self._stopped.is_set():
                    return
                if not self._preparing() or self._speaker is None or self._speaker.playing:
                    break
                self._stopped.wait(0.001)
                yield Block(start=sound.span.start, samples=np.zeros((0, 2), np.int16))
            if self._speaker is not None:
                self._speaker.pass_time(sound.span.duration)
            yield sound

    @property
    def waiting(self) -> int:
        """As much as a test says; nothing by itself."""
        return self.captured_ahead

    def stop(self) -> None:
        """End the iteration."""
        self.stops += 1
        self._stopped.set()


def eventually(holds: Callable[[], bool]) -> bool:
    """Return whether something comes true within ten seconds."""
    waiting = threading.Event()
    for _ in range(10_000):
        if holds():
            return True
        waiting.wait(0.001)
    return False


def attune_threads() -> list[str]:
    """Return the names of the threads that a session has started and not ended."""
    return sorted(thread.name for thread in threading.enumerate() if thread.name.startswith("attune-"))
