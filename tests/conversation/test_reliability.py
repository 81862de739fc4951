"""What figures say of themselves, and which keep silent."""

from __future__ import annotations

import pytest

from attune.accuracy import NEVER_MEASURED, Accuracy, Reliability, Sought, Spread
from attune.conversation import reliability
from attune.conversation.reliability import LEAST_PRECISION, LEAST_RECALL, RESTS_ON, with_reliability
from attune.events import Measure


def always(share: float) -> Spread:
    """Return a share that is the same in all conditions."""
    return Spread(pooled=share, least=share, most=share)


def accuracy(*, precision: Spread, recall: Spread) -> Accuracy:
    """Return the accuracy of a mode in which everything is found equally well."""
    found = dict.fromkeys(Sought, Reliability(precision=precision, recall=recall))
    return Accuracy(found=found, median_ms=always(26.2), p90_ms=always(310.0))


WELL = accuracy(precision=always(0.92), recall=always(0.48))


def figure(key: str, value: float | None = 2.0) -> Measure:
    """Return a figure of four moments, heard with one microphone."""
    return Measure(key=key, value=value, n=4, observed="two voices, one microphone")


@pytest.mark.parametrize(
    "key",
    ["interruptions_per_partner_min", "attempts_per_partner_min", "backchannels_per_partner_min", "overlap_share"],
)
def test_figure_that_depends_on_overlap_carries_precision_and_recall(key: str) -> None:
    """After how it was heard; the value stays."""
    assert with_reliability(figure(key), accuracy=WELL) == Measure(
        key=key,
        value=2.0,
        n=4,
        observed="two voices, one microphone; on test conversations 92 of 100 that were found were there, "
        "and 48 of 100 that were there were found",
    )


def test_pause_tells_its_error_as_well() -> None:
    """Of changes of the floor that were found."""
    pause = Measure(
        key="pause_before_response_s", value=0.6, n=4, observed="two voices, one microphone", iqr=(0.4, 1.0)
    )
    found = with_reliability(pause, accuracy=WELL)
    assert (found.value, found.n, found.iqr) == (0.6, 4, (0.4, 1.0))
    assert found.observed == (
        "two voices, one microphone; on test conversations 92 of 100 that were found were there, and 48 of 100 that "
        "were there were found; half of the pauses were right to about 26 ms, nine in ten to 310 ms"
    )


def test_range_over_conditions_stands_beside_what_is_pooled() -> None:
    """Nobody knows which condition an evening is nearest to."""
    ranged = accuracy(precision=Spread(pooled=0.8, least=0.71, most=0.9), recall=always(0.5))
    found = with_reliability(figure("overlap_share"), accuracy=ranged)
    assert "80 of 100 (71 to 90) that were found were there, and 50 of 100 that were there" in found.observed


def test_figure_below_the_least_precision_is_withheld() -> None:
    """It says why; what it would have been is not told."""
    poor = accuracy(precision=Spread(pooled=LEAST_PRECISION - 0.01, least=0.5, most=0.9), recall=always(0.5))
    assert with_reliability(figure("overlap_share"), accuracy=poor) == Measure(
        key="overlap_share",
        value=None,
        n=0,
        observed="not shown: on test conversations only 59 of 100 (50 to 90) that were found were there",
    )


def test_figure_at_the_least_precision_is_shown() -> None:
    """The threshold itself is enough."""
    enough = accuracy(precision=always(LEAST_PRECISION), recall=always(0.5))
    assert with_reliability(figure("overlap_share"), accuracy=enough).value == 2.0


def test_what_is_hardly_ever_found_is_withheld() -> None:
    """A low count would read as if little had been there."""
    blind = accuracy(precision=always(1.0), recall=always(LEAST_RECALL - 0.01))
    found = with_reliability(figure("backchannels_per_partner_min", 0.0), accuracy=blind)
    why = "not shown: on test conversations only 19 of 100 that were there were found"
    assert (found.value, found.observed) == (None, why)


def test_mode_that_was_never_measured_shows_no_such_figure() -> None:
    """How far it could be relied on is not known."""
    found = with_reliability(figure("overlap_share"), accuracy=NEVER_MEASURED)
    assert (found.value, found.observed) == (None, reliability.NEVER_MEASURED)


def test_other_figures_and_other_arrangements_are_left_alone() -> None:
    """Talk share needs no remark with one microphone, overlap none with two."""
    for key in ("talk_share", "longest_turn_s", "reflections"):
        assert with_reliability(figure(key), accuracy=WELL) == figure(key)
    for key in RESTS_ON:
        assert with_reliability(figure(key), accuracy=None) == figure(key)


def test_figure_that_could_not_be_observed_keeps_its_reason() -> None:
    """There is nothing that could be relied on."""
    none = Measure(key="pause_before_response_s", value=None, n=0, observed="no answer after a finished turn")
    assert with_reliability(none, accuracy=WELL) == none
