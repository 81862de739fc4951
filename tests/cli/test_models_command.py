"""``attune models``."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from attune.cli.program import program
from tiny_hub import Hub, tiny_hub


@pytest.fixture
def hub() -> Iterator[Hub]:
    """Run a model hub on this machine."""
    with tiny_hub() as running:
        yield running


def attune(home: Path, *arguments: str) -> Result:
    """Run the command for a user with this home."""
    return CliRunner().invoke(program, ["models", *arguments], env={"ATTUNE_HOME": str(home), "COLUMNS": "100"})


def line_of(result: Result, name: str) -> list[str]:
    return next(line.split() for line in result.stdout.splitlines() if line.split()[:1] == [name])


def test_list_tells_what_each_model_needs(tmp_path: Path):
    """Room on disk and in memory and the languages are shown, and that none is here yet, with the command."""
    result = attune(tmp_path, "list")
    assert result.exit_code == 0
    assert line_of(result, "small.en") == ["small.en", "486", "MB", "690", "MB", "English"]
    assert line_of(result, "large-v3") == ["large-v3", "3.1", "GB", "3.5", "GB", "99", "languages"]
    assert "No model is here yet; a good one to begin with: attune models download base" in result.stdout


def test_models_alone_lists_them(tmp_path: Path):
    """Without a subcommand the list is shown."""
    assert attune(tmp_path).stdout == attune(tmp_path, "list").stdout


def test_download_makes_a_model_ready(tmp_path: Path, hub: Hub):
    """A download ends with where the model is; then the list marks it, and path tells it."""
    result = attune(tmp_path, "download", "tiny", "--hub", hub.address)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == f"tiny is ready: {tmp_path / 'models' / 'tiny'}"
    listed = attune(tmp_path, "list")
    assert line_of(listed, "tiny")[-1] == "✓"
    assert line_of(listed, "base")[-1] == "languages"
    assert "Attune uses tiny unless another is chosen." in listed.stdout
    assert attune(tmp_path, "path", "tiny").stdout == f"{tmp_path / 'models' / 'tiny'}\n"


def test_download_of_a_model_that_is_here_asks_nobody(tmp_path: Path, hub: Hub):
    """A second download says that the model is here."""
    attune(tmp_path, "download", "tiny", "--hub", hub.address)
    hub.asked.clear()
    result = attune(tmp_path, "download", "tiny", "--hub", hub.address)
    assert result.stdout == f"tiny is already here: {tmp_path / 'models' / 'tiny'}\n"
    assert hub.asked == []


def test_download_that_breaks_off_fails_with_one_line(tmp_path: Path, hub: Hub):
    """Status 1, and the line says how to go on; going on works."""
    hub.break_off_at = 300_000
    result = attune(tmp_path, "download", "tiny", "--hub", hub.address)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith("attune: the download of tiny broke off at 0.3 MB of model.bin")
    hub.break_off_at = None
    assert attune(tmp_path, "download", "tiny", "--hub", hub.address).exit_code == 0


def test_download_interrupted_says_how_to_go_on(tmp_path: Path, hub: Hub):
    """Ctrl-C in the middle of the weights: status 130, one line, and the next download is whole."""
    hub.go_on = threading.Event()
    running = subprocess.Popen(
        [sys.executable, "-m", "attune", "models", "download", "tiny", "--hub", hub.address],
        env={**os.environ, "ATTUNE_HOME": str(tmp_path)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert hub.stalled.wait(timeout=60)
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=60)
    finally:
        hub.go_on.set()
        running.kill()
    assert running.returncode == 130
    assert errors.splitlines()[-1] == "Stopped. What came so far is kept; go on with: attune models download tiny"
    assert "Traceback" not in errors
    hub.go_on = None
    assert attune(tmp_path, "download", "tiny", "--hub", hub.address).exit_code == 0


def test_download_from_a_mirror_named_in_the_environment(tmp_path: Path, hub: Hub):
    """HF_ENDPOINT, the variable that other programs read, is read."""
    environment = {"ATTUNE_HOME": str(tmp_path), "HF_ENDPOINT": hub.address}
    result = CliRunner().invoke(program, ["models", "download", "tiny"], env=environment)
    assert result.exit_code == 0
    assert hub.asked


@pytest.mark.parametrize("arguments", [("download", "huge"), ("path", "huge")])
def test_unknown_model_fails_with_one_line(tmp_path: Path, arguments: tuple[str, str]):
    """A typing error lists what there is."""
    result = attune(tmp_path, *arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith("attune: there is no speech model called 'huge'; the models are tiny, ")
    assert len(result.stderr.splitlines()) == 1


def test_path_without_a_name_is_the_folder_of_all(tmp_path: Path):
    """Where models lie is told even before there is one."""
    assert attune(tmp_path, "path").stdout == f"{tmp_path / 'models'}\n"


def test_path_of_a_missing_model_says_how_to_get_it(tmp_path: Path):
    """Status 1 and the command."""
    result = attune(tmp_path, "path", "small")
    assert result.exit_code == 1
    assert result.stderr.endswith("get it with: attune models download small\n")
