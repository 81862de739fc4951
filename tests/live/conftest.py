"""The virtual sound card as fixtures."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from virtual_card import SoundCard, running_sound_card

REQUIRED = "ATTUNE_REQUIRE_SOUND_CARD"
PROGRAMS = ("pulseaudio", "pactl", "paplay", "parec")


@pytest.fixture(scope="session")
def sound_programs() -> None:
    """Skip where the programs of the virtual sound card are not installed; fail where they are required."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        reason = f"no virtual sound card: {', '.join(missing)} not installed"
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def sound_card(sound_programs: None) -> Iterator[SoundCard]:
    """Return the virtual sound card that all live tests share."""
    with running_sound_card() as card:
        yield card
