"""`scripts/setup` on a machine where something is missing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ("bash", "cat", "cksum", "dirname", "mkdir")

WITHOUT_VENV = """#!/bin/bash
case "$*" in
  *venv*) mkdir -p .venv/bin; exit 1 ;;
  --version) echo "Python 3.12.0" ;;
esac
"""
"""A Python as Debian installs it alone: it begins an environment and cannot finish it."""


def test_python_without_venv_is_told_the_package(tmp_path: Path) -> None:
    """The first thing a newcomer on Debian or Ubuntu may meet ends in one line with the remedy."""
    if not all(shutil.which(tool) for tool in TOOLS):
        pytest.skip("needs bash and coreutils")
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "setup", tmp_path / "scripts" / "setup")
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in TOOLS:
        (tools / tool).symlink_to(str(shutil.which(tool)))
    python = tools / "python3"
    python.write_text(WITHOUT_VENV.replace("/bin/bash", str(shutil.which("bash"))))
    python.chmod(0o755)
    for _ in range(2):  # what was begun does not pass for finished
        run = subprocess.run(
            [tools / "bash", tmp_path / "scripts" / "setup", "demo"],
            env={"PATH": str(tools)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 1
        assert run.stderr.splitlines()[-1] == (
            "setup: python3 cannot make .venv; on Debian and Ubuntu that needs a package: apt-get install python3-venv"
        )
