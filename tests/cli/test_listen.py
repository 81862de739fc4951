"""``attune listen`` without a microphone: what its options mean, and what is wrong before anything is opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from attune.cli.listen import apart_at_first, channel_names, command
from attune.cli.parts import People
from attune.errors import AttuneError
from attune.plan import Arrangement
from attune.reports.live_state import Apart

COUPLE = People(channels=("Ana", "Ben"), arrangement=Arrangement.CHANNEL_EACH)
ALONE = People(arrangement=Arrangement.ONE_PERSON)
STRANGERS = People(arrangement=Arrangement.ONE_MICROPHONE)
ENROLLED = People(voices=("Ana", "Ben"), arrangement=Arrangement.ONE_MICROPHONE)
ONE_ENROLLED = People(voices=("Ana",), arrangement=Arrangement.ONE_MICROPHONE)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--voices", "Ana,Ben"), "no voice is called 'Ana'; `attune enroll --list` shows them"),
        (
            ("--voices", "Ana,Ben", "--people", "1"),
            "enrolled voices tell two people apart; they are of no use with one",
        ),
        (("--voices", "Ana,Ben", "--channels", "Ana,Ben"), "--channels gives each person a channel; enrolled voices"),
        (("--people", "1", "--channels", "Ana,Ben"), "--people 1 is one person, but --channels names 2"),
    ],
)
def test_options_that_cannot_be_followed_are_one_line(tmp_path: Path, arguments: tuple[str, ...], why: str) -> None:
    """Before anybody is asked and any microphone is opened."""
    run = CliRunner(env={"ATTUNE_HOME": str(tmp_path)}).invoke(command, [*arguments, "--transcriber", "none"])
    assert isinstance(run.exception, AttuneError)
    assert str(run.exception).startswith(why)
    assert run.stdout == ""


@pytest.mark.parametrize(
    ("people", "channels", "apart", "names"),
    [
        (COUPLE, 2, Apart.CHANNELS, ("Ana", "Ben")),
        (ALONE, 1, Apart.CHANNELS, ("A",)),
        (STRANGERS, 1, Apart.LEARNING, ("microphone",)),
        (STRANGERS, 2, Apart.LEARNING, ("left", "right")),
        (ONE_ENROLLED, 2, Apart.LEARNING, ("left", "right")),
        (ENROLLED, 2, Apart.VOICES, ("left", "right")),
        (ENROLLED, 4, Apart.VOICES, ("microphone",)),
    ],
)
def test_view_begins_with_what_is_known(people: People, channels: int, apart: Apart, names: tuple[str, ...]) -> None:
    """Voices that are not both enrolled become known first; the capsules of one microphone are nobody's."""
    plan = people.plan(channels=channels, source="desk", transcriber=None)
    assert apart_at_first(people, plan=plan) is apart
    assert channel_names(plan) == names
