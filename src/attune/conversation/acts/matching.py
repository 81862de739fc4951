"""Tables of stems, and the one engine that matches them.

Theory of operation: every token knows whether a clause, a sentence or the utterance begins with it. Stems are
filed under the words that they can begin with, so at each token only a handful are tried. Findings of one kind that
overlap become one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from textwrap import dedent

from attune.conversation.acts.finding import ActFinding
from attune.conversation.acts.lexicon import LISTS
from attune.conversation.acts.notation import Pattern, Start, compile_pattern
from attune.conversation.acts.text import Reading, word_set
from attune.events import ActKind

SOURCE = "stems/en 1"
"""What findings name as their source, before the stem's own name; the number changes when a table does."""

POOLED_HITS = 10
"""As how many findings the precision of the whole table counts against a stem's own. Source: chosen."""

OPENERS = word_set(
    "and but so well okay right yeah yes no oh now then because anyway actually sure mmhm uhhuh yep great hmm ah"
)
"""Words that lead into a clause without belonging to it. Source: chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stem:
    """One row of a table: a pattern and how sure it is.

    `precision` was measured on `hits` findings, or was chosen where there is no such number. `confidence` is the
    precision that is to be expected elsewhere: a measured one is drawn towards that of the whole table.
    """

    kind: ActKind
    subkind: str | None
    name: str
    precision: float
    hits: int | None
    confidence: float
    notation: str


def stems(table: str, *, kind: ActKind, subkind: str | None = None) -> tuple[Stem, ...]:
    """Return the stems of a table.

    Parameters
    ----------
    table
        A stem a line: its name, its precision, the number of findings that was measured on (``-`` where it is
        chosen), and the pattern in the notation of `attune.conversation.acts.notation`. A line that is indented goes on
        with the one before.
    kind, subkind
        What all of them show.

    Raises
    ------
    ValueError
        If a line does not have four parts, or a figure is none.
    """
    lines = re.sub(r"\n\s+", " ", dedent(table).strip()).splitlines()
    rows = [_row(line) for line in lines]
    measured = [(precision, hits) for _, precision, hits, _ in rows if hits]
    pooled = sum(p * n for p, n in measured) / sum(n for _, n in measured) if measured else 0.0
    return tuple(
        Stem(
            kind=kind,
            subkind=subkind,
            name=name,
            precision=precision,
            hits=hits,
            confidence=(
                precision if hits is None else (precision * hits + pooled * POOLED_HITS) / (hits + POOLED_HITS)
            ),
            notation=notation,
        )
        for name, precision, hits, notation in rows
    )


def _row(line: str) -> tuple[str, float, int | None, str]:
    """Return the four parts of a line."""
    parts = line.split(maxsplit=3)
    if len(parts) != 4:
        raise ValueError(f"a stem has a name, a precision, a count and a pattern, not {line!r}")
    name, precision, hits, notation = parts
    return name, float(precision), None if hits == "-" else int(hits), notation


class StemMatcher:
    """Matches stems on readings; built once. An expression is compiled when it is first wanted: most seldom are."""

    def __init__(self, table: Iterable[Stem]) -> None:
        self._filed: dict[str, list[_Filed]] = {}
        for stem in table:
            filed = _Filed(stem=stem, pattern=compile_pattern(stem.notation, lists=LISTS))
            for word in sorted(filed.pattern.first_words):
                self._filed.setdefault(word, []).append(filed)

    def find(self, reading: Reading) -> list[ActFinding]:
        """Return every match, overlapping ones of a kind too, in the order of their first words."""
        found: list[ActFinding] = []
        starts = _starts(reading)
        present = frozenset(reading.tokens)
        for token, word in enumerate(reading.tokens):
            candidates = self._filed.get(word)
            if candidates is None:
                continue
            rest = reading.line[reading.offsets[token] :]
            for filed in candidates:
                pattern = filed.pattern
                if starts[token] < pattern.start or (pattern.needs and pattern.needs.isdisjoint(present)):
                    continue
                match = filed.compiled().match(rest)
                if match is not None and not (pattern.reach and _follows(pattern, reading, token)):
                    found.append(_finding(filed.stem, reading, token, reading.offsets[token] + match.end()))
        return found


@dataclass(slots=True, kw_only=True)
class _Filed:
    """A stem in its place, with its expression once that was wanted."""

    stem: Stem
    pattern: Pattern
    expression: re.Pattern[str] | None = None

    def compiled(self) -> re.Pattern[str]:
        if self.expression is None:
            self.expression = re.compile(self.pattern.expression)
        return self.expression


def surest(findings: Iterable[ActFinding]) -> tuple[ActFinding, ...]:
    """Return the findings sorted by first word and kind; those of a kind that share a word are one.

    It has the words of the longest and the confidence of the surest.
    """
    kept: list[ActFinding] = []
    for finding in sorted(findings, key=lambda f: (f.first_word - f.last_word, -f.confidence, f.first_word)):
        for index, other in enumerate(kept):
            if other.kind is finding.kind and share_words(other, finding):
                kept[index] = replace(other, confidence=max(other.confidence, finding.confidence))
                break
        else:
            kept.append(finding)
    return tuple(sorted(kept, key=lambda f: (f.first_word, f.kind, f.last_word)))


def share_words(one: ActFinding, other: ActFinding) -> bool:
    """Return whether two findings of one utterance have a word in common."""
    return one.first_word <= other.last_word and other.first_word <= one.last_word


def _follows(pattern: Pattern, reading: Reading, token: int) -> bool:
    """Return whether one of the words that a pattern must not follow stands before a token."""
    for before in range(token - 1, max(-1, token - 1 - pattern.reach), -1):
        if reading.marks[before] in ("?", "."):
            return False
        if reading.tokens[before] in pattern.not_after:
            return True
    return False


def _starts(reading: Reading) -> list[Start]:
    """Return for each token what begins with it."""
    starts: list[Start] = []
    for token in range(len(reading.tokens)):
        if token == 0:
            starts.append(Start.UTTERANCE)
            continue
        mark = reading.marks[token - 1]
        opened = starts[-1] if reading.tokens[token - 1] in OPENERS else Start.ANYWHERE
        by_mark = Start.SENTENCE if mark in ("?", ".") else Start.CLAUSE if mark else Start.ANYWHERE
        after_opener = Start.CLAUSE if reading.tokens[token - 1] in OPENERS else Start.ANYWHERE
        starts.append(max(opened, by_mark, after_opener))
    return starts


def _finding(stem: Stem, reading: Reading, token: int, end: int) -> ActFinding:
    """Return what a match from a token to an offset in the line shows."""
    last = token
    while last + 1 < len(reading.tokens) and reading.offsets[last + 1] < end:
        last += 1
    first_word, last_word = reading.origins[token], reading.origins[last]
    return ActFinding(
        kind=stem.kind,
        subkind=stem.subkind,
        first_word=first_word,
        last_word=last_word,
        evidence=reading.quote(first_word, last_word),
        confidence=round(stem.confidence, 2),
        source=f"{SOURCE}: {stem.name}",
    )
