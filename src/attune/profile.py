"""A person's voice as Attune keeps it: embeddings, from which no sound can be made again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VoiceProfile:
    """What was learned of a voice.

    Attributes
    ----------
    encoder
        The name of the encoder that made it; profiles of different encoders cannot be compared.
    windows
        Embeddings of stretches of speech, float32, shape (n, answers, size): row k says of one stretch of 0.8 s how the
        voice looks after its first 80, 160, … ms. Vectors have length 1.
    voiced_s
        Seconds of speech that it was learned from.
    """

    encoder: str
    windows: NDArray[np.float32]
    voiced_s: float

    def __post_init__(self) -> None:
        if self.windows.ndim != 3 or self.windows.dtype != np.float32 or not len(self.windows):
            raise ValueError(f"a profile is float32 (n, answers, size), not {self.windows.dtype} {self.windows.shape}")
        if self.voiced_s <= 0:
            raise ValueError(f"a profile is learned from speech, not from {self.voiced_s} s of it")
