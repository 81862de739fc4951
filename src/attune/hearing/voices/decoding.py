"""From what windows say of their voices to stretches of one voice: a semi-Markov decoder on slots of 80 ms.

Theory of operation. Speech between two pauses (a *run*) is cut into slots of 80 ms. A window begins at every slot and
says, after 1 to `ANSWERS` slots, how likely it was the first person, the second, or both. A stretch of up to `ANSWERS`
slots is judged by the one window that begins with it and has just this length, a longer one by that window and a tenth
of each later window that it contains; so no window that reaches across a change of voice has a say in the best cut, and
a short answer in the middle of another's turn is judged by windows of its own length. The best cut of a run into
stretches, with a price for every change, is found by dynamic programming as the windows come in. What the best cuts
into all possible continuations have in common is *settled*: it is what the best cut of the whole run will be.

Source: hidden semi-Markov models (Yu 2010); prices tuned on composed conversations of real voices.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from attune.hearing.voices.encoder import ANSWERS


class Voice(IntEnum):
    """Who speaks in a stretch, as positions in rows of evidence."""

    FIRST = 0
    SECOND = 1
    BOTH = 2


VOICES = len(Voice)

CHANGE_PRICE = 8.0
"""What a change of voice within a run costs, in nats.

Source: tuned on composed conversations; 6 does nearly as well.
"""

LAPSE_PRICE = 1.0
"""What it costs that one of two who speak at once falls silent."""

SLOT_WEIGHT = 0.5
"""What a slot's evidence weighs: neighbouring windows share most of their sound, and say the same twice.

Source: tuned on composed conversations together with `CHANGE_PRICE`.
"""

LEAST_EVIDENCE = -6.0
"""The lowest log-probability that counts: a window may be as wrong as one in four hundred.

Source: chosen; the share of windows in composed conversations that are sure of the wrong person.
"""

SHORTEST_BOTH = 3
"""Slots that two people speak at once at least: 240 ms.

Source: chosen; shorter overlaps cannot be told from changes.
"""

_IMPOSSIBLE = -1e9

_Long = tuple[NDArray[np.float64], NDArray[np.int64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Slots ``start`` to ``stop`` of a run belong to one voice, or to both."""

    start: int
    stop: int
    voice: Voice


def _prices() -> NDArray[np.float64]:
    """Return what a change from one voice (row) to another (column) costs."""
    prices = np.full((VOICES, VOICES), CHANGE_PRICE)
    prices[Voice.BOTH] = LAPSE_PRICE
    np.fill_diagonal(prices, -_IMPOSSIBLE)
    return prices


