"""Lets two voices teach how they sound together: mixes and strings their sound together, as it was heard.

Everything here is laid out by counting, nothing by chance, so that a session heard again learns the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from attune.hearing.framer import FRAME
from attune.hearing.voices.encoder import ANSWERS, FEATURE_CONTEXT, HOP_FRAMES, WINDOW_FRAMES, VoiceEncoder

SLOT = HOP_FRAMES * FRAME
"""Samples of a slot: 80 ms."""

WINDOW = ANSWERS * SLOT
"""Samples of a window: 0.8 s."""

LEVELS_DB = (0.0, 3.0, -3.0, 1.5, -1.5)
"""By how much the first voice is made louder than it was heard against the second.

Source: chosen; people speak up when they speak at once, by a few dB (tuned on composed conversations: ±3 dB).
"""

MIXTURES = 12
"""Mixtures for one lesson, of two windows' length each.

Source: chosen; 6 do nearly as well on composed conversations.
"""

_MIXED = 2 * WINDOW
_MIXED_HOPS = range(0, WINDOW + 1, 2 * SLOT)
_CHANGE_FRAMES = tuple(range(WINDOW_FRAMES - HOP_FRAMES, HOP_FRAMES, -2 * HOP_FRAMES))


def mixed_windows(
    first: Sequence[NDArray[np.int16]], second: Sequence[NDArray[np.int16]], *, encoder: VoiceEncoder
) -> Iterator[NDArray[np.float32]]:
    """Yield windows (n, ANSWERS, size) of both voices at once, a mixture at a time.

    Parameters
    ----------
    first, second
        Sound of each voice alone: int16, shape (n,), n ≥ `WINDOW`.
    """
    for k, (one, other) in enumerate(islice(_pairs(first, second, length=_MIXED), MIXTURES)):
        gain = 10 ** (LEVELS_DB[k % len(LEVELS_DB)] / 40)
        sound = one * np.float32(gain) + other / np.float32(gain)
        yield embedded(sound, [at for at in _MIXED_HOPS if at + WINDOW <= len(sound)], encoder=encoder)


def changing_windows(
    first: Sequence[NDArray[np.int16]], second: Sequence[NDArray[np.int16]], *, encoder: VoiceEncoder
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int64]]]:
    """Yield windows (n, ANSWERS, size) in which one voice follows the other, and after how many frames: (n,)."""
    for k, (one, other) in enumerate(islice(_pairs(first, second, length=WINDOW), MIXTURES)):
        before, after = (one, other) if k % 2 == 0 else (other, one)
        sound = np.concatenate([before[-WINDOW:], after[:WINDOW]])
        changed_at = np.array(_CHANGE_FRAMES)
        yield embedded(sound, (WINDOW - changed_at * FRAME).tolist(), encoder=encoder), changed_at


def _pairs(
    first: Sequence[NDArray[np.int16]], second: Sequence[NDArray[np.int16]], *, length: int
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Yield pairs of pieces of one voice and the other, equally long, at most `length` and at least `WINDOW` samples.

    Pieces are laid end to end over each voice's sound, and the two rows run through at different speeds.
    """
    rows = [_pieces(sound, length=length) for sound in (first, second)]
    for k in range(len(rows[0]) * len(rows[1])):
        one, other = rows[0][k % len(rows[0])], rows[1][(k % len(rows[0]) + k // len(rows[0])) % len(rows[1])]
        both = min(len(one), len(other))
        yield one[:both], other[:both]


def _pieces(sounds: Sequence[NDArray[np.int16]], *, length: int) -> list[NDArray[np.float32]]:
    """Return some sound in pieces, in −1..1, the long ones first in turn so that all of it comes to bear early."""
    pieces = [
        sound[at : at + length].astype(np.float32) / np.float32(32_768)
        for sound in sounds
        for at in range(0, max(1, len(sound) - WINDOW + 1), length)
    ]
    return sorted((piece for piece in pieces if len(piece) >= WINDOW), key=len, reverse=True)


def embedded(sound: NDArray[np.float32], starts: Sequence[int], *, encoder: VoiceEncoder) -> NDArray[np.float32]:
    """Return the windows of some sound, float32 of shape (n,) in −1..1, that begin at some samples."""
    padded = np.pad(sound, FEATURE_CONTEXT)
    features = encoder.features(padded)
    frames = [start // FRAME for start in starts]
    short = max([0, *(frame + WINDOW_FRAMES - len(features) for frame in frames)])
    features = np.pad(features, ((0, short), (0, 0)))
    return encoder.voices(np.stack([features[frame : frame + WINDOW_FRAMES] for frame in frames]))
