"""The newest sound and its features, as far back as a run may still begin or is under way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from attune.hearing.framer import FRAME
from attune.hearing.voices.encoder import FEATURE_CONTEXT, WINDOW_FRAMES, VoiceEncoder, frames_in
from attune.timebase import Span, samples_of

LOOK_BACK = samples_of(2.0)
"""How far back sound is held in any case. Source: chosen; a run becomes known within a second of its start."""


class FeatureStream:
    """Holds sound and features; a frame is centred on its first sample.

    Parameters
    ----------
    origin
        The first sample; what lay before it counts as silence.
    encoder
        Makes features.
    """

    def __init__(self, *, origin: int, encoder: VoiceEncoder) -> None:
        self._encoder = encoder
        self._start = origin
        self._sound = np.zeros(0, np.int16)
        self._features: list[NDArray[np.float32]] = []
        self._features_start = origin
        self._pending = np.zeros(FEATURE_CONTEXT, np.float32)

    @property
    def stop(self) -> int:
        """The sample after the last one whose frame has features."""
        return self._features_start + FRAME * sum(map(len, self._features))

    def step(self, samples: NDArray[np.int16], *, needed_from: int | None) -> None:
        """Take in sound, int16 of shape (n,); before that, let go what lies before `needed_from` and long ago."""
        self._let_go(self._start + len(self._sound) - LOOK_BACK, needed_from)
        self._sound = np.concatenate([self._sound, samples])
        known = np.concatenate([self._pending, samples.astype(np.float32) / np.float32(32_768)])
        count = frames_in(len(known))
        if count:
            self._features.append(self._encoder.features(known[: (count - 1) * FRAME + 2 * FEATURE_CONTEXT]))
        self._pending = known[count * FRAME :]

    def sound(self, span: Span) -> NDArray[np.int16]:
        """Return the sound of a stretch of time that is still held."""
        return self._sound[span.start - self._start : span.stop - self._start]

    def windows(self, starts: list[int]) -> NDArray[np.float32]:
        """Return the windows of features, (k, WINDOW_FRAMES, bands), that begin at some samples.

        What is not known yet counts as silence.
        """
        features = np.concatenate(self._features)
        frames = [(start - self._features_start) // FRAME for start in starts]
        short = max(0, max(frames) + WINDOW_FRAMES - len(features))
        padded = np.pad(features, ((0, short), (0, 0)))
        return np.stack([padded[frame : frame + WINDOW_FRAMES] for frame in frames])

    def _let_go(self, before: int, needed_from: int | None) -> None:
        if needed_from is not None:
            before = min(before, needed_from)
        surplus = before - self._start
        if surplus >= LOOK_BACK:
            self._sound = self._sound[surplus:]
            self._start = before
        while self._features and self._features_start + FRAME * len(self._features[0]) <= self._start:
            self._features_start += FRAME * len(self._features.pop(0))
