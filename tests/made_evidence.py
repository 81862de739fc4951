"""Evidence of who speaks, slot by slot, as windows of a run would give it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from attune.hearing.voices.decoding import VOICES, Voice
from attune.hearing.voices.encoder import ANSWERS

SURE = 0.98
MIXED = 0.02


def spoken(*turns: tuple[Voice, int]) -> list[Voice]:
    """Return who speaks in each slot, from turns and their lengths."""
    return [voice for voice, slots in turns for _ in range(slots)]


def evidence_of(slots: Iterable[Voice]) -> NDArray[np.float32]:
    """Return what windows say that are sure of sound of one voice, and know a change between two for none of them.

    Log-probabilities, shape (n, ANSWERS, VOICES). The last turn goes on behind the end.
    """
    said = list(slots)
    going_on = [*said, *said[-1:] * ANSWERS]
    found = np.full((len(said), ANSWERS, VOICES), np.log(MIXED), np.float32)
    for start in range(len(said)):
        for answer in range(ANSWERS):
            inside = set(going_on[start : start + answer + 1])
            if len(inside) == 1:
                found[start, answer] = np.log((1 - SURE) / 2)
                found[start, answer, inside.pop()] = np.log(SURE)
    return found


def guesses_of(slots: Iterable[Voice], *, sure: float, seed: int) -> NDArray[np.float32]:
    """Return what windows say that go by the shares of each voice in their sound, and by chance: `sure` against 1."""
    said = list(slots)
    going_on = np.eye(VOICES)[[*said, *said[-1:] * ANSWERS]]
    ends = np.arange(1, ANSWERS + 1)[:, None]
    shares = [going_on[start : start + ANSWERS].cumsum(axis=0) / ends for start in range(len(said))]
    scores = sure * np.stack(shares) + np.random.default_rng(seed).normal(size=(len(said), ANSWERS, VOICES))
    logs: NDArray[np.float32] = (scores - np.logaddexp.reduce(scores, axis=2, keepdims=True)).astype(np.float32)
    return logs
