"""Where a user's files live."""

from pathlib import Path

import platformdirs

from attune.sessions.home import home_of


def test_chosen_home_holds_everything(tmp_path: Path) -> None:
    """ATTUNE_HOME replaces the platform's folders, and the sessions have one of their own in it."""
    home = home_of({"ATTUNE_HOME": str(tmp_path)})
    assert (home.data, home.config, home.sessions) == (tmp_path, tmp_path, tmp_path / "sessions")


def test_chosen_home_is_made_absolute() -> None:
    """A relative folder means the one below the working folder, also after a change of it."""
    assert home_of({"ATTUNE_HOME": "here"}).data == Path.cwd() / "here"


def test_empty_choice_counts_as_none() -> None:
    """An empty variable must not put files into the working folder."""
    home = home_of({"ATTUNE_HOME": ""})
    assert home.data == platformdirs.user_data_path("attune", appauthor=False)
    assert home.config == platformdirs.user_config_path("attune", appauthor=False)
