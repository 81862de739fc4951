"""``attune erase`` asks, erases for good, and says what went."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from attune.cli.erase import command
from attune.errors import StoreError
from attune.events import SessionRecord
from attune.profile import VoiceProfile
from attune.sessions.document import session_document
from attune.sessions.kept import SessionKind
from attune.sessions.store import Store
from attune.sessions.voices import Agreement, Consent, VoiceStore


@pytest.fixture
def runner(tmp_path: Path) -> CliRunner:
    """Return a runner with a home of its own."""
    return CliRunner(env={"ATTUNE_HOME": str(tmp_path)})


@pytest.fixture
def kept(tmp_path: Path, evening: SessionRecord) -> list[str]:
    """Keep a session on each of two days and return their ids."""
    with Store.open(tmp_path / "sessions") as store:
        days = [datetime(2026, 11, day, 18, 30, tzinfo=UTC) for day in (23, 24)]
        document = session_document(evening)
        return [store.add(document, kind=SessionKind.LISTEN, started_at=day).id for day in days]


def left(home: Path) -> list[str]:
    """Return the ids that are still kept, the newest first."""
    with Store.open(home / "sessions") as store:
        return [session.id for session in store.list()]


def test_named_session_is_erased_after_yes(runner: CliRunner, tmp_path: Path, kept: list[str]) -> None:
    """It is shown before the question, and named after the deed."""
    result = runner.invoke(command, ["2026-11-23"], input="y\n")
    assert result.exit_code == 0
    assert result.output == (
        f"  {kept[0]} (Anna and Ben, 1 min 01 s)\n"
        "Erase this session for good? [y/N]: y\n"
        f"Erased {kept[0]} (Anna and Ben, 1 min 01 s)\n"
    )
    assert left(tmp_path) == [kept[1]]


def test_answer_no_erases_nothing(runner: CliRunner, tmp_path: Path, kept: list[str]) -> None:
    """Enter alone means no."""
    result = runner.invoke(command, ["--all"], input="\n")
    assert "Erase these 2 sessions for good? [y/N]: \nNothing was erased.\n" in result.output
    assert left(tmp_path) == kept[::-1]


def test_no_answer_erases_nothing(runner: CliRunner, tmp_path: Path, kept: list[str]) -> None:
    """A script without --yes stops at the question."""
    result = runner.invoke(command, ["--all"], input="")
    assert result.exit_code == 1
    assert left(tmp_path) == kept[::-1]


def test_yes_is_not_asked_again(runner: CliRunner, tmp_path: Path, kept: list[str]) -> None:
    """Every session goes, and each is named."""
    result = runner.invoke(command, ["--all", "--yes"])
    assert result.output == (
        f"Erased {kept[1]} (Anna and Ben, 1 min 01 s)\nErased {kept[0]} (Anna and Ben, 1 min 01 s)\n"
    )
    assert left(tmp_path) == []


def test_session_named_twice_is_erased_once(runner: CliRunner, tmp_path: Path, kept: list[str]) -> None:
    """The beginning and the whole id mean one session."""
    result = runner.invoke(command, ["2026-11-23", kept[0], "--yes"])
    assert result.output == f"Erased {kept[0]} (Anna and Ben, 1 min 01 s)\n"
    assert left(tmp_path) == [kept[1]]


def test_one_wrong_name_erases_nothing(runner: CliRunner, tmp_path: Path, kept: list[str]) -> None:
    """All names are found before the first is erased."""
    result = runner.invoke(command, [kept[0], "1999", "--yes"])
    assert isinstance(result.exception, StoreError)
    assert left(tmp_path) == kept[::-1]


def test_nothing_kept_is_said(runner: CliRunner) -> None:
    """There is nothing to ask about."""
    result = runner.invoke(command, ["--all"])
    assert (result.exit_code, result.output) == (0, "No session is kept; there is nothing to erase.\n")


@pytest.mark.parametrize("arguments", [[], ["2026", "--all"]])
def test_neither_or_both_is_wrong_use(runner: CliRunner, tmp_path: Path, kept: list[str], arguments: list[str]) -> None:
    """Erasing needs a clear choice."""
    result = runner.invoke(command, [*arguments, "--yes"])
    assert result.exit_code == 2
    assert left(tmp_path) == kept[::-1]


def test_all_erases_the_sound_of_sessions_that_were_broken_off(runner: CliRunner, tmp_path: Path) -> None:
    """A killed program leaves sound without a session; erasing everything means that too."""
    sound = tmp_path / "sessions" / "recording-123.flac"
    sound.parent.mkdir(parents=True, exist_ok=True)
    sound.write_bytes(b"x")
    result = runner.invoke(command, ["--all", "--yes"])
    assert result.output == "Erased the sound of a session that was broken off (recording-123.flac)\n"
    assert result.exit_code == 0
    assert not sound.exists()


@pytest.mark.parametrize("sessions", [0, 2])
def test_all_leaves_voices_and_says_so(
    runner: CliRunner, tmp_path: Path, evening: SessionRecord, sessions: int
) -> None:
    """Whoever erases everything may have meant the voices too, and is told how to."""
    with Store.open(tmp_path / "sessions") as store:
        for day in range(sessions):
            began = datetime(2026, 11, 23 + day, 18, 30, tzinfo=UTC)
            store.add(session_document(evening), kind=SessionKind.LISTEN, started_at=began)
    profile = VoiceProfile(encoder="bands", windows=np.ones((3, 1, 1), np.float32), voiced_s=2.0)
    agreed = Agreement(by=Consent.KEY, at=datetime(2026, 11, 23, tzinfo=UTC))
    with VoiceStore.open(tmp_path / "sessions") as voices:
        for name in ("Ana", "Ben"):
            voices.add(name, profile, agreement=agreed)
        result = runner.invoke(command, ["--all", "--yes"])
        assert result.output.splitlines()[-1] == (
            "Still known: the voice of Ana and Ben. `attune enroll --erase NAME` removes one."
        )
        assert [kept.name for kept in voices.list()] == ["Ana", "Ben"]
