"""The settings file of a user: missing, unreadable, wrong, and what the doctor says of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from attune.cli import checks
from attune.cli.checks import Verdict
from attune.cli.doctor import is_unusable, is_without_microphone
from attune.cli.parts import user_settings
from attune.coaching.policy import CoachMode
from attune.errors import SettingsError
from attune.sessions.home import Home
from attune.settings import Settings, read_settings


def home_in(folder: Path) -> Home:
    """Return a home whose data and settings lie in one folder."""
    return Home(data=folder, config=folder)


def test_home_that_is_a_file_has_the_usual_settings(tmp_path: Path) -> None:
    """A recording is analysed all the same; that its session is not kept is said later."""
    place = tmp_path / "a-file"
    place.write_text("")
    assert user_settings(home_in(place)) == Settings()


def test_settings_that_are_a_folder_are_told_without_a_number(tmp_path: Path) -> None:
    """What is wrong and what to do, in words."""
    (tmp_path / "attune.toml").mkdir()
    with pytest.raises(SettingsError, match=r"cannot be read: is a directory; correct that or remove it$"):
        user_settings(home_in(tmp_path))


def test_settings_in_another_encoding_name_the_place(tmp_path: Path) -> None:
    """The first byte that is no UTF-8 is named."""
    (tmp_path / "attune.toml").write_bytes(b"# \xff\n")
    with pytest.raises(SettingsError, match=r"are not UTF-8 \(byte 3\); save them so$"):
        user_settings(home_in(tmp_path))


def test_doctor_finds_settings_that_stop_every_session(tmp_path: Path) -> None:
    """Otherwise it would say that all is well while no session begins."""
    path = tmp_path / "attune.toml"
    path.write_text("[coach]\nloudness = 11\n")
    found = checks.settings(lambda: user_settings(home_in(tmp_path)), path=path)
    assert found.verdict is Verdict.MISSING
    assert "has no setting loudness" in found.text
    assert is_unusable([found])


def test_doctor_says_where_settings_would_be(tmp_path: Path) -> None:
    """Without a file its place is told; with one, the file."""
    path = tmp_path / "attune.toml"
    assert checks.settings(Settings, path=path).text == f"the usual ones; {path} would change them"
    path.write_text("")
    assert checks.settings(Settings, path=path).text == str(path)


def test_nobody_is_asked_to_speak_without_a_microphone() -> None:
    """A missing speaker alone does not keep the doctor from listening."""
    missing = [checks.Check(subject=name, verdict=Verdict.MISSING, text="") for name in ("speaker", "microphone")]
    assert not is_without_microphone(missing[:1])
    assert is_without_microphone(missing)


def test_settings_that_the_readme_shows_can_be_used() -> None:
    """What a reader copies from there works as it says."""
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    (shown,) = re.findall(r"^```toml\n(.+?)^```", readme, re.MULTILINE | re.DOTALL)
    coach = read_settings(shown, name="README.md").coach
    assert (coach.mode, coach.lull_s) == (CoachMode.VISUAL, 5.0)
