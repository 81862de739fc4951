"""Where the bundled sound and models are looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from attune import bundled
from attune.errors import InputError


def make_files(folder: Path) -> None:
    """Lay the demo and an empty models folder under `folder`."""
    for path in ("audio_fixtures/demo.mono.flac", "audio_fixtures/demo.stereo.flac", "audio_fixtures/truth/demo.json"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    (folder / "models").mkdir()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return the package folder of a source checkout."""
    make_files(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "src" / "attune").mkdir(parents=True)
    return tmp_path / "src" / "attune"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Return the package folder of an installed wheel."""
    package = tmp_path / "lib" / "site-packages" / "attune"
    (package / "bundled").mkdir(parents=True)
    make_files(package / "bundled")
    return package


def test_this_checkout_has_the_demo() -> None:
    """The demo is found without saying where."""
    assert bundled.demo_sound().name == "demo.stereo.flac"
    assert bundled.demo_sound(channels=1).name == "demo.mono.flac"
    assert bundled.demo_transcript().parent.name == "truth"


def test_checkout_serves_the_folders_beside_src(checkout: Path) -> None:
    """In a checkout, sound and models lie at the top."""
    top = checkout.parent.parent
    assert bundled.fixture_sound("demo", package=checkout) == top / "audio_fixtures" / "demo.stereo.flac"
    assert bundled.models_folder(package=checkout) == top / "models"


def test_installed_package_serves_its_own_folder(installed: Path) -> None:
    """In a wheel, sound and models lie inside the package."""
    inside = installed / "bundled"
    assert bundled.demo_sound(package=installed, channels=1) == inside / "audio_fixtures" / "demo.mono.flac"
    assert bundled.demo_transcript(package=installed) == inside / "audio_fixtures" / "truth" / "demo.json"
    assert bundled.models_folder(package=installed) == inside / "models"


def test_dialogue_that_is_not_installed_is_named(installed: Path) -> None:
    """The message says which dialogue is missing."""
    with pytest.raises(InputError, match="no bundled dialogue 'interruptions'"):
        bundled.fixture_sound("interruptions", package=installed)


def test_package_without_bundle_says_so(tmp_path: Path) -> None:
    """A package stripped of its bundle is an error of one line."""
    with pytest.raises(InputError, match=r"missing from .*bundled: install Attune again"):
        bundled.models_folder(package=tmp_path)


def test_three_channels_are_refused() -> None:
    """There are mono and stereo alone."""
    with pytest.raises(InputError, match="1 or 2 channels, not 3"):
        bundled.demo_sound(channels=3)
