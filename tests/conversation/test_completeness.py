"""Tests of attune.conversation.completeness."""

from __future__ import annotations

import pytest

from attune.conversation.completeness import looks_complete


@pytest.mark.parametrize(
    "said",
    [
        "I went to the",
        "because",
        "and then he said that we would",
        "I wanted to tell you some-",
        "So I was, um",
        "it was really nice, so that",
        "I mean",
        "what if you",
    ],
)
def test_words_that_lead_on_look_incomplete(said: str) -> None:
    """A turn that ends in a cut-off word, a hesitation or a word that leads on is unfinished."""
    assert looks_complete(said.split()) is False


@pytest.mark.parametrize(
    "said",
    ["I went home.", "thank you", "Tell me about that.", "yes it is", "I was thinking about you", "no", "I like that"],
)
def test_finished_words_look_complete(said: str) -> None:
    """A turn that can stand alone is finished, also where its last word alone would lead on."""
    assert looks_complete(said.split()) is True


@pytest.mark.parametrize("tokens", [[], ["--"], ["...", ""]])
def test_no_word_says_nothing(tokens: list[str]) -> None:
    """Without a word nobody can tell."""
    assert looks_complete(tokens) is None
