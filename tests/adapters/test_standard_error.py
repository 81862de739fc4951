"""What libraries write to standard error by themselves does not reach a terminal; what Python writes does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import os, sys
from attune.adapters.standard_error import libraries_silenced
os.write(2, b"before\\n")
with libraries_silenced():
    os.write(2, b"a library\\n")
    print("Python", file=sys.stderr)
os.write(2, b"after\\n")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_terminal_sees_python_and_no_library() -> None:
    """Before and after, everything is seen."""
    own, its = os.openpty()
    try:
        subprocess.run([sys.executable, "-c", PROGRAM], stderr=its, check=True, timeout=60)
        shown = os.read(own, 4096).decode().splitlines()
    finally:
        os.close(own)
        os.close(its)
    assert shown == ["before", "Python", "after"]


def test_file_sees_everything(tmp_path: Path) -> None:
    """Whoever sends standard error to a file wants to read it."""
    with (tmp_path / "log").open("w") as log:
        subprocess.run([sys.executable, "-c", PROGRAM], stderr=log, check=True, timeout=60)
    assert (tmp_path / "log").read_text().splitlines() == ["before", "a library", "Python", "after"]
