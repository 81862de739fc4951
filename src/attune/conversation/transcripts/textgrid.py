"""Praat TextGrid, long or short text form: an interval tier for each person; intervals with a text are utterances.

The two forms differ in words that Praat itself passes over: what counts are the numbers, flags and quoted texts that
stand free, in their order. Point tiers are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from attune.conversation.timed_transcript import Place, TimedTranscript, TimedUtterance, TranscriptBuilder
from attune.errors import TranscriptError
from attune.timebase import samples_of

_VALUE = re.compile(
    r'"(?P<text>(?:[^"]|"")*)"|(?P<flag><\w+>)|(?<!\S)(?P<number>[+-]?(?:\d|nan\b|inf\b)\S*)|(?<!\S)!.*|\S',
    re.IGNORECASE,
)
_NO_WORDS = frozenset({"[…]", "[...]"})
"""How a stretch of speech is labelled whose words are not known."""


def parse_textgrid(text: str, *, name: str) -> TimedTranscript:
    """Return what a TextGrid tells, as long as the grid.

    Raises
    ------
    TranscriptError
        If it is no TextGrid, ends too early, or says something impossible; with the tier and the interval, from 1.
    """
    values = _values(text)
    if [next(values, None), next(values, None)] != [_Text("ooTextFile"), _Text("TextGrid")]:
        raise TranscriptError(f"{name} is no Praat TextGrid in text form; save it from Praat as a text file")
    grid = _Grid(name=name, values=values)
    builder = TranscriptBuilder(name=name)
    whole = Place(name, "the grid")
    grid.number(whole, what="xmin")
    duration = whole.seconds(grid.number(whole, what="xmax"), what="xmax")
    flag = next(values, None)
    tiers = grid.count(whole) if flag == _Flag("<exists>") else 0
    for number in range(1, tiers + 1):
        _read_tier(grid, Place(name, f"tier {number}"), builder=builder)
    return builder.finished(duration=samples_of(duration))


@dataclass(frozen=True, slots=True)
class _Text:
    value: str


@dataclass(frozen=True, slots=True)
class _Flag:
    value: str


@dataclass(frozen=True, slots=True)
class _Number:
    value: str


_Value = _Text | _Flag | _Number


def _values(text: str) -> Iterator[_Value]:
    for match in _VALUE.finditer(text):
        if match["text"] is not None:
            yield _Text(match["text"].replace('""', '"'))
        elif match["flag"] is not None:
            yield _Flag(match["flag"])
        elif match["number"] is not None:
            yield _Number(match["number"])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """The values of a file, taken one by one."""

    name: str
    values: Iterator[_Value]

    def text(self, place: Place, *, what: str) -> str:
        value = next(self.values, None)
        if not isinstance(value, _Text):
            raise place.error(f"{what} should be a quoted text but is {_found(value)}")
        return value.value

    def number(self, place: Place, *, what: str) -> str:
        value = next(self.values, None)
        if not isinstance(value, _Number):
            raise place.error(f"{what} should be a number but is {_found(value)}")
        return value.value

    def count(self, place: Place) -> int:
        number = self.number(place, what="size")
        if not number.isdecimal():
            raise place.error(f"its size is {number!r}; write how many entries follow")
        return int(number)


def _found(value: _Value | None) -> str:
    return "missing: the file ends too early" if value is None else repr(value.value[:40])


def _read_tier(grid: _Grid, place: Place, *, builder: TranscriptBuilder) -> None:
    kind = grid.text(place, what="class")
    speaker = " ".join(grid.text(place, what="name").split())
    grid.number(place, what="xmin")
    grid.number(place, what="xmax")
    entries = grid.count(place)
    if kind == "TextTier":
        for _ in range(entries):
            grid.number(place, what="time")
            grid.text(place, what="mark")
        return
    if kind != "IntervalTier":
        raise place.error(f"its class is {kind!r}; it is an IntervalTier or a TextTier")
    builder.name_speaker(speaker, place=place)
    for number in range(1, entries + 1):
        at = Place(place.name, f"{place.at}, interval {number}")
        start, end = grid.number(at, what="xmin"), grid.number(at, what="xmax")
        label = " ".join(grid.text(at, what="text").split())
        span = at.span(start, end)
        if label:
            spoken = None if label in _NO_WORDS else label
            builder.add(TimedUtterance(speaker=speaker, span=span, text=spoken), place=at)
