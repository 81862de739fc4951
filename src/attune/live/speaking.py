"""Having text synthesised beside listening."""

from __future__ import annotations

import threading
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from attune.errors import AttuneError, VoiceError


class Spoken(Protocol):
    """The sound of a sentence."""

    @property
    def samples(self) -> NDArray[np.int16]:
        """The sound, shape (n,)."""
        ...

    @property
    def rate(self) -> int:
        """Its rate in Hz."""
        ...


class Synthesis(Protocol):
    """Turns text into sound."""

    def speak_to_samples(self, text: str) -> Spoken:
        """Return the sound of a text."""
        ...

    def close(self) -> None:
        """End what is under way; nothing can be spoken afterwards."""
        ...


Made = Spoken | AttuneError
"""Sound, or why there is none."""


class VoiceWorker:
    """One thread that has text synthesised, a sentence at a time."""

    def __init__(self, synthesis: Synthesis) -> None:
        self._synthesis = synthesis
        self._changed = threading.Condition()
        self._text: str | None = None
        self._made: Made | None = None
        self._ending = False
        self._thread = threading.Thread(target=self._work, name="attune-voice", daemon=True)
        self._thread.start()

    def say(self, text: str) -> None:
        """Have a text synthesised; what was made before is forgotten."""
        with self._changed:
            self._text, self._made = text, None
            self._changed.notify_all()

    def made(self) -> Made | None:
        """Return what has been made of the last text, once; None while it is not ready."""
        with self._changed:
            made, self._made = self._made, None
            return made

    def close(self) -> None:
        """End the thread and the sentence under way."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        self._synthesis.close()
        self._thread.join(timeout=1.0)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ending or self._text is not None)
                if self._ending or self._text is None:
                    return
                text, self._text = self._text, None
            made: Made
            try:
                made = self._synthesis.speak_to_samples(text)
            except AttuneError as error:
                made = error
            except Exception as error:  # noqa: BLE001 - a sentence that fails must not end the worker; it is shown
                made = VoiceError(f"the voice failed ({type(error).__name__}: {error})")
            with self._changed:
                if self._text is None:
                    self._made = made
