"""Where the sound, the transcripts and the models that come with Attune lie.

In a source checkout they are the folders ``audio_fixtures`` and ``models`` beside ``src``; an installed Attune carries
the demo and the models inside the package, in ``bundled``.
"""

from __future__ import annotations

from pathlib import Path

from attune.errors import InputError

PACKAGE = Path(__file__).parent
"""The folder of the package."""

DEMO = "demo"
"""The dialogue that an installed Attune carries."""

SOUNDS = {1: "mono", 2: "stereo"}
"""How a sound is called by its number of channels; with two, person A is in the first."""


def fixture_sound(name: str, *, channels: int = 2, package: Path = PACKAGE) -> Path:
    """Return a dialogue's sound with one or two channels.

    Raises
    ------
    InputError
        If there is no such dialogue here, or it has no such channels.
    """
    if channels not in SOUNDS:
        raise InputError(f"a bundled dialogue has 1 or 2 channels, not {channels}")
    return _present(_root(package) / "audio_fixtures" / f"{name}.{SOUNDS[channels]}.flac", name=name)


def fixture_transcript(name: str, *, package: Path = PACKAGE) -> Path:
    """Return a dialogue's timed transcript (``attune.conversation/1``), which also carries its truth.

    Raises
    ------
    InputError
        If there is no such dialogue here.
    """
    return _present(_root(package) / "audio_fixtures" / "truth" / f"{name}.json", name=name)


def demo_sound(*, channels: int = 2, package: Path = PACKAGE) -> Path:
    """Return the sound of the demo.

    Raises
    ------
    InputError
        If it is missing, or has no such channels.
    """
    return fixture_sound(DEMO, channels=channels, package=package)


def demo_transcript(*, package: Path = PACKAGE) -> Path:
    """Return the timed transcript of the demo.

    Raises
    ------
    InputError
        If it is missing.
    """
    return fixture_transcript(DEMO, package=package)


def models_folder(*, package: Path = PACKAGE) -> Path:
    """Return the folder of the models that come with Attune.

    Raises
    ------
    InputError
        If it is missing.
    """
    folder = _root(package) / "models"
    if not folder.is_dir():
        raise InputError(f"the bundled models are missing from {folder}: install Attune again")
    return folder


def _root(package: Path) -> Path:
    """Return the folder that holds ``audio_fixtures`` and ``models``."""
    installed, checkout = package / "bundled", package.parent.parent
    if installed.is_dir():
        return installed
    if (checkout / "pyproject.toml").is_file() and (checkout / "audio_fixtures").is_dir():
        return checkout
    raise InputError(f"the bundled sound and models are missing from {installed}: install Attune again")


def _present(path: Path, *, name: str) -> Path:
    if not path.is_file():
        raise InputError(f"there is no bundled dialogue {name!r} ({path} is missing): an installed Attune has {DEMO!r}")
    return path
