"""Lists in a narrow window, no colour where none is wanted, and questions that nobody answers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from attune.cli import doctor
from attune.cli.checks import Check, Verdict
from attune.cli.erase import command as erase
from attune.cli.sessions import command as sessions
from attune.events import SessionRecord
from attune.sessions.document import session_document
from attune.sessions.kept import SessionKind
from attune.sessions.store import Store


@pytest.fixture
def kept(tmp_path: Path, evening: SessionRecord) -> str:
    """Keep a session and return its id."""
    with Store.open(tmp_path / "sessions") as store:
        began = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
        return store.add(session_document(evening), kind=SessionKind.LISTEN, started_at=began).id


def test_narrow_list_keeps_what_names_a_session(tmp_path: Path, kept: str) -> None:
    """In 50 columns the id, the length and the people stand whole, and nothing is folded to single letters."""
    runner = CliRunner(env={"ATTUNE_HOME": str(tmp_path), "COLUMNS": "50"})
    lines = [line.rstrip() for line in runner.invoke(sessions, []).output.splitlines()]
    assert lines == ["id                       length  who", f"{kept}  1 min 01 s  Anna and Ben"]


def test_unanswered_question_says_that_nothing_was_erased(tmp_path: Path, kept: str) -> None:
    """A script learns which option answers beforehand."""
    result = CliRunner(env={"ATTUNE_HOME": str(tmp_path)}).invoke(erase, [kept], input="")
    assert result.exit_code != 0
    assert "Nothing was erased. Where nobody can answer, --yes says so beforehand." in result.stderr


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_doctor_has_no_colour_where_none_is_wanted(
    monkeypatch: pytest.MonkeyPatch, *, no_color: str, coloured: bool
) -> None:
    """NO_COLOR is a wish of many people's environments."""
    monkeypatch.setenv("NO_COLOR", no_color)
    shown: list[str] = []
    monkeypatch.setattr(doctor.click, "echo", shown.append)
    doctor.print_check(Check(subject="voice", verdict=Verdict.OK, text="2 voices"))
    assert ("\x1b[" in shown[0]) is coloured
    assert "2 voices" in shown[0]
