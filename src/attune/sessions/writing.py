"""Files are written whole or not at all: first beside their place, then moved into it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from attune.errors import InputError


def write_tables(folder: Path, tables: Mapping[str, str]) -> None:
    """Write each table into a folder, which is made if it is missing.

    Raises
    ------
    InputError
        If the folder or a file in it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise InputError(f"cannot write tables into {folder}: it is a file; name a folder") from error
    except OSError as error:
        raise InputError(f"cannot make the folder {folder}: {_reason(error)}") from error
    for name, text in tables.items():
        write_text(folder / name, text)


def write_text(path: Path, text: str) -> None:
    """Write a text as UTF-8, whole or not at all; an earlier file stays until the new one is complete.

    What is there already and is no plain file (a pipe, ``/dev/stdout``) is written to, never replaced. New files can be
    read by their owner alone: they hold what two people said to each other.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    content = text.encode("utf-8", "replace")
    try:
        if path.is_dir():
            raise InputError(f"cannot write {path}: it is a folder; name a file")
        if path.exists() and not path.is_file():
            path.write_bytes(content)
        else:
            _write_whole(path.resolve(), content)
    except FileNotFoundError as error:
        raise InputError(f"cannot write {path}: the folder {path.parent} does not exist; make it first") from error
    except (OSError, ValueError, RuntimeError) as error:  # a zero byte in the name; links that go in circles
        raise InputError(f"cannot write {path}: {_reason(error)}; choose another place") from error


def _write_whole(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=".attune-", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:1].lower() + text[1:]
