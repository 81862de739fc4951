"""Who holds the floor, and how it passes: turns and floor transfers from inter-pausal units.

Theory of operation. The reader takes the units of all speakers in order of their start. The first speaker holds the
floor. A unit of the holder carries the turn on. A unit of somebody else is an *entry*: what it is depends on what the
holder was doing when it came, on what both do in the few seconds after it and, where words are known, on whether the
holder had finished and on what was said. So an entry is read only when `FloorSettings.lookahead` of time after it is
known. Its facts are gathered (`Entry`), and one table, `TABLE`, read from top to bottom, names its kind. An entry that
no row names is left out of the transfers. The kinds in `PASSES` give the floor to the newcomer; after the others the
holder keeps it.

What nobody could observe (the coach spoke, sound was lost) yields no transfer across it: whoever speaks next holds the
floor without having taken it.

Source: turn-taking.md; Heldner & Edlund 2010 for the terms, West & Zimmerman for the two syllables of `term_ms`.
"""

from __future__ import annotations

import math
from bisect import bisect_right, insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from heapq import heappop, heappush

from attune.conversation.acts.backchannels import is_backchannel_text
from attune.conversation.acts.text import FILLERS, plain_word
from attune.conversation.completeness import looks_complete
from attune.conversation.entry import Entry, FloorSettings, Track, entry_of
from attune.conversation.units import Unit
from attune.events import UNKNOWN, Flavour, FloorTransfer, TransferKind, Turn
from attune.timebase import Span, samples_of_ms

PASSES = frozenset(
    {
        TransferKind.SMOOTH_SWITCH,
        TransferKind.OVERLAPPED_SWITCH,
        TransferKind.TURN_FINAL_OVERLAP,
        TransferKind.INTERRUPTION,
        TransferKind.CUT_IN,
        TransferKind.TOOK_PAUSE,
    }
)
"""Kinds by which the newcomer takes the floor."""

_ATTEMPT = samples_of_ms(500)
"""The shortest speech that counts as an attempt to take the floor.

Source: chosen; with 300 ms, as turn-taking.md has it where words are known, utterances broken off in the ICSI
meetings are found with F1 .25, with 500 ms .28; longer would lose a person's "but I …".
"""

