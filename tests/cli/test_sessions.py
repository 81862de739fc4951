"""``attune sessions`` lists and shows what was kept."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from attune.cli.sessions import command
from attune.errors import StoreError
from attune.events import AgreedBy, SessionConsent, SessionRecord
from attune.sessions.document import session_document
from attune.sessions.kept import SessionKind
from attune.sessions.store import Store


@pytest.fixture
def runner(tmp_path: Path) -> CliRunner:
    """Return a runner with a home of its own, 80 columns wide."""
    return CliRunner(env={"ATTUNE_HOME": str(tmp_path), "COLUMNS": "80"})


def keep(home: Path, record: SessionRecord) -> str:
    """Keep a session and return its id."""
    with Store.open(home / "sessions") as store:
        started_at = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
        return store.add(session_document(record), kind=SessionKind.DEMO, started_at=started_at).id


def test_nothing_kept_says_how_to_begin(runner: CliRunner) -> None:
    """An empty list is no empty page."""
    result = runner.invoke(command, [])
    assert result.exit_code == 0
    assert result.output == "No session is kept yet. `attune listen` begins one; `attune demo` shows one.\n"


@pytest.mark.parametrize("arguments", [[], ["list"]])
def test_kept_session_is_one_line(
    runner: CliRunner, tmp_path: Path, evening: SessionRecord, arguments: list[str]
) -> None:
    """Both ways of asking show id, kind, length, turns, people and where it came from."""
    name = keep(tmp_path, evening)
    result = runner.invoke(command, arguments)
    assert [line.split() for line in result.output.splitlines()] == [
        ["id", "kind", "length", "turns", "who", "from"],
        [name, "demo", "1", "min", "01", "s", "3", "Anna", "and", "Ben", "evening.flac"],
    ]


def test_session_is_shown_again_by_the_beginning_of_its_id(
    runner: CliRunner, tmp_path: Path, evening: SessionRecord
) -> None:
    """The summary comes from what was kept."""
    keep(tmp_path, evening)
    result = runner.invoke(command, ["show", "2026-11-23"])
    assert result.exit_code == 0
    assert "Anna and Ben · 1 min 01 s · evening.flac" in result.output
    assert "“it sounds like you feel tired”" in result.output


def test_session_shows_how_everybody_agreed(runner: CliRunner, tmp_path: Path, evening: SessionRecord) -> None:
    """Who, how and when, by the clock of that day."""
    consent = SessionConsent(by=AgreedBy.KEY, people=("Anna", "Ben"), at="2026-11-23T18:29:01+01:00")
    keep(tmp_path, replace(evening, consent=consent))
    shown = " ".join(runner.invoke(command, ["show", "2026-11-23"]).output.split())
    assert "Anna and Ben agreed to be heard with a key each, 2026-11-23 18:29." in shown


def test_session_that_is_not_there_is_one_line(runner: CliRunner) -> None:
    """The command line prints the message; there is nothing else to see."""
    result = runner.invoke(command, ["show", "1999"])
    assert isinstance(result.exception, StoreError)
    assert str(result.exception) == "no session is called '1999'; `attune sessions` lists them"
