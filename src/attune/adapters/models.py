"""The speech models that Attune can use: which there are, what each needs, and which are on this machine.

A model is a folder named after it, with the files that faster-whisper reads. A ``manifest.json`` beside them, written
by the download, says how large each file is and its SHA-256. Nothing here touches the network.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from attune.errors import ModelError, ModelMissing, SettingsError

WEIGHTS = "model.bin"
PLAIN_FILES = ("config.json", "tokenizer.json", WEIGHTS)
"""Files that every model has."""

VOCABULARIES = ("vocabulary.json", "vocabulary.txt")
"""Every model has one of these."""

EXTRA_FILES = ("preprocessor_config.json",)
"""Files that only some models have."""

MANIFEST = "manifest.json"
MANIFEST_SCHEMA = "attune.model/1"


class Languages(StrEnum):
    """What a model understands."""

    ENGLISH = "English"
    MANY = "99 languages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A speech model: where it comes from, the room it needs on disk and in memory (megabytes), what it understands."""

    name: str
    repository: str
    disk_mb: int
    memory_mb: int
    languages: Languages = Languages.MANY


def _english(name: str, repository: str, disk_mb: int, memory_mb: int) -> Model:
    return Model(name=name, repository=repository, disk_mb=disk_mb, memory_mb=memory_mb, languages=Languages.ENGLISH)


def _many(name: str, repository: str, disk_mb: int, memory_mb: int) -> Model:
    return Model(name=name, repository=repository, disk_mb=disk_mb, memory_mb=memory_mb)


