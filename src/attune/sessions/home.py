"""Where a user's files live: the platform's own folders, or one folder named by ``ATTUNE_HOME``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "ATTUNE_HOME"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The folders of one user; none of them need exist yet."""

    data: Path
    config: Path

    @property
    def sessions(self) -> Path:
        """The folder that belongs to the store of sessions alone, and is closed to other users."""
        return self.data / "sessions"


def home_of(environ: Mapping[str, str]) -> Home:
    """Return the folders that an environment asks for.

    Parameters
    ----------
    environ
        Usually ``os.environ``. An empty ``ATTUNE_HOME`` counts as none.
    """
    chosen = environ.get(HOME_VARIABLE, "")
    if chosen:
        folder = Path(os.path.expanduser(chosen)).absolute()
        return Home(data=folder, config=folder)

    import platformdirs

    return Home(
        data=platformdirs.user_data_path("attune", appauthor=False),
        config=platformdirs.user_config_path("attune", appauthor=False),
    )
