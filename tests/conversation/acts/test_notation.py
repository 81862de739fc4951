"""Tests of attune.conversation.acts.notation."""

from __future__ import annotations

import re

import pytest

from attune.conversation.acts.notation import Start, compile_pattern

LISTS = {"mood": frozenset({"sad", "fed up"})}


@pytest.mark.parametrize(
    ("notation", "line", "matched"),
    [
        ("it sounds like", "it sounds like you. ", "it sounds like "),
        ("it sounds like", "it, sounds like you ", "it, sounds like "),
        ("it sounds", "it. sounds ", None),
        ("(a|b c) d", "b c d ", "b c d "),
        ("(a|b c) d", "b d ", None),
        ("i really? know", "i know ", "i know "),
        ("i am @mood", "i am fed up? ", "i am fed up? "),
        ("you *2 not", "you would rather not ", "you would rather not "),
        ("you *1 not", "you would rather not ", None),
        ("you !know", "you know ", None),
        ("you !(have to)", "you have it ", "you "),
        ("you want ...", "you want to go home. now ", "you want to go home. "),
        ("go on $", "go on. so ", "go on. "),
        ("go on $", "go on holiday ", None),
        ("go on >", "go on. so ", None),
        ("is it [?]", "is it good? ", "is it "),
        ("is it [?]", "is it good. right? ", None),
        ("so you [.]", "so you left. ", "so you "),
        ("so you [.]", "so you left? ", None),
        ("right [?] $", "right? ", "right? "),
    ],
)
def test_notation_matches_as_written(notation: str, line: str, matched: str | None) -> None:
    """Each item of the notation means what its table says."""
    match = re.match(compile_pattern(notation, lists=LISTS).expression, line)

    assert (match[0] if match else None) == matched


def test_pattern_knows_where_and_with_what_it_begins() -> None:
    """The anchors, the guard and the first and needed words are taken out of the row."""
    pattern = compile_pattern("^^ --(if|@mood) (so you|you) @mood", lists=LISTS)

    assert pattern.start is Start.SENTENCE
    assert pattern.not_after == {"if", "sad", "fed up"}
    assert pattern.reach == 3
    assert pattern.first_words == {"so", "you"}
    assert pattern.needs == {"sad", "fed"}


@pytest.mark.parametrize(
    ("notation", "problem"),
    [
        ("@nowhere", "there is no word list '@nowhere'"),
        ("*2 you", "must begin with a word"),
        ("you?", "must begin with a word"),
        ("(a|b", "a bracket is not closed"),
        ("you & me", "'& me' is no part of the notation"),
        ("a ) b", "out of place"),
        ("", "must begin with a word"),
    ],
)
def test_malformed_notation_is_refused(notation: str, problem: str) -> None:
    """A slip in a table is found when the table is read."""
    with pytest.raises(ValueError, match=re.escape(problem)):
        compile_pattern(notation, lists=LISTS)