CATALOGUE: Mapping[str, Model] = MappingProxyType(
    {
        model.name: model
        for model in (
            _many("tiny", "Systran/faster-whisper-tiny", 78, 260),
            _english("tiny.en", "Systran/faster-whisper-tiny.en", 78, 260),
            _many("base", "Systran/faster-whisper-base", 148, 350),
            _english("base.en", "Systran/faster-whisper-base.en", 148, 350),
            _many("small", "Systran/faster-whisper-small", 486, 690),
            _english("distil-small.en", "Systran/faster-distil-whisper-small.en", 336, 580),
            _english("distil-medium.en", "Systran/faster-distil-whisper-medium.en", 792, 1120),
            _english("small.en", "Systran/faster-whisper-small.en", 486, 690),
            _many("medium", "Systran/faster-whisper-medium", 1530, 2000),
            _english("distil-large-v2", "Systran/faster-distil-whisper-large-v2", 1516, 1880),
            _english("distil-large-v3", "Systran/faster-distil-whisper-large-v3", 1516, 1880),
            _english("medium.en", "Systran/faster-whisper-medium.en", 1530, 2000),
            _many("large-v1", "Systran/faster-whisper-large-v1", 3090, 3480),
            _many("large-v2", "Systran/faster-whisper-large-v2", 3090, 3480),
            _many("turbo", "mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1622, 2000),
            _many("large-v3", "Systran/faster-whisper-large-v3", 3091, 3480),
        )
    }
)
"""The models by name, from the least to the most accurate in English.

Sources: names and repositories are those of faster-whisper 1.2; sizes on disk from the listings of the repositories;
memory measured: the peak of a process that loads a model of that shape (random weights) as int8 and decodes 25 s with a
beam of 5. The order of accuracy follows the word error rates in the model cards of Distil-Whisper (Gandhi et al. 2023)
and, between sizes, Radford et al. 2023.
"""

ALIASES: Mapping[str, str] = MappingProxyType({"large": "large-v3", "large-v3-turbo": "turbo"})
"""Other names that people know from faster-whisper."""


class Thoroughness(StrEnum):
    """How closely files are checked: that they are whole by their sizes, or their contents too (seconds a gigabyte)."""

    SIZES = "sizes"
    CONTENTS = "contents"


def model_named(name: str) -> Model:
    """Return a model of the catalogue.

    Raises
    ------
    SettingsError
        If there is none of that name.
    """
    model = CATALOGUE.get(ALIASES.get(name, name))
    if model is None:
        raise SettingsError(f"there is no speech model called {name!r}; the models are {', '.join(CATALOGUE)}")
    return model


def located(name: str, *, folder: Path) -> Path:
    """Return the folder of an installed model.

    Parameters
    ----------
    name
        A name of the catalogue.
    folder
        Where models lie.

    Raises
    ------
    SettingsError
        If there is no model of that name.
    ModelMissing
        If it is not on this machine.
    ModelError
        If it is not whole.
    """
    model = model_named(name)
    check(folder / model.name, name=model.name)
    return folder / model.name


def check(path: Path, *, name: str, thoroughness: Thoroughness = Thoroughness.SIZES) -> None:
    """Check that a model's folder is whole.

    Parameters
    ----------
    path
        The folder.
    name
        What messages call the model.
    thoroughness
        How closely to look.

    Raises
    ------
    ModelMissing
        If there is no such folder.
    ModelError
        If a file is missing, empty, or not what the manifest says.
    """
    remedy = f"get it with: attune models download {name}"
    if not path.is_dir():
        raise ModelMissing(f"the speech model {name} is not on this machine; {remedy}")
    for file in PLAIN_FILES:
        if _size(path / file) == 0:
            raise ModelError(f"the speech model {name} is incomplete: {path / file} is missing or empty; {remedy}")
    if all(_size(path / file) == 0 for file in VOCABULARIES):
        wanted = " or ".join(VOCABULARIES)
        raise ModelError(f"the speech model {name} is incomplete: {path} has no {wanted}; {remedy}")
    for file, record in read_manifest(path).items():
        if _size(path / file) != record.size:
            raise ModelError(
                f"the speech model {name} is damaged: {path / file} has {_size(path / file)} bytes, not {record.size}; "
                f"{remedy}"
            )
        if thoroughness is Thoroughness.CONTENTS and digest_of(path / file) != record.sha256:
            raise ModelError(f"the speech model {name} is damaged: {path / file} fails its checksum; {remedy}")


def is_whole(path: Path, *, name: str) -> bool:
    """Return whether a model's folder is there and whole, by the sizes of its files."""
    try:
        check(path, name=name)
    except ModelError:
        return False
    return True


def installed(folder: Path) -> tuple[str, ...]:
    """Return the names of the models in a folder that are whole, from the least to the most accurate."""
    return tuple(name for name in CATALOGUE if is_whole(folder / name, name=name))


def best_installed(folder: Path, *, language: str = "en") -> str | None:
    """Return the most accurate installed model that understands a language, or None if there is none.

    Whoever downloaded a large model wants it used; a model for English alone is chosen for English alone.
    """
    fitting = [
        name for name in installed(folder) if language == "en" or CATALOGUE[name].languages is not Languages.ENGLISH
    ]
    return fitting[-1] if fitting else None


# --- manifest ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """What a file of a model is when it is whole."""

    size: int
    sha256: str


def read_manifest(path: Path) -> dict[str, FileRecord]:
    """Return what a model's manifest records; nothing if there is none, as with a model that was copied by hand.

    Raises
    ------
    ModelError
        If there is one and it cannot be read.
    """
    manifest = path / MANIFEST
    if not manifest.is_file():
        return {}
    try:
        document: Any = json.loads(manifest.read_text("utf-8"))
        return {
            str(file): FileRecord(size=int(record["size"]), sha256=str(record["sha256"]))
            for file, record in document["files"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{manifest} cannot be read ({error!r}); remove it and download the model again") from error


def write_manifest(path: Path, *, model: Model, files: Mapping[str, FileRecord]) -> None:
    """Write a model's manifest."""
    document = {
        "schema": MANIFEST_SCHEMA,
        "name": model.name,
        "repository": model.repository,
        "files": {file: {"size": record.size, "sha256": record.sha256} for file, record in files.items()},
    }
    (path / MANIFEST).write_text(json.dumps(document, indent=1) + "\n", "utf-8")


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
