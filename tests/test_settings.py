"""Settings from TOML: what is left out has its default, what is wrong is said in one line."""

from __future__ import annotations

import pytest

from attune.coaching.policy import CoachMode
from attune.errors import SettingsError
from attune.settings import Settings, read_settings


def test_empty_file_gives_the_defaults() -> None:
    """Nothing has to be set."""
    assert read_settings("", name="attune.toml") == Settings()


def test_settings_are_taken_and_the_rest_has_its_default() -> None:
    """Whole numbers become times where a time is meant; names become modes."""
    found = read_settings(
        '[voicing]\nenter = 0.5\n[coach]\nmode = "visual"\nlull_s = 5\n[floor]\nwindow_ms = 2500\n', name="attune.toml"
    )
    assert found.voicing.enter == 0.5
    assert found.voicing.stay == Settings().voicing.stay
    assert found.coach.mode is CoachMode.VISUAL
    assert (found.coach.lull_s, type(found.coach.lull_s)) == (5.0, float)
    assert found.floor.window_ms == 2_500
    assert found.phrases == Settings().phrases


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[coach", r"attune.toml is no valid TOML: .*; correct it or remove the file"),
        ("[ear]\nx = 1", r"attune.toml has a group \[ear\]; the groups are coach, floor, phrases, voicing"),
        ("coach = 3", r"attune.toml \[coach\] is a group of settings, not 3"),
        ("[[coach]]\nlull_s = 1", r"attune.toml \[coach\] is a group of settings"),
        ("[voicing]\nlevel = 1", r"attune.toml \[voicing\] has no setting level; it has enter, stay"),
        ('[voicing]\nenter = "high"', r"\[voicing\] enter is a number, not 'high'"),
        ("[voicing]\nenter = true", r"\[voicing\] enter is a number, not True"),
        ("[floor]\nwindow_ms = 2.5", r"\[floor\] window_ms is a whole number, not 2.5"),
        ('[coach]\nmode = "loud"', r"\[coach\] mode is one of spoken, visual, quiet, not 'loud'"),
        ("[coach]\nmode = 3", r"\[coach\] mode is one of spoken, visual, quiet, not 3"),
        ("[voicing]\nenter = 1.5", r"attune.toml \[voicing\]: 0 < stay ≤ enter < 1"),
        ("[floor]\nwindow_ms = 0", r"attune.toml \[floor\]: window_ms is a positive time, not 0"),
        ("[coach]\nlull_s = -1", r"attune.toml \[coach\]: coach.lull_s must be 0 or more"),
        ("[phrases]\nlongest_ms = 1", r"attune.toml \[phrases\]: cut_within_ms < longest_ms"),
        ("[coach]\ncool_down_s = inf", r"\[coach\] cool_down_s is a finite number, not inf"),
        ("[voicing]\nabove_noise_db = nan", r"\[voicing\] above_noise_db is a finite number, not nan"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, why: str) -> None:
    """File, group, setting, value, and what could stand there."""
    with pytest.raises(SettingsError, match=why):
        read_settings(text, name="attune.toml")
