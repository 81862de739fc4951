"""The README is true: its help is what the commands say, its commands exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from attune.cli.program import COMMANDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_readme_carries_the_help_of_every_command() -> None:
    """What `scripts/write_help` would write is what stands there."""
    run = subprocess.run(
        [sys.executable, ROOT / "scripts" / "write_help", "--check"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


def test_readme_carries_what_was_measured() -> None:
    """What `scripts/write_accuracy` would write is what stands there."""
    run = subprocess.run(
        [sys.executable, ROOT / "scripts" / "write_accuracy", "--check"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name: str) -> None:
    """A command that the README does not name cannot be found."""
    assert f"### attune {name}\n" in README


@pytest.mark.parametrize("line", re.findall(r"^attune (.+?)(?:\s{2,}#.*)?$", README, re.MULTILINE))
def test_every_command_line_of_the_readme_names_a_command(line: str) -> None:
    """The examples of the README call commands that exist."""
    assert line.split()[0] in COMMANDS


@pytest.mark.parametrize("script", re.findall(r"^(scripts/[\w/]+)", README, re.MULTILINE))
def test_every_script_that_the_readme_names_can_be_run(script: str) -> None:
    """The two commands at the top, and the others, are there and executable."""
    assert (ROOT / script).stat().st_mode & 0o100
