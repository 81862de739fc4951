"""Whether a listener's words carry what the partner has just said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attune.conversation.acts.text import word_set

_EMPTY = word_set(
    """
    the a an i you it is are was were am be been to of and in on at for with from by as that this these those there here
    so but if or because when than then do did does not have has had what how why who which where can could would will
    should may might must my your his her our their me us them him we they he she myself yourself about like just really
    very too also some any all one more most much many lot little bit kind sort thing things up out down over again back
    get got going go know think mean feel feeling want say said saying sounds sound seems seem see make makes yeah
    yes no okay right well oh mmhm uhhuh
    """
)
"""Words that two people share without one carrying what the other said. Source: chosen."""


def content_words(tokens: Iterable[str]) -> frozenset[str]:
    """Return the tokens that say something, in normal spelling."""
    return frozenset(token for token in tokens if token not in _EMPTY and len(token) > 1)


def carried_words(said: Iterable[str], *, heard: Sequence[Iterable[str]]) -> frozenset[str]:
    """Return the content words that were heard before they were said.

    Parameters
    ----------
    said
        The tokens of what the listener says.
    heard
        The tokens of what the partner said just before, an utterance each.
    """
    before: frozenset[str] = frozenset().union(*(content_words(tokens) for tokens in heard))
    return content_words(said) & before