class Decoder:
    """Cuts one run into stretches, slot by slot."""

    _PRICES = _prices()
    _FIRST_PRICES = np.array([0.0, 0.0, CHANGE_PRICE])
    _WEIGHT = SLOT_WEIGHT * np.arange(1, ANSWERS + 1)[:, None]

    def __init__(self) -> None:
        self._evidence = np.zeros((0, ANSWERS, VOICES))
        self._enter = [-self._FIRST_PRICES]
        self._before = [np.full(VOICES, -1)]
        self._best = [np.full(VOICES, _IMPOSSIBLE)]
        self._since = [np.zeros(VOICES, np.int64)]
        self._long = np.full(VOICES, _IMPOSSIBLE)
        self._long_since = np.zeros(VOICES, np.int64)

    @property
    def evidence(self) -> NDArray[np.float64]:
        """What has been taken in, as far as it counts."""
        return self._evidence

    @property
    def slots(self) -> int:
        """Slots that have been decoded."""
        return len(self._best) - 1

    def push(self, evidence: NDArray[np.floating]) -> None:
        """Take in the next windows: log-probabilities, shape (n, ANSWERS, VOICES), one window a slot."""
        floored = np.maximum(evidence, LEAST_EVIDENCE)
        self._evidence = np.concatenate([self._evidence, floored])
        while self.slots < len(self._evidence):
            self._advance()

    def stretches(self) -> tuple[Stretch, ...]:
        """Return the best cut of all slots so far."""
        if not self.slots:
            return ()
        return self._traced(int(self._best[-1].argmax()), stop=self.slots)

    def settled(self) -> tuple[Stretch, ...]:
        """Return the stretches with which the best cut begins, whatever may come.

        The stretch that will reach beyond the last slot begins at one of a few boundaries: for each length that it may
        still have and each voice the best one is known now, as windows that have begun are known whole.
        """
        if not self.slots:
            return ()
        open_since = {(self.slots, int(voice)) for voice in self._before[-1]}
        long = self._long, self._long_since
        for stop in range(self.slots + 1, self.slots + ANSWERS):
            best, since, long = self._ending(stop, long)
            open_since |= {
                (int(start), int(self._before[start][voice]))
                for voice, start in enumerate(since)
                if best[voice] > _IMPOSSIBLE / 2
            }
        paths = [self._traced(voice, stop=start) for start, voice in open_since]
        shared: list[Stretch] = []
        for alike in zip(*paths, strict=False):
            if any(stretch != alike[0] for stretch in alike):
                break
            shared.append(alike[0])
        return tuple(shared)

    def _advance(self) -> None:
        """Find the best cut of the slots up to the next boundary, for each voice that may sound before it."""
        best, since, (self._long, self._long_since) = self._ending(self.slots + 1, (self._long, self._long_since))
        changed = best[:, None] - self._PRICES
        self._best.append(best)
        self._since.append(since)
        self._before.append(changed.argmax(axis=0))
        self._enter.append(changed.max(axis=0))

    def _ending(self, stop: int, long: _Long) -> tuple[NDArray[np.float64], NDArray[np.int64], _Long]:
        """Return what the best cut with a boundary is worth and where its last stretch begins, for each voice.

        Parameters
        ----------
        stop
            The boundary; of stretches that end there, those that begin at a decoded boundary and whose first window
            is known are looked at.
        long
            The same of stretches longer than a window that end a slot earlier; its successor is returned, too.
        """
        starts = np.arange(min(stop, self.slots + 1, len(self._evidence)) - 1, max(0, stop - ANSWERS) - 1, -1)
        lengths = stop - starts
        entered = np.stack([self._enter[start] for start in starts])
        value = entered + self._evidence[starts, lengths - 1] * self._WEIGHT[lengths - 1]
        value[lengths < SHORTEST_BOTH, Voice.BOTH] = _IMPOSSIBLE
        chosen = value.argmax(axis=0)
        every = np.arange(VOICES)
        best, since = value[chosen, every], starts[chosen]
        worth, long_since = long
        if stop >= ANSWERS:
            first = stop - ANSWERS
            whole = self._evidence[first, ANSWERS - 1]
            going_on = worth + SLOT_WEIGHT * whole
            beginning = self._enter[first] + self._WEIGHT[-1] * whole
            newer = beginning > going_on
            worth, long_since = np.where(newer, beginning, going_on), np.where(newer, first, long_since)
            longer = worth > best
            best, since = np.where(longer, worth, best), np.where(longer, long_since, since)
        return best, since, (worth, long_since)

    def _traced(self, voice: int, *, stop: int) -> tuple[Stretch, ...]:
        found: list[Stretch] = []
        while stop > 0:
            start = int(self._since[stop][voice])
            found.append(Stretch(start=start, stop=stop, voice=Voice(voice)))
            voice, stop = int(self._before[start][voice]), start
        return tuple(reversed(found))


def decoded(evidence: NDArray[np.floating]) -> tuple[Stretch, ...]:
    """Return the best cut of a whole run, given its windows' evidence, shape (n, ANSWERS, VOICES)."""
    decoder = Decoder()
    decoder.push(evidence)
    return decoder.stretches()
