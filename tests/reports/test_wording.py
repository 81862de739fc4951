"""The words of the reports: complete, plain, and safe to print."""

import pytest

from attune.events import ActKind, TransferKind
from attune.reports.wording import (
    ACT_WORDS,
    TRANSFER_WORDS,
    duration_text,
    figure_text,
    measure_words,
    offset_text,
    people_text,
    percent_text,
    plain_text,
    transfer_sentence,
)


def test_every_kind_has_words() -> None:
    """A kind that is added to the program gets words on every page."""
    assert set(TRANSFER_WORDS) == set(TransferKind)
    assert set(ACT_WORDS) == set(ActKind)


@pytest.mark.parametrize("kind", list(TransferKind))
def test_every_transfer_is_told_with_both_names(kind: TransferKind) -> None:
    """A sentence names who spoke and to whom."""
    sentence = transfer_sentence(kind, speaker="Ben", other="Anna", offset_s=0.6)
    assert sentence.startswith("Ben")
    assert "Anna" in sentence


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("talk_share", 0.554, "55%"),
        ("overlap_share", 0.004, "under 1%"),
        ("longest_turn_s", 21.44, "21.4 s"),
        ("longest_turn_s", 95.0, "1 min 35 s"),
        ("pause_before_response_s", -0.35, "−0.35 s"),
        ("turns_per_min", 5.25, "5.2 a minute"),
        ("interruptions_per_partner_min", 0.5, "0.5 a minute of the other's talk"),
        ("reflections", 3.0, "3"),
        ("reflections_per_question", 1.5, "1.5"),
        ("silence_patience", 0.9, "90%"),
        ("something_new", 2.25, "2.2"),
    ],
)
def test_figure_is_read_with_its_unit(key: str, value: float, text: str) -> None:
    """The key of a measure tells its unit, also for measures that are added later."""
    assert figure_text(key, value) == text


def test_measure_without_a_name_is_spelled_out() -> None:
    """A key that is added later is still readable."""
    assert measure_words("warmth_of_voice") == "warmth of voice"


def test_lengths_and_offsets_are_read_as_people_say_them() -> None:
    """Signs are there where the sign means something."""
    assert [duration_text(s) for s in (7.4, 61.2, 3725.0)] == ["7 s", "1 min 01 s", "1 h 02 min"]
    assert [offset_text(s) for s in (0.62, 0.0, -0.6)] == ["+0.62 s", "+0.00 s", "−0.60 s"]
    assert [percent_text(s) for s in (0.0, 0.001, 0.009, 0.01, 1.0)] == ["0%", "under 1%", "under 1%", "1%", "100%"]


def test_people_are_joined_as_in_speech() -> None:
    """One, two, three, nobody."""
    assert people_text(("Anna",)) == "Anna"
    assert people_text(("Anna", "Ben")) == "Anna and Ben"
    assert people_text(("Anna", "Ben", "Cleo")) == "Anna, Ben and Cleo"
    assert people_text(()) == "nobody in particular"


def test_text_that_steers_a_terminal_is_disarmed() -> None:
    """A file name or a word cannot clear the screen, set its title, or turn the line around."""
    assert plain_text("a\x1b[2Jb\x07 c\n d\u202ee") == "a [2Jb c d e"