_TOGETHER = frozenset(
    {"hello", "hi", "hey", "bye", "goodbye", "goodnight", "ha", "haha", "laugh", "laughs", "laughter"}
)
_ACCEPTS = frozenset({"yes", "yeah", "exactly", "right", "yep", "true", "totally", "absolutely"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """An entry as the table sees it; `complete` says whether the holder had finished, None where words are unknown."""

    entry: Entry
    complete: bool | None
    holder_tokens: tuple[str, ...] | None
    reply_tokens: tuple[str, ...]
    turn_age: int
    settings: FloorSettings

    def within(self, samples: int, limit_ms: int) -> bool:
        """Return whether a time does not exceed a setting."""
        return samples <= samples_of_ms(limit_ms)

    @property
    def goes_on_alone(self) -> bool:
        """Whether the newcomer has the floor once the holder stops."""
        return self.entry.talks_on > 0 and not self.entry.yields

    @property
    def stops(self) -> bool:
        """Whether the holder stops within the window and the newcomer has the floor then."""
        return self.within(self.entry.lead, self.settings.window_ms) and self.goes_on_alone


def _backchannel(scene: Scene) -> bool:
    entry = scene.entry
    if not scene.within(entry.duration, scene.settings.backchannel_max_ms):
        return False
    if entry.tokens is None:
        return entry.yields and not entry.in_silence
    asked = bool(scene.holder_tokens) and (scene.holder_tokens or ("",))[-1].endswith("?")
    return is_backchannel_text(entry.tokens) and entry.falls_silent and not asked


def _incomplete_silence(scene: Scene) -> bool:
    return scene.entry.in_silence and scene.complete is False


def _took_pause(scene: Scene) -> bool:
    return _incomplete_silence(scene) and not scene.within(-scene.entry.lead, scene.settings.latch_ms)


def _chordal(scene: Scene) -> bool:
    sides = (scene.entry.tokens, scene.holder_tokens)
    return all(tokens and all(plain_word(token) in _TOGETHER for token in tokens) for tokens in sides)


def _dual_start(scene: Scene) -> bool:
    return scene.turn_age < samples_of_ms(scene.settings.dual_ms)


def _cooperative(scene: Scene) -> bool:
    accepted = bool(scene.reply_tokens) and plain_word(scene.reply_tokens[0]) in _ACCEPTS
    searching = bool(scene.holder_tokens) and plain_word((scene.holder_tokens or ("",))[-1]) in FILLERS
    return (searching or accepted) and scene.entry.tokens is not None and scene.entry.yields


def _short_overlap(scene: Scene) -> bool:
    return scene.within(scene.entry.lead, scene.settings.term_ms) and not scene.entry.yields


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table: a kind, when it holds, and how sure it is with words and from timing alone.

    `timing_alone` is None for kinds that need words.
    """

    kind: TransferKind
    holds: Callable[[Scene], bool]
    with_words: float
    timing_alone: float | None

    def applies(self, scene: Scene) -> bool:
        """Return whether the row holds; a row that needs words never does without them."""
        worded = scene.entry.tokens is not None or scene.complete is not None
        return (worded or self.timing_alone is not None) and self.holds(scene)


TABLE: tuple[Row, ...] = (
    Row(kind=TransferKind.BACKCHANNEL, holds=_backchannel, with_words=0.85, timing_alone=0.7),
    Row(kind=TransferKind.TOOK_PAUSE, holds=_took_pause, with_words=0.6, timing_alone=None),
    Row(kind=TransferKind.CUT_IN, holds=_incomplete_silence, with_words=0.4, timing_alone=None),
    Row(kind=TransferKind.SMOOTH_SWITCH, holds=lambda s: s.entry.in_silence, with_words=0.95, timing_alone=0.9),
    Row(kind=TransferKind.CHORDAL, holds=_chordal, with_words=0.7, timing_alone=None),
    Row(kind=TransferKind.DUAL_START, holds=_dual_start, with_words=0.7, timing_alone=0.6),
    Row(kind=TransferKind.COOPERATIVE_OVERLAP, holds=_cooperative, with_words=0.5, timing_alone=None),
    Row(
        kind=TransferKind.TURN_FINAL_OVERLAP,
        holds=lambda s: _short_overlap(s) and s.complete is True,
        with_words=0.8,
        timing_alone=None,
    ),
    Row(
        kind=TransferKind.OVERLAPPED_SWITCH,
        holds=lambda s: _short_overlap(s) and s.complete is None,
        with_words=0.6,
        timing_alone=0.6,
    ),
    Row(
        kind=TransferKind.OVERLAPPED_SWITCH,
        holds=lambda s: s.stops and s.complete is True,
        with_words=0.6,
        timing_alone=None,
    ),
    Row(
        kind=TransferKind.INTERRUPTION,
        holds=lambda s: s.stops and s.complete is not True,
        with_words=0.6,
        timing_alone=0.6,
    ),
    Row(
        kind=TransferKind.INTERRUPTION_ATTEMPT,
        holds=lambda s: s.entry.duration >= _ATTEMPT,
        with_words=0.4,
        timing_alone=0.4,
    ),
)
"""The transition table.

Source of the confidences: chosen, in steps that follow the precision of each kind in scoring runs; 0.6 from timing
alone is turn-taking.md's.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTurn:
    """A turn under way."""

    speaker: str
    span: Span
    segment_ids: tuple[str, ...]

    @classmethod
    def of(cls, unit: Unit) -> OpenTurn:
        """Return a turn that begins with a unit."""
        return cls(speaker=unit.speaker, span=unit.segment.span, segment_ids=(unit.segment.id,))

    def with_unit(self, unit: Unit) -> OpenTurn:
        """Return the turn carried on by a unit."""
        span = Span(self.span.start, max(self.span.stop, unit.stop))
        return replace(self, span=span, segment_ids=(*self.segment_ids, unit.segment.id))

    def closed(self) -> Turn:
        """Return the finished turn."""
        return Turn(
            id=f"t-{self.speaker}-{self.span.start}",
            speaker=self.speaker,
            span=self.span,
            segment_ids=self.segment_ids,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """Speech beside the floor until a sample: what an interrupted person still says, an attempt, a backchannel.

    Units of its speaker that start before `until` belong to it. `turn` is None for backchannels, which are no turns.
    """

    turn: OpenTurn | None
    until: int


class FloorReader:
    """Reads the floor from units, in the order of time.

    Units may be added in any order as long as none starts before a horizon already passed to `advance`.
    """

    def __init__(self, *, settings: FloorSettings) -> None:
        self._settings = settings
        self._tracks: dict[str, Track] = {}
        self._waiting: list[tuple[int, str, int, int, Unit]] = []
        self._added = 0
        self._breaks: list[Span] = []
        self._turn: OpenTurn | None = None
        self._tails: dict[str, Tail] = {}
        self._levels: dict[str, VoiceLevels] = {}

    def add(self, unit: Unit) -> None:
        """Take a unit into account; speech of unknown people is passed over."""
        if unit.speaker == UNKNOWN:
            return
        self._tracks.setdefault(unit.speaker, Track()).add(unit)
        self._added += 1
        heappush(self._waiting, (unit.start, unit.speaker, unit.stop, self._added, unit))

    def unobserved(self, span: Span) -> None:
        """Take into account that nobody could hear a stretch of time."""
        if self._breaks and self._breaks[-1].stop == span.start:
            self._breaks[-1] = Span(self._breaks[-1].start, span.stop)
        else:
            insort(self._breaks, span)

    def advance(self, horizon: int) -> list[Turn | FloorTransfer]:
        """Return what is settled when all units that start before `horizon` have been added."""
        events: list[Turn | FloorTransfer] = []
        while self._waiting and self._waiting[0][0] + self._settings.lookahead <= horizon:
            events.extend(self._read(heappop(self._waiting)[-1]))
        return events

    def finish(self) -> list[Turn | FloorTransfer]:
        """Return the rest, when no more units will come."""
        events: list[Turn | FloorTransfer] = []
        while self._waiting:
            events.extend(self._read(heappop(self._waiting)[-1]))
        return events + self._close_all()

    def _read(self, unit: Unit) -> list[Turn | FloorTransfer]:
        events: list[Turn | FloorTransfer] = []
        if self._turn is not None and self._broken(self._turn.span.stop, unit.start):
            events.extend(self._close_all())
        events.extend(self._close_tails(until=unit.start))
        tail = self._tails.get(unit.speaker)
        if tail is not None:
            turn = None if tail.turn is None else tail.turn.with_unit(unit)
            self._tails[unit.speaker] = replace(tail, turn=turn)
        elif self._turn is None:
            self._turn = OpenTurn.of(unit)
        elif unit.speaker == self._turn.speaker:
            self._turn = self._turn.with_unit(unit)
        else:
            events.extend(self._enter(unit, self._turn))
        self._levels.setdefault(unit.speaker, VoiceLevels()).hear(unit)
        return events

    def _enter(self, unit: Unit, turn: OpenTurn) -> list[FloorTransfer]:
        entry = entry_of(unit, holder=turn.speaker, tracks=self._tracks, settings=self._settings)
        scene = self._scene(entry, turn)
        row = next((row for row in TABLE if row.applies(scene)), None)
        small = row is not None and row.kind is TransferKind.BACKCHANNEL
        if small or not ((row is not None and row.kind in PASSES) or scene.goes_on_alone):
            self._tails[unit.speaker] = Tail(turn=None if small else OpenTurn.of(unit), until=entry.run_stop)
        else:
            self._tails[turn.speaker] = Tail(turn=turn, until=entry.holder_stop)
            self._turn = OpenTurn.of(unit)
        return [] if row is None else [self._transfer(row, scene)]

    def _scene(self, entry: Entry, turn: OpenTurn) -> Scene:
        holder = self._tracks[entry.holder]
        tokens = holder.recent_tokens(before=max(entry.holder_stop, entry.at))
        reply = holder.after(entry.at)
        soon = reply is not None and reply.start - entry.run_stop <= samples_of_ms(self._settings.keep_ms)
        return Scene(
            entry=entry,
            complete=None if tokens is None else looks_complete(tokens),
            holder_tokens=tokens,
            reply_tokens=(reply.tokens or ()) if reply is not None and soon else (),
            turn_age=entry.at - turn.span.start,
            settings=self._settings,
        )

    def _transfer(self, row: Row, scene: Scene) -> FloorTransfer:
        entry = scene.entry
        worded = entry.tokens is not None and scene.complete is not None
        confidence = row.with_words if worded or row.timing_alone is None else row.timing_alone
        return FloorTransfer(
            id=f"x-{entry.unit.speaker}-{entry.at}",
            kind=row.kind,
            from_speaker=entry.holder,
            to_speaker=entry.unit.speaker,
            at=entry.at,
            offset=-entry.lead,
            confidence=confidence,
            flavour=self._flavour(row.kind, entry.unit),
        )

    def _flavour(self, kind: TransferKind, unit: Unit) -> Flavour | None:
        if kind is TransferKind.COOPERATIVE_OVERLAP:
            return Flavour.COOPERATIVE
        if kind not in {TransferKind.INTERRUPTION, TransferKind.INTERRUPTION_ATTEMPT}:
            return None
        levels = self._levels.get(unit.speaker)
        raised = levels is not None and levels.raised(unit)
        return Flavour.COMPETITIVE if raised else Flavour.UNSURE

    def _broken(self, stop: int, start: int) -> bool:
        k = bisect_right(self._breaks, start, key=lambda span: span.start)
        return k > 0 and self._breaks[k - 1].start >= min(stop, start)

    def _close_tails(self, *, until: int) -> list[Turn | FloorTransfer]:
        over = [speaker for speaker, tail in self._tails.items() if tail.until <= until]
        turns = [turn for speaker in over if (turn := self._tails.pop(speaker).turn) is not None]
        return [turn.closed() for turn in turns]

    def _close_all(self) -> list[Turn | FloorTransfer]:
        turns = [tail.turn for tail in self._tails.values() if tail.turn is not None]
        if self._turn is not None:
            turns.append(self._turn)
        self._turn = None
        self._tails.clear()
        return [turn.closed() for turn in sorted(turns, key=lambda turn: turn.span)]


class VoiceLevels:
    """The levels of one speaker's units so far, to say whether a unit is louder than usual.

    Source: more than 1 z above one's own baseline, turn-taking.md; five units and a spread of 1.5 dB at least: chosen.
    """

    _FEWEST = 5
    _LEAST_SPREAD_DB = 1.5

    def __init__(self) -> None:
        self._count = 0
        self._mean = 0.0
        self._squares = 0.0

    def hear(self, unit: Unit) -> None:
        """Take a unit into account."""
        level = unit.segment.level_dbfs
        if level is None:
            return
        self._count += 1
        delta = level - self._mean
        self._mean += delta / self._count
        self._squares += delta * (level - self._mean)

    def raised(self, unit: Unit) -> bool:
        """Return whether a unit is louder than this speaker's units usually are."""
        level = unit.segment.level_dbfs
        if level is None or self._count < self._FEWEST:
            return False
        spread = max(self._LEAST_SPREAD_DB, math.sqrt(self._squares / (self._count - 1)))
        return level > self._mean + spread


def read_floor(
    units: Iterable[Unit], *, unobserved: Iterable[Span], settings: FloorSettings
) -> tuple[tuple[Turn, ...], tuple[FloorTransfer, ...]]:
    """Return all turns and transfers of a finished session, each sorted by (start, id)."""
    reader = FloorReader(settings=settings)
    for span in unobserved:
        reader.unobserved(span)
    for unit in units:
        reader.add(unit)
    events = reader.finish()
    turns = sorted((e for e in events if isinstance(e, Turn)), key=lambda turn: (turn.span.start, turn.id))
    transfers = sorted((e for e in events if isinstance(e, FloorTransfer)), key=lambda t: (t.at, t.id))
    return tuple(turns), tuple(transfers)
