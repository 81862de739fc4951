"""Tests of attune.conversation.acts.matching."""

from __future__ import annotations

import pytest

from attune.conversation.acts.matching import StemMatcher, stems, surest
from attune.conversation.acts.text import read_text
from attune.events import ActKind

TABLE = """
    so_you   .80 30 ^ so you ...
    you_feel .50 10 --(if|what) you
                        feel ...
    guess     .9  - i guess
"""


def test_table_is_read_with_its_figures_pooled() -> None:
    """A measured precision is drawn towards that of the table, a chosen one stays."""
    so_you, you_feel, guess = stems(TABLE, kind=ActKind.REFLECTION)

    assert (so_you.precision, so_you.hits) == (0.80, 30)
    assert so_you.confidence == pytest.approx(0.78125)  # (24 + 7.25) / 40, the table's own precision being .725
    assert you_feel.notation == "--(if|what) you feel ..."
    assert (guess.hits, guess.confidence) == (None, 0.9)


@pytest.mark.parametrize("line", ["name .5 3", "name high 3 you", "name .5 few you"])
def test_row_that_is_no_row_is_refused(line: str) -> None:
    """A table says name, precision, count and pattern."""
    with pytest.raises(ValueError, match=r"stem|float|int"):
        stems(line, kind=ActKind.REFLECTION)


def test_matches_tell_words_evidence_and_source() -> None:
    """A finding names its words as they were said, and its stem."""
    matcher = StemMatcher(stems(TABLE, kind=ActKind.REFLECTION))

    (found,) = matcher.find(read_text("Okay. So, you're cold. Right?"))

    assert (found.first_word, found.last_word) == (1, 3)
    assert found.evidence == "So, you're cold"
    assert found.confidence == 0.78
    assert found.source == "stems/en 1: so_you"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("and so you left", ["so_you"]),
        ("you were so you know", []),
        ("I know you feel it", ["you_feel"]),
        ("what do you feel", []),
        ("tell me what. you feel cold", ["you_feel"]),
    ],
)
def test_position_and_guard_are_kept(text: str, names: list[str]) -> None:
    """A clause stem needs its clause, a guarded one a free place before it, in the same sentence."""
    matcher = StemMatcher(stems(TABLE, kind=ActKind.REFLECTION))

    assert [found.source.split(": ")[1] for found in matcher.find(read_text(text))] == names


def test_overlapping_findings_of_a_kind_are_one() -> None:
    """One clause shows an act once, with the longest words and the highest confidence; other clauses show it again."""
    matcher = StemMatcher(stems(TABLE, kind=ActKind.REFLECTION))

    found = surest(matcher.find(read_text("So you feel I guess cold. You feel tired.")))

    assert [(one.evidence, one.confidence, one.source) for one in found] == [
        ("So you feel I guess cold", 0.9, "stems/en 1: so_you"),
        ("You feel tired", 0.61, "stems/en 1: you_feel"),
    ]
