"""The parts that a summary is made of: text in order, for a terminal or a page to dress."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of text; `numeric` names the columns that are set to the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One person's share of something, 0..1."""

    name: str
    share: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One person's words at a moment, and how sure it is that they were this kind of act."""

    when: str
    who: str
    words: str
    sure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotes:
    """The clearest examples of one kind of act, in the order of time; `title` tells how often it was heard."""

    title: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with what stands below it; every part may be empty."""

    title: str
    bars: tuple[Bar, ...] = ()
    table: Table | None = None
    quotes: tuple[Quotes, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A session in plain words: a title, how it was heard, sections, and warnings that come first."""

    title: str
    heard: tuple[str, ...]
    warnings: tuple[str, ...]
    sections: tuple[Section, ...]
