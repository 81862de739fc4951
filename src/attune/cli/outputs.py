"""Where the results of an analysis go: files of several kinds, standard output, or the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from attune.errors import InputError
from attune.events import SessionRecord
from attune.sessions.document import document_text
from attune.sessions.exports import csv_tables, rttm, textgrid
from attune.sessions.writing import write_tables, write_text

STANDARD_OUTPUT = Path("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Files that were asked for; with several inputs each is a folder with a file (for tables a folder) per input."""

    json: Path | None = None
    csv: Path | None = None
    rttm: Path | None = None
    textgrid: Path | None = None

    @property
    def any(self) -> bool:
        """Whether any file was asked for; otherwise a summary is shown."""
        return any((self.json, self.csv, self.rttm, self.textgrid))

    def of_input(self, name: str) -> Outputs:
        """Return the outputs of one of several inputs, called by its name."""
        return Outputs(
            json=_inside(self.json, f"{name}.json"),
            csv=_inside(self.csv, name),
            rttm=_inside(self.rttm, f"{name}.rttm"),
            textgrid=_inside(self.textgrid, f"{name}.TextGrid"),
        )

    def check(self, inputs: Sequence[Path]) -> None:
        """Check that nothing is written over an input, or over another output.

        Raises
        ------
        click.UsageError
            If an output is one of the inputs, two outputs are the same, or tables are to go to standard output.
        """
        if self.csv == STANDARD_OUTPUT:
            raise click.UsageError("--csv names a folder; - is for --json, --rttm and --textgrid")
        taken: list[Path] = []
        for option, path in (("--json", self.json), ("--rttm", self.rttm), ("--textgrid", self.textgrid)):
            if path is None:
                continue
            if path != STANDARD_OUTPUT and any(_same(path, given) for given in inputs):
                raise click.UsageError(f"{option} {path} would be written over an input; name another file")
            if any(_same(path, other) for other in taken):
                raise click.UsageError(f"{option} {path} would be written over another output; name another file")
            taken.append(path)

    def write(self, record: SessionRecord, document: Mapping[str, Any]) -> None:
        """Write everything that was asked for, making folders as needed.

        Raises
        ------
        InputError
            If a file cannot be written.
        """
        for path, text in (
            (self.json, document_text(document)),
            (self.rttm, rttm(record)),
            (self.textgrid, textgrid(record)),
        ):
            if path == STANDARD_OUTPUT:
                # UTF-8 whatever the terminal's encoding, as in a file: a document loses no letter on its way.
                click.echo(text.encode("utf-8", "replace"), nl=False)
            elif path is not None:
                make_folder(path.parent)
                write_text(path, text)
        if self.csv is not None:
            make_folder(self.csv)
            write_tables(self.csv, csv_tables(record))


def _same(one: Path, other: Path) -> bool:
    """Return whether two paths lead to one file, through links and spellings."""
    try:
        return one.resolve() == other.resolve() or one.samefile(other)
    except (OSError, RuntimeError, ValueError):  # not there, links that go in circles, a zero byte in the name
        return False


def _inside(folder: Path | None, name: str) -> Path | None:
    return folder if folder is None or folder == STANDARD_OUTPUT else folder / name


def make_folder(path: Path) -> None:
    """Make a folder and those above it, unless they exist.

    Raises
    ------
    InputError
        If it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise InputError(f"the folder {path} cannot be made: {why}; name another place") from error


def input_names(paths: tuple[Path, ...]) -> dict[Path, str]:
    """Return a distinct name for each input: the stem of its file, with a number where two share it.

    Names that differ in capitals alone count as shared, since some file systems do not tell them apart. An input given
    twice is one input.
    """
    names: dict[Path, str] = {}
    taken: set[str] = set()
    for path in dict.fromkeys(paths):
        stem = path.stem or "input"
        candidates = (stem, *(f"{stem}-{k}" for k in range(2, len(paths) + 2)))
        names[path] = next(name for name in candidates if name.casefold() not in taken)
        taken.add(names[path].casefold())
    return names
