"""The facts of an entry: what the holder of the floor and the newcomer did around the newcomer's start."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping
from dataclasses import dataclass

from attune.conversation.units import Unit
from attune.timebase import Span, samples_of_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorSettings:
    """Times of turn-taking, in milliseconds.

    Sources: `backchannel_max_ms`, `term_ms` (West & Zimmerman's two syllables), `dual_ms`, `latch_ms`, `window_ms`
    (TurnBench's matching deadline; a grid on MRDA) and `resume_ms` are those of turn-taking.md; `keep_ms` is tuned on
    composed conversations.
    """

    backchannel_max_ms: int = 1000
    term_ms: int = 500
    dual_ms: int = 200
    latch_ms: int = 200
    window_ms: int = 3000
    resume_ms: int = 300
    keep_ms: int = 1000

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is a positive time, not {getattr(self, name)}")

    @property
    def lookahead(self) -> int:
        """Samples after an entry that must be known before it is read: the window, and who goes on after it."""
        return samples_of_ms(self.window_ms + self.keep_ms + self.term_ms)


class Track:
    """The units of one speaker, sorted by start."""

    def __init__(self) -> None:
        self._units: list[Unit] = []

    def add(self, unit: Unit) -> None:
        """Put a unit in its place."""
        insort(self._units, unit, key=_start)

    def at_or_before(self, sample: int) -> Unit | None:
        """Return the last unit that starts at a sample or before it."""
        k = bisect_right(self._units, sample, key=_start)
        return self._units[k - 1] if k else None

    def after(self, sample: int) -> Unit | None:
        """Return the first unit that starts after a sample."""
        k = bisect_right(self._units, sample, key=_start)
        return self._units[k] if k < len(self._units) else None

    def stretch(self, unit: Unit, *, join: int) -> tuple[Unit, ...]:
        """Return a unit and those that follow it with silences shorter than `join`."""
        found = [unit]
        stop = unit.stop
        following = self.after(unit.start)
        while following is not None and following.start - stop < join:
            found.append(following)
            stop = max(stop, following.stop)
            following = self.after(following.start)
        return tuple(found)

    def recent_tokens(self, *, before: int, count: int = 4) -> tuple[str, ...] | None:
        """Return the last words that began before a sample; None if the words of the last unit are not known."""
        found: list[str] = []
        k = bisect_right(self._units, before - 1, key=_start)
        for unit in reversed(self._units[max(0, k - count) : k]):
            if unit.words is None:
                break
            said = [word.text for word in unit.words if word.span.start < before]
            found[:0] = said
            if len(found) >= count:
                break
        else:
            return tuple(found[-count:])
        return tuple(found[-count:]) or None


def _start(unit: Unit) -> int:
    return unit.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Somebody began to speak while another held the floor.

    Attributes
    ----------
    unit, run_stop, tokens
        The newcomer's first unit; where the newcomer's speech, pauses under `resume_ms` joined, stops; its words.
    holder, holder_stop
        Who held the floor; where the holder's speech under way (or the last before) stopped.
    in_silence
        Whether the holder was silent at the start.
    yields
        Whether the newcomer leaves the floor to the holder.
    falls_silent
        Whether the newcomer says no more for `keep_ms`, or until the holder has spoken again.
    """

    unit: Unit
    run_stop: int
    tokens: tuple[str, ...] | None
    holder: str
    holder_stop: int
    in_silence: bool
    yields: bool
    falls_silent: bool

    @property
    def at(self) -> int:
        """When the newcomer began."""
        return self.unit.start

    @property
    def duration(self) -> int:
        """How long the newcomer spoke, short pauses included."""
        return self.run_stop - self.at

    @property
    def lead(self) -> int:
        """How long both spoke, from the entry until the holder stopped; negative is the silence before the entry."""
        return self.holder_stop - self.at

    @property
    def talks_on(self) -> int:
        """How long the newcomer spoke after the holder had stopped."""
        return self.run_stop - max(self.holder_stop, self.at)


def entry_of(unit: Unit, *, holder: str, tracks: Mapping[str, Track], settings: FloorSettings) -> Entry:
    """Return the facts of the entry that a unit makes while `holder` has the floor."""
    resume = samples_of_ms(settings.resume_ms)
    mine, theirs = tracks[unit.speaker], tracks[holder]
    run = mine.stretch(unit, join=resume)
    run_stop = max(part.stop for part in run)
    last = theirs.at_or_before(unit.start)
    if last is None:
        raise ValueError(f"{holder} held the floor without having spoken before sample {unit.start}")
    in_silence = last.stop <= unit.start
    whole = Span(unit.start, run_stop)
    stretch = (last,) if in_silence else theirs.stretch(last, join=resume)
    holder_stop = max(part.stop for part in stretch)
    return Entry(
        unit=unit,
        run_stop=run_stop,
        tokens=_tokens(run),
        holder=holder,
        holder_stop=holder_stop,
        in_silence=in_silence,
        yields=_yields(whole, holder_stop=holder_stop, tracks=(mine, theirs), settings=settings),
        falls_silent=_falls_silent(whole, tracks=(mine, theirs), keep=samples_of_ms(settings.keep_ms)),
    )


def _tokens(run: tuple[Unit, ...]) -> tuple[str, ...] | None:
    spoken = [unit.tokens for unit in run]
    if any(tokens is None for tokens in spoken):
        return None
    return tuple(token for tokens in spoken if tokens for token in tokens)


def _yields(run: Span, *, holder_stop: int, tracks: tuple[Track, Track], settings: FloorSettings) -> bool:
    """Return whether the newcomer leaves the floor to the holder.

    That is, the holder speaks through the end of the newcomer's speech; or the newcomer's speech is short, hardly
    outlasts the holder's, and the holder is the next to speak.
    """
    mine, theirs = tracks
    keep = samples_of_ms(settings.keep_ms)
    again = mine.after(max(run.start, run.stop - 1))
    if run.stop <= holder_stop:
        return again is None or again.start >= holder_stop or again.start - run.stop >= keep
    brief = run.duration <= samples_of_ms(settings.backchannel_max_ms)
    outlasts = run.stop - max(run.start, holder_stop) > samples_of_ms(settings.term_ms)
    back = theirs.after(max(run.start, holder_stop - 1))
    if not brief or outlasts or back is None or back.start - run.stop > keep:
        return False
    return again is None or again.start > back.start


def _falls_silent(run: Span, *, tracks: tuple[Track, Track], keep: int) -> bool:
    """Return whether the newcomer says no more for a while, or until the holder has spoken again."""
    mine, theirs = tracks
    last = max(run.start, run.stop - 1)
    again, back = mine.after(last), theirs.after(last)
    if again is None or again.start - run.stop >= keep:
        return True
    return back is not None and back.start < again.start
