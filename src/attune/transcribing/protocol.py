"""What a transcriber is: one method, handed in from outside."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from attune.events import Phrase, Transcript


class Transcriber(Protocol):
    """Turns the sound of one phrase into words."""

    @property
    def name(self) -> str:
        """What the session document calls it."""
        ...

    def transcribe(self, phrase: Phrase, samples: NDArray[np.int16]) -> Transcript:
        """Return the words of a phrase with absolute sample times.

        Parameters
        ----------
        phrase
            Who spoke, and from which sample to which.
        samples
            int16, shape (phrase.span.duration,), 16 kHz.
        """
        ...
