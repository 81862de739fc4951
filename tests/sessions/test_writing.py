"""Files appear whole or not at all, and every failure is one line."""

import json
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from attune.errors import InputError
from attune.sessions.document import document_text
from attune.sessions.writing import write_tables, write_text


@pytest.fixture
def closed_folder(tmp_path: Path) -> Iterator[Path]:
    """Return a folder that this process may not write to, also when it runs as root."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    if os.geteuid() != 0:
        yield folder
        return
    os.seteuid(65534)
    try:
        yield folder
    finally:
        os.seteuid(0)


def test_document_is_written_whole_and_for_its_owner_alone(tmp_path: Path) -> None:
    """Nothing but the file is left in the folder, and others cannot read it."""
    path = tmp_path / "session.json"
    write_text(path, document_text({"schema": "attune.session/1"}))
    assert json.loads(path.read_text(encoding="utf-8")) == {"schema": "attune.session/1"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["session.json"]


def test_earlier_file_is_replaced(tmp_path: Path) -> None:
    """Writing again leaves the new text alone."""
    path = tmp_path / "a.rttm"
    write_text(path, "a much longer text than the next\n")
    write_text(path, "short\n")
    assert path.read_text(encoding="utf-8") == "short\n"


def test_line_ends_are_kept_as_they_are(tmp_path: Path) -> None:
    """The tables' CRLF must not be turned into something else."""
    write_text(tmp_path / "t.csv", "a,b\r\n")
    assert (tmp_path / "t.csv").read_bytes() == b"a,b\r\n"


def test_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    """What the link points at is written; the link is not replaced."""
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    write_text(tmp_path / "link.json", "new")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_text() == "new"


def test_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    """A device or a pipe at the place of the file stays what it is."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_text(pipe, "through the pipe")
    reader.join()
    assert read == ["through the pipe"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_folder_in_place_of_a_file_is_one_line(tmp_path: Path) -> None:
    """The message names the folder and asks for a file."""
    with pytest.raises(InputError) as caught:
        write_text(tmp_path, "x")
    assert str(caught.value) == f"cannot write {tmp_path}: it is a folder; name a file"


def test_missing_folder_is_one_line(tmp_path: Path) -> None:
    """The message names the folder that is missing."""
    with pytest.raises(InputError) as caught:
        write_text(tmp_path / "nowhere" / "a.json", "x")
    assert str(caught.value) == (
        f"cannot write {tmp_path}/nowhere/a.json: the folder {tmp_path}/nowhere does not exist; make it first"
    )


def test_closed_folder_is_one_line_and_leaves_nothing(closed_folder: Path) -> None:
    """A folder without permission to write is told plainly."""
    with pytest.raises(InputError) as caught:
        write_text(closed_folder / "a.json", "x")
    assert str(caught.value) == f"cannot write {closed_folder}/a.json: permission denied; choose another place"


def test_file_in_place_of_a_parent_folder_is_one_line(tmp_path: Path) -> None:
    """A path that goes through a file cannot be written."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match=r"not a directory; choose another place$"):
        write_text(tmp_path / "file" / "a.json", "x")


def test_name_with_a_zero_byte_is_one_line(tmp_path: Path) -> None:
    """No system accepts such a name; nobody sees a traceback for it."""
    with pytest.raises(InputError, match=r"null (byte|character)"):
        write_text(tmp_path / "a\0b", "x")


def test_failure_half_way_keeps_the_earlier_file(tmp_path: Path) -> None:
    """A document that cannot be put into words leaves the old one as it was."""
    path = tmp_path / "session.json"
    write_text(path, "earlier")
    with pytest.raises(ValueError, match="Out of range"):
        write_text(path, document_text({"value": float("inf")}))
    assert path.read_text() == "earlier"
    assert os.listdir(tmp_path) == ["session.json"]


def test_tables_make_their_folder(tmp_path: Path) -> None:
    """A folder for tables need not exist before."""
    write_tables(tmp_path / "out" / "tables", {"a.csv": "x\r\n", "b.csv": "y\r\n"})
    assert sorted(os.listdir(tmp_path / "out" / "tables")) == ["a.csv", "b.csv"]


def test_tables_into_a_file_is_one_line(tmp_path: Path) -> None:
    """The message asks for a folder."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError) as caught:
        write_tables(tmp_path / "file", {"a.csv": "x"})
    assert str(caught.value) == f"cannot write tables into {tmp_path}/file: it is a file; name a folder"
