"""The notation in which act families write their stems, and its translation into regular expressions.

A stem is a row of items parted by spaces, matched on the normal line of a `Reading`:

=======================  ==========================================================================================
``sounds``               the word (contractions are written out on both sides: write ``you are``)
``(sound|sounds like)``  one of several, each a row of items
``really?``              the item before the mark, or nothing
``@feeling``             any entry of a word list
``*3``                   up to three words of the same sentence
``!but``                 no such item here
``...``                  the rest of the sentence, at most fifteen words; it belongs to the evidence
``^``                    (first) a clause begins here: after a mark or an opening word
``^^``                   (first) a sentence begins here, opening words aside
``<``                    (first) the utterance begins here, opening words aside
``-(so|if)``             (first, or after the above) not directly after one of these words
``--(what|how)``         (the same place) none of these words within the three before, in the same clause
``$`` ``>``              (last) the sentence, the utterance ends here
``[?]`` ``[.]``          (last) the sentence ends in a question mark, or does not
=======================  ==========================================================================================

A comma may stand between any two items; a full stop or question mark may not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum


class Start(IntEnum):
    """Where a token stands, and where a pattern may begin; each includes those above it."""

    ANYWHERE = 0
    CLAUSE = 1
    SENTENCE = 2
    UTTERANCE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A stem that is ready to match.

    Attributes
    ----------
    expression
        A regular expression for the beginning of a normal line that starts with the first token.
    first_words
        The tokens that it can begin with.
    needs
        Of these tokens at least one must occur, or the expression is not worth trying; empty where there are none.
    start
        The least position that its first token must have.
    not_after, reach
        Tokens that must not be among the `reach` tokens before it in the same clause.
    """

    expression: str
    first_words: frozenset[str]
    needs: frozenset[str]
    start: Start
    not_after: frozenset[str]
    reach: int


@dataclass(frozen=True, slots=True)
class _Part:
    """An expression, the words it can begin with (None: any word), and whether it may match nothing.

    `needs` are the words that its later items begin with, a set for each item that cannot be left out.
    """

    expression: str
    first: frozenset[str] | None
    nullable: bool = False
    needs: tuple[frozenset[str], ...] = ()


_STARTS = {"^": Start.CLAUSE, "^^": Start.SENTENCE, "<": Start.UTTERANCE}
_REACH = {"-(": 1, "--(": 3}
_SAME_SENTENCE = r"(?<![.?] )"
_TAILS = {
    "$": r"(?:(?<=[.?] )|\Z)",
    ">": r"\Z",
    "[?]": rf"(?:(?<=\? )|{_SAME_SENTENCE}(?=[^.?]*\?))",
    "[.]": rf"(?:(?<=\. )|{_SAME_SENTENCE}(?![^.?]*\?))",
}
_LEXEME = re.compile(r"\s*(\.\.\.|\[[?.]\]|\^\^|--?\(|\*\d|@\w+|[\w']+|[\^<>$()|?!])")


def compile_pattern(notation: str, *, lists: Mapping[str, frozenset[str]]) -> Pattern:
    """Return a stem's pattern.

    Parameters
    ----------
    notation
        One row in the notation above.
    lists
        What ``@name`` stands for.

    Raises
    ------
    ValueError
        If the notation is not well formed, names an unknown list, or could begin with any word at all.
    """
    lexemes = _lexemes(notation)
    start = _STARTS.get(lexemes[0], Start.ANYWHERE) if lexemes else Start.ANYWHERE
    if start:
        lexemes.pop(0)
    not_after: frozenset[str] = frozenset()
    reach = _REACH.get(lexemes[0], 0) if lexemes else 0
    if reach:
        close = lexemes.index(")")
        not_after = _listed(lexemes[1:close], lists=lists)
        del lexemes[: close + 1]
    tail = ""
    while lexemes and lexemes[-1] in _TAILS:
        tail += _TAILS[lexemes.pop()]
    body = _row(lexemes, lists=lists)
    if lexemes:
        raise ValueError(f"{lexemes[0]!r} is out of place in the stem {notation!r}")
    if body.nullable or not body.first:
        raise ValueError(f"the stem {notation!r} must begin with a word")
    return Pattern(
        expression=body.expression + tail,
        first_words=body.first,
        needs=min(body.needs, key=len, default=frozenset()),
        start=start,
        not_after=not_after,
        reach=reach,
    )


