"""Phrases that wait to be decoded, when decoding is slower than talking.

Theory of operation. Each phrase that was asked for has one standing::

    WAITING ──take──▶ DECODING ──complete──▶ final: answered and forgotten
       │  ▲              │        └────────▶ speculative: ANSWERED, kept until it is promoted or discarded
       │  │promote       └─discard─▶ UNWANTED ──complete──▶ forgotten, its answer ignored
       ▼  │                            └─put again─▶ DECODING
    SET_ASIDE    speculative, there was no room; it comes back as final if it is promoted

Discarding forgets a phrase that is not being decoded. Finals are never dropped: what is waiting may exceed the room
for it by as many as there are. The queue has no lock and no clock; whoever shares it between threads guards it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from attune.errors import SequenceError
from attune.events import Transcript, TranscriptFailed, TranscriptionRequest, Urgency
from attune.timebase import samples_of_ms, seconds

Answer = Transcript | TranscriptFailed
"""What becomes of a phrase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """How much sound may wait.

    Source: `room_ms` chosen: two phrases of the greatest length and some short ones; a decoder that is further behind
    should spend its time on phrases that are known to be finished.
    """

    room_ms: int = 60_000

    def __post_init__(self) -> None:
        if self.room_ms <= 0:
            raise ValueError(f"room for waiting sound is positive, not {self.room_ms} ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStatistics:
    """What waits now, and what happened since the start.

    `set_aside` counts speculations for which there was no room.
    """

    waiting: int
    waiting_samples: int
    decoding: int
    answered: int
    discarded: int
    set_aside: int

    @property
    def waiting_seconds(self) -> float:
        """How much sound waits: the lag of the text, on a machine that decodes in real time."""
        return seconds(self.waiting_samples)


class _Standing(Enum):
    WAITING = auto()
    SET_ASIDE = auto()
    DECODING = auto()
    ANSWERED = auto()
    UNWANTED = auto()


@dataclass(slots=True, kw_only=True)
class _Entry:
    request: TranscriptionRequest
    urgency: Urgency
    standing: _Standing = _Standing.WAITING
    answer: Answer | None = None

    @property
    def final(self) -> bool:
        return self.urgency is Urgency.FINAL


class DecodeQueue:
    """Requests in, answers out; finals first, each in the order in which it was asked for."""

    def __init__(self, *, settings: QueueSettings | None = None) -> None:
        self._room = samples_of_ms((settings or QueueSettings()).room_ms)
        self._entries: dict[str, _Entry] = {}
        self._answered = 0
        self._discarded = 0
        self._set_aside = 0

    @property
    def statistics(self) -> QueueStatistics:
        """What waits, and what happened so far."""
        waiting = self._of(_Standing.WAITING)
        decoding = len(self._of(_Standing.DECODING)) + len(self._of(_Standing.UNWANTED))
        return QueueStatistics(
            waiting=len(waiting),
            waiting_samples=_samples(waiting),
            decoding=decoding,
            answered=self._answered,
            discarded=self._discarded,
            set_aside=self._set_aside,
        )

    def put(self, request: TranscriptionRequest) -> None:
        """Let a phrase wait. When there is no room, the oldest speculations are set aside.

        Raises
        ------
        SequenceError
            If the phrase is here already.
        """
        known = self._entries.get(request.phrase.id)
        if known is None:
            self._entries[request.phrase.id] = _Entry(request=request, urgency=request.urgency)
            self._make_room()
        elif known.standing is _Standing.UNWANTED:
            known.standing, known.urgency = _Standing.DECODING, request.urgency
        else:
            raise SequenceError(f"phrase {request.phrase.id} was requested twice")

    def take(self) -> TranscriptionRequest | None:
        """Return what to decode next, or None when nothing waits."""
        waiting = self._of(_Standing.WAITING)
        if not waiting:
            return None
        entry = next((entry for entry in waiting if entry.final), waiting[0])
        entry.standing = _Standing.DECODING
        return entry.request

    def promote(self, phrase_id: str) -> Answer | None:
        """Make a speculation final; return its answer if that has come already.

        Raises
        ------
        SequenceError
            If no such phrase is wanted.
        """
        entry = self._wanted(phrase_id)
        entry.urgency = Urgency.FINAL
        if entry.standing is _Standing.ANSWERED:
            del self._entries[phrase_id]
            self._answered += 1
            return entry.answer
        if entry.standing is _Standing.SET_ASIDE:
            del self._entries[phrase_id]
            entry.standing = _Standing.WAITING
            self._entries[phrase_id] = entry
            self._make_room()
        return None

    def discard(self, phrase_id: str) -> None:
        """Forget a speculation that speech overtook.

        Raises
        ------
        SequenceError
            If no such phrase is wanted.
        """
        entry = self._wanted(phrase_id)
        self._discarded += 1
        if entry.standing is _Standing.DECODING:
            entry.standing = _Standing.UNWANTED
        else:
            del self._entries[phrase_id]

    def complete(self, answer: Answer) -> Answer | None:
        """Return the answer if it is wanted now; a speculation's is kept, a discarded phrase's ignored.

        Raises
        ------
        SequenceError
            If the phrase was not taken.
        """
        entry = self._entries.get(answer.phrase_id)
        if entry is None or entry.standing not in (_Standing.DECODING, _Standing.UNWANTED):
            raise SequenceError(f"an answer came for phrase {answer.phrase_id}, which is not being decoded")
        if entry.standing is _Standing.DECODING and not entry.final:
            entry.standing, entry.answer = _Standing.ANSWERED, answer
            return None
        del self._entries[answer.phrase_id]
        if entry.standing is _Standing.UNWANTED:
            return None
        self._answered += 1
        return answer

    def _of(self, standing: _Standing) -> list[_Entry]:
        return [entry for entry in self._entries.values() if entry.standing is standing]

    def _wanted(self, phrase_id: str) -> _Entry:
        entry = self._entries.get(phrase_id)
        if entry is None or entry.standing is _Standing.UNWANTED:
            raise SequenceError(f"phrase {phrase_id} is not wanted by anybody")
        return entry

    def _make_room(self) -> None:
        waiting = self._of(_Standing.WAITING)
        excess = _samples(waiting) - self._room
        for entry in waiting:
            if excess <= 0:
                return
            if not entry.final:
                entry.standing = _Standing.SET_ASIDE
                self._set_aside += 1
                excess -= len(entry.request.samples)


def _samples(entries: list[_Entry]) -> int:
    return sum(len(entry.request.samples) for entry in entries)
