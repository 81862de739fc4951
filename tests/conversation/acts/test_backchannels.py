"""Tests of attune.conversation.acts.backchannels."""

from __future__ import annotations

import pytest

from attune.conversation.acts.backchannels import is_backchannel_text


@pytest.mark.parametrize(
    "said",
    [
        "Mm-hmm.",
        "uh huh",
        "o_k",
        "Oh, I see.",
        "Really?",
        "yeah yeah yeah",
        "That’s right.",
        "um, yeah",
        "right <cough>",
    ],
)
def test_small_sounds_of_listening_are_backchannels(said: str) -> None:
    """Nothing but lexicon words, in any spelling, is a backchannel."""
    assert is_backchannel_text(said.split()) is True


@pytest.mark.parametrize(
    "said", ["", "no", "um", "yeah but", "I see him", "<laughs>", "yeah yeah yeah yeah yeah", "so"]
)
def test_words_that_say_something_are_no_backchannel(said: str) -> None:
    """Content, hesitation alone and long runs are not."""
    assert is_backchannel_text(said.split()) is False
