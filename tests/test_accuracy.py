"""What is known of how well sessions are heard, by the way in which they are heard."""

from __future__ import annotations

import pytest

from attune.accuracy import (
    NEVER_MEASURED,
    Accuracy,
    Condition,
    Found,
    Mode,
    Reliability,
    Sought,
    Spread,
    accuracy_of,
    rows_of,
)
from attune.cli.parts import accuracy_rows
from attune.plan import Arrangement, Plan
from measured_accuracy import measured, table

ROWS = rows_of(
    table(
        measured("one_microphone", "clean", 28, precision=0.9, recall=0.6, median_ms=20.0),
        measured("one_microphone", "noisy", 12, precision=0.7, recall=0.4, median_ms=40.0),
        measured("one_microphone_enrolled", "clean", 14, precision=0.8, recall=0.5),
        measured("stereo_microphone", "room", 28, precision=0.95, recall=0.7),
        measured("channel_each", "clean", 28, precision=0.99, recall=0.98),
    )
)


def two(arrangement: Arrangement, *, channels: int = 1) -> Plan:
    """Return the plan of Ana and Ben."""
    return Plan(speakers=("Ana", "Ben"), arrangement=arrangement, channels=channels, transcriber=None)


def interruptions_of(accuracy: Accuracy | None) -> Reliability:
    """Return what is known of interruptions."""
    assert accuracy is not None
    return accuracy.found[Sought.INTERRUPTIONS]


def test_row_is_read_with_all_of_its_figures() -> None:
    """Each figure stands under its own name."""
    row = ROWS[0]
    assert (row.mode, row.condition, row.conversations) == (Mode.ONE_MICROPHONE, Condition.CLEAN, 28)
    assert (row.attribution.right, row.attribution.other, row.attribution.unknown, row.attribution.nobody) == (
        0.95,
        0.03,
        0.015,
        0.005,
    )
    assert (row.der, row.timing.median_ms, row.timing.p90_ms) == (0.12, 20.0, 200.0)
    assert row.found == dict.fromkeys(Sought, Found(precision=0.9, recall=0.6))


@pytest.mark.parametrize("spoilt", [{}, {"schema": "attune.accuracy/2", "rows": []}])
def test_other_document_is_no_table(spoilt: dict[str, object]) -> None:
    """The number of the form is checked."""
    with pytest.raises(ValueError, match=r"attune\.accuracy/1"):
        rows_of(spoilt)


def test_table_that_lacks_a_figure_names_it() -> None:
    """And what to do."""
    row = measured("one_microphone", "clean", 28, precision=0.9, recall=0.6)
    del row["overlap"]
    with pytest.raises(ValueError, match=r"lacks 'overlap': .*scripts/evaluate_hearing"):
        rows_of(table(row))


def test_conditions_are_pooled_by_their_conversations() -> None:
    """28 conversations with .9 and 12 with .7 are 40 with .84; the range stands beside it."""
    accuracy = accuracy_of(ROWS, plan=two(Arrangement.ONE_MICROPHONE), enrolled=())
    assert accuracy is not None
    found = accuracy.found[Sought.OVERLAP]
    assert (found.precision.least, found.precision.pooled, found.precision.most) == (0.7, pytest.approx(0.84), 0.9)
    assert (found.recall.least, found.recall.pooled, found.recall.most) == (0.4, pytest.approx(0.54), 0.6)
    assert accuracy.median_ms == Spread(pooled=26.0, least=20.0, most=40.0)
    assert accuracy.p90_ms == Spread(pooled=260.0, least=200.0, most=400.0)


def test_both_voices_must_be_enrolled_for_the_figures_of_enrolled_voices() -> None:
    """One alone is heard as if nobody were."""
    plan = two(Arrangement.ONE_MICROPHONE)
    assert interruptions_of(accuracy_of(ROWS, plan=plan, enrolled=("Ben", "Ana"))).precision.pooled == 0.8
    assert interruptions_of(accuracy_of(ROWS, plan=plan, enrolled=("Ana",))).precision.most == 0.9


def test_second_capsule_promises_nothing() -> None:
    """Two channels may carry the same sound, so what is said of them is what one capsule was measured to hear."""
    one, two_capsules = (
        accuracy_of(ROWS, plan=two(Arrangement.ONE_MICROPHONE, channels=channels), enrolled=()) for channels in (1, 2)
    )
    assert one == two_capsules


def test_mode_that_was_not_measured_is_known_as_such() -> None:
    """Nothing is borrowed from another mode."""
    only = [row for row in ROWS if row.mode is Mode.ENROLLED]
    assert accuracy_of(only, plan=two(Arrangement.ONE_MICROPHONE), enrolled=()) == NEVER_MEASURED


def test_channel_each_and_one_person_need_no_remark() -> None:
    """Their figures stand for themselves."""
    alone = Plan(speakers=("Ana",), arrangement=Arrangement.ONE_PERSON, channels=1, transcriber=None)
    assert accuracy_of(ROWS, plan=two(Arrangement.CHANNEL_EACH, channels=2), enrolled=()) is None
    assert accuracy_of(ROWS, plan=alone, enrolled=()) is None


def test_table_that_ships_can_be_read() -> None:
    """Every row is of another mode or condition, and its shares are shares."""
    rows = accuracy_rows()
    assert rows
    assert len({(row.mode, row.condition) for row in rows}) == len(rows)
    for row in rows:
        given = row.attribution
        assert given.right + given.other + given.unknown + given.nobody == pytest.approx(1, abs=0.005)
        assert all(0 <= share <= 1 for found in row.found.values() for share in (found.precision, found.recall))