def _lexemes(notation: str) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(notation.rstrip()):
        lexeme = _LEXEME.match(notation, at)
        if lexeme is None:
            raise ValueError(f"{notation[at:].strip()!r} is no part of the notation, in the stem {notation!r}")
        found.append(lexeme[1])
        at = lexeme.end()
    return found


def _listed(lexemes: list[str], *, lists: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the words of ``a|b|@list``."""
    words = (lists[x[1:]] if x.startswith("@") else frozenset({x}) for x in lexemes if x != "|")
    return frozenset().union(*words)


def _row(lexemes: list[str], *, lists: Mapping[str, frozenset[str]]) -> _Part:
    """Take a row of items off the front of the lexemes, up to a bar, a closing bracket or the end."""
    parts: list[_Part] = []
    while lexemes and lexemes[0] not in "|)":
        part = _item(lexemes, lists=lists)
        if lexemes and lexemes[0] == "?":
            lexemes.pop(0)
            part = _Part(f"(?:{part.expression})?", part.first, nullable=True)
        parts.append(part)
    first: frozenset[str] | None = frozenset()
    lead = 0
    for part in parts:
        lead += 1
        first = None if first is None or part.first is None else first | part.first
        if not part.nullable:
            break
    needs = tuple(part.first for part in parts[lead:] if part.first and not part.nullable)
    inner = parts[lead - 1].needs if parts and not parts[lead - 1].nullable else ()
    return _Part(
        "".join(part.expression for part in parts), first, all(part.nullable for part in parts), (*inner, *needs)
    )


def _item(lexemes: list[str], *, lists: Mapping[str, frozenset[str]]) -> _Part:
    """Take one item off the front of the lexemes."""
    lexeme = lexemes.pop(0)
    if lexeme == "(":
        rows = [_row(lexemes, lists=lists)]
        while lexemes and lexemes[0] == "|":
            lexemes.pop(0)
            rows.append(_row(lexemes, lists=lists))
        if not lexemes or lexemes.pop(0) != ")":
            raise ValueError("a bracket is not closed")
        return _one_of(rows)
    if lexeme == "!":
        return _Part(f"(?!{_item(lexemes, lists=lists).expression})", frozenset(), nullable=True)
    if lexeme == "...":
        return _Part(rf"(?:{_SAME_SENTENCE}\S+ ){{0,15}}", None, nullable=True)
    if lexeme.startswith("*"):
        return _Part(rf"(?:{_SAME_SENTENCE}\S+ ){{0,{lexeme[1]}}}?", None, nullable=True)
    if lexeme.startswith("@"):
        if lexeme[1:] not in lists:
            raise ValueError(f"there is no word list {lexeme!r}")
        return _one_of([_words(entry) for entry in sorted(lists[lexeme[1:]], key=lambda e: (-len(e), e))])
    if not (lexeme[0].isalnum()):
        raise ValueError(f"{lexeme!r} is out of place")
    return _words(lexeme)


def _words(entry: str) -> _Part:
    expression = "".join(rf"{_SAME_SENTENCE}{re.escape(word)}[,.?]? " for word in entry.split())
    return _Part(expression, frozenset({entry.split()[0]}))


def _one_of(rows: list[_Part]) -> _Part:
    firsts = [row.first for row in rows]
    first = None if None in firsts else frozenset().union(*(f for f in firsts if f is not None))
    return _Part(f"(?:{'|'.join(row.expression for row in rows)})", first, any(row.nullable for row in rows))
