"""Tests of attune.conversation.acts.carrying."""

from __future__ import annotations

from attune.conversation.acts.carrying import carried_words


def test_content_words_of_the_partner_are_carried() -> None:
    """Only words that say something, and that were heard, count."""
    carried = carried_words(
        "so the kitchen made you angry".split(), heard=["the kitchen was a mess".split(), ["angry"]]
    )

    assert carried == {"kitchen", "angry"}


def test_nothing_heard_carries_nothing() -> None:
    """Without the partner's words nothing can be carried."""
    assert carried_words(["kitchen"], heard=[]) == frozenset()
