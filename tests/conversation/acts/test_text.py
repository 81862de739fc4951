"""Tests of attune.conversation.acts.text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attune.conversation.acts.text import is_cut_off, plain_word, read, read_text
from attune.conversation.utterance import Utterance
from attune.events import Word
from attune.timebase import Span


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("It sounds like you're tired.", "it sounds like you are tired. "),
        ("it sounds like youre tired", "it sounds like you are tired "),
        ("Um, so you're... you're TIRED, right?", "so you are tired, right? "),
        ("I, I do n- don't know", "i do not know "),
        ("your saying it's your car", "you are saying it is your car "),
        ("Mm-hmm. O.K.", "mmhm. o. k. "),
        ("o_k gonna go -- now", "okay going to go, now "),
        ("[laughs] that’s fine!", "that is fine. "),
        ("Tired...and cold", "tired. and cold "),
        ("Mary's well-being", "mary's well being "),
        ("", ""),
        ("?! ...", ""),
    ],
)
def test_three_grades_of_text_become_one_line(text: str, line: str) -> None:
    """Punctuation, contractions, stammers and spellings are brought to one form."""
    assert read_text(text).line == line


def test_tokens_remember_their_words() -> None:
    """A quote is made of the words as they were said."""
    reading = read_text("Well, um, you're  tired.")

    assert reading.tokens == ("well", "you", "are", "tired")
    assert reading.origins == (0, 2, 2, 3)
    assert reading.quote(2, 3) == "you're tired"


def test_words_with_times_count_before_the_text() -> None:
    """The indices of a reading are those of the words that have times."""
    words = (Word(span=Span(0, 10), text=" so you"), Word(span=Span(10, 20), text="care"))

    reading = read(Utterance(speaker="A", text="something else", words=words))

    assert reading.words == ("so you", "care")
    assert reading.origins == (0, 0, 1)


@pytest.mark.parametrize(
    ("word", "plain"), [("O.K.,", "okay"), ("Mm-hmm", "mmhm"), ("{uhhuh}", "uhhuh"), ("Yeah!", "yeah"), ("--", "")]
)
def test_word_alone_is_brought_to_its_normal_spelling(word: str, plain: str) -> None:
    """One word has one spelling, whoever transcribed it."""
    assert plain_word(word) == plain


@pytest.mark.parametrize(
    ("word", "cut"), [("becau-", True), ("wh-,", True), ("done", False), ("-", False), ("--", False)]
)
def test_word_that_ends_in_a_dash_was_cut_off(word: str, *, cut: bool) -> None:
    """A dash after letters marks a word that was broken off."""
    assert is_cut_off(word) is cut


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    """Whatever is said, offsets and tokens describe the line, and origins rise."""
    reading = read_text(text)

    assert len(reading.offsets) == len(reading.tokens) + 1
    assert reading.offsets[-1] == len(reading.line)
    assert list(reading.origins) == sorted(reading.origins)
    for token, offset in zip(reading.tokens, reading.offsets, strict=False):
        assert reading.line.startswith(token, offset)
