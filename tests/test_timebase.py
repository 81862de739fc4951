"""Spans of samples."""

from __future__ import annotations

import pytest

from attune.timebase import Span, without


@pytest.mark.parametrize(
    ("others", "left"),
    [
        ([], [(10, 20)]),
        ([(0, 10), (20, 30)], [(10, 20)]),
        ([(12, 15)], [(10, 12), (15, 20)]),
        ([(16, 30), (0, 11), (12, 14), (13, 15)], [(11, 12), (15, 16)]),
        ([(10, 20)], []),
        ([(0, 30)], []),
        ([(25, 30)], [(10, 20)]),
        ([(15, 15)], [(10, 15), (15, 20)]),
    ],
    ids=["nothing", "beside", "inside", "several", "the same", "around", "after", "empty"],
)
def test_what_is_left_of_a_span_is_where_no_other_is(
    others: list[tuple[int, int]], left: list[tuple[int, int]]
) -> None:
    """In order, half-open, however the others lie."""
    assert without(Span(10, 20), [Span(*other) for other in others]) == [Span(*part) for part in left]
