"""The command itself: what was perhaps meant, and letters that an output lacks."""

from __future__ import annotations

import io

import pytest
from click.testing import CliRunner

from attune.cli.plain_output import make_tolerant, plainly
from attune.cli.program import program
from attune.cli.sessions import command as sessions


@pytest.mark.parametrize(("typed", "meant"), [("analyse", "analyze"), ("session", "sessions"), ("docter", "doctor")])
def test_command_misspelt_names_the_one_meant(typed: str, meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    """British spelling and a missing letter cost nobody a look at the help."""
    with pytest.raises(SystemExit) as ended:
        program([typed])
    assert ended.value.code == 2
    assert f"No such command '{typed}'. Did you mean '{meant}'?" in capsys.readouterr().err


def test_command_like_no_other_names_none(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is guessed."""
    with pytest.raises(SystemExit) as ended:
        program(["xyzzy"])
    assert ended.value.code == 2
    assert "Did you mean" not in capsys.readouterr().err


@pytest.mark.parametrize("typed", ["erase", "2026-11-23-1830-a3f"])
def test_sessions_says_where_to_see_and_erase_one(typed: str) -> None:
    """Whoever looks for it here is told where it is."""
    result = CliRunner().invoke(sessions, [typed])
    assert result.exit_code == 2
    assert "To see a session: attune sessions show ID; to erase it: attune erase ID" in result.stderr


@pytest.mark.parametrize(
    ("encoding", "written"),
    [("ascii", b'"I feel" - -0.20 s ... caf? ?'), ("cp1252", b"\x93I feel\x94 \xb7 -0.20 s \x85 caf\xe9 ?")],
)
def test_letter_that_the_output_lacks_becomes_a_plain_mark(encoding: str, written: bytes) -> None:
    """Quotes stay quotes; only what nothing stands for becomes a question mark."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    make_tolerant([stream, object()])
    stream.write("“I feel” · −0.20 s … café 音")
    stream.flush()
    assert raw.getvalue() == written


def test_text_that_cannot_be_read_is_still_an_error() -> None:
    """The handler stands in for writing alone."""
    with pytest.raises(UnicodeDecodeError):
        plainly(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"))
