"""Fetches a speech model from the model hub: the one thing in Attune that uses the network, when the user asks for it.

Theory of operation. A model is fetched into a folder ``NAME.part`` beside the others, each file into ``FILE.part``.
A fetch that breaks off leaves them, and the next one asks for the rest alone (HTTP ``Range``). A file that is whole is
checked against the size and the checksum that the hub gave, recorded in the manifest and renamed; when all files are,
the folder is renamed. So a model's folder is there whole, or not at all.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path

from attune.adapters.model_hub import HUB, Opener, Reply, open_http
from attune.adapters.models import (
    EXTRA_FILES,
    VOCABULARIES,
    WEIGHTS,
    FileRecord,
    Model,
    digest_of,
    is_whole,
    model_named,
    read_manifest,
    write_manifest,
)
from attune.errors import ModelError, SettingsError

CHUNK = 1 << 18
PART = ".part"

_SHA256 = re.compile(r"[0-9a-f]{64}")
_GIT_SHA1 = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How much of a file is here; `total` is None while the hub has not said."""

    file: str
    done: int
    total: int | None


def download(
    name: str,
    *,
    folder: Path,
    progress: Callable[[Progress], None],
    hub: str = HUB,
    opener: Opener | None = None,
) -> Path:
    """Fetch a model, or what is missing of it, and return its folder.

    Parameters
    ----------
    name
        A name of the catalogue.
    folder
        Where models lie; made if need be.
    progress
        Told now and then how far a file is.
    hub
        Address of the model hub.
    opener
        How to ask; over HTTP when not given.

    Raises
    ------
    SettingsError
        If there is no model of that name, or the address is none.
    ModelError
        If the hub cannot be reached, does not have the model, breaks off, sends something else than it
        announced, or the disk is full. What came so far is kept for the next time unless it is wrong.
    """
    model = model_named(name)
    if not hub.startswith(("https://", "http://")):
        raise SettingsError(f"the address of a model hub begins with https://, not {hub!r}")
    target, staging = folder / model.name, folder / (model.name + PART)
    if is_whole(target, name=model.name):
        return target
    fetch = _Fetch(model=model, hub=hub.rstrip("/"), staging=staging, progress=progress, opener=opener or open_http)
    try:
        if target.is_dir() and not staging.exists():
            target.rename(staging)
        staging.mkdir(parents=True, exist_ok=True)
        fetch.all_files()
        if target.is_dir():
            shutil.rmtree(target)
        staging.rename(target)
    except OSError as error:
        raise _disk_error(error, model=model, folder=folder) from error
    return target


class _Fetch:
    """One download of one model."""

    def __init__(
        self, *, model: Model, hub: str, staging: Path, progress: Callable[[Progress], None], opener: Opener
    ) -> None:
        self._model = model
        self._hub = hub
        self._staging = staging
        self._progress = progress
        self._open = opener
        self._again = f"to go on from there: attune models download {model.name}"

    def all_files(self) -> None:
        """Fetch the small files and then the weights, which take the time."""
        self._needed("config.json")
        self._needed("tokenizer.json")
        if not any(self._file(file) for file in VOCABULARIES):
            raise self._absent(VOCABULARIES[0])
        for file in EXTRA_FILES:
            self._file(file)
        self._needed(WEIGHTS)

    def _needed(self, file: str) -> None:
        if not self._file(file):
            raise self._absent(file)

    def _absent(self, file: str) -> ModelError:
        return ModelError(
            f"{self._hub} has no {file} of {self._model.name} (looked in {self._model.repository}); "
            "look whether the address is right, or choose another model"
        )

    def _file(self, file: str) -> bool:
        """Return whether a file is here at the end; False when the hub has none of that name."""
        whole, part = self._staging / file, self._staging / (file + PART)
        records = read_manifest(self._staging)
        if file in records and whole.is_file() and digest_of(whole) == records[file].sha256:
            return True
        reply = self._ask(file, done=part.stat().st_size if part.is_file() else 0)
        if reply is None:
            return False
        self._receive(reply, file=file, part=part)
        record = self._verified(reply, file=file, part=part)
        part.replace(whole)
        write_manifest(self._staging, model=self._model, files={**records, file: record})
        return True

    def _ask(self, file: str, *, done: int) -> Reply | None:
        headers = {"User-Agent": "attune", "Accept-Encoding": "identity"}
        if done:
            headers["Range"] = f"bytes={done}-"
        try:
            reply = self._open(f"{self._hub}/{self._model.repository}/resolve/main/{file}", headers)
        except (OSError, HTTPException) as error:
            raise self._broken(file, error, done=done) from error
        if reply.status in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE):
            return reply
        reply.body.close()
        if reply.status == HTTPStatus.NOT_FOUND:
            return None
        raise ModelError(
            f"{self._hub} answered {reply.status} when asked for {file} of {self._model.name}; "
            f"try again later, {self._again}"
        )

    def _receive(self, reply: Reply, *, file: str, part: Path) -> None:
        """Append what a reply brings to the part, or begin it anew if the hub sends all of it."""
        try:
            if reply.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                return
            mode = "ab" if reply.status == HTTPStatus.PARTIAL_CONTENT else "wb"
            total = reply.total
            with part.open(mode) as out:
                self._progress(Progress(file=file, done=out.tell(), total=total))
                while chunk := self._read(reply, file=file, done=out.tell()):
                    out.write(chunk)
                    self._progress(Progress(file=file, done=out.tell(), total=total))
            done = part.stat().st_size
            if total is not None and done < total:
                raise self._broken(file, "the connection closed early", done=done)
        finally:
            reply.body.close()

    def _read(self, reply: Reply, *, file: str, done: int) -> bytes:
        try:
            return reply.body.read(CHUNK)
        except (OSError, HTTPException) as error:
            raise self._broken(file, error, done=done) from error

    def _verified(self, reply: Reply, *, file: str, part: Path) -> FileRecord:
        """Return the record of a file that is what the hub said; remove it and raise if it is not."""
        record = FileRecord(size=part.stat().st_size, sha256=digest_of(part))
        is_sha256 = _SHA256.fullmatch(reply.checksum) is not None
        is_sha1 = _GIT_SHA1.fullmatch(reply.checksum) is not None
        unknown = reply.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and not (
            reply.total or is_sha256 or is_sha1
        )
        wrong = record.size == 0 or reply.total not in (None, record.size) or unknown
        wrong = wrong or (is_sha256 and reply.checksum != record.sha256)
        wrong = wrong or (is_sha1 and reply.checksum != _git_sha1(part))
        if wrong:
            part.unlink()
            raise ModelError(
                f"{file} of {self._model.name} came damaged: it does not match the size and checksum that {self._hub} "
                f"gave, and was removed; fetch it again: attune models download {self._model.name}"
            )
        return record

    def _broken(self, file: str, why: object, *, done: int) -> ModelError:
        reason = getattr(why, "reason", why) or type(why).__name__
        return ModelError(
            f"the download of {self._model.name} broke off at {done / 1e6:.1f} MB of {file} "
            f"from {self._hub} ({reason}); {self._again}"
        )


def _git_sha1(path: Path) -> str:
    digest = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _disk_error(error: OSError, *, model: Model, folder: Path) -> ModelError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ModelError(
            f"the disk is full: {model.name} needs {model.disk_mb} MB in {folder}; make room, "
            f"then go on with: attune models download {model.name}"
        )
    why = os.strerror(error.errno) if error.errno else str(error)
    return ModelError(f"{model.name} cannot be written to {folder} ({why}); choose another folder with ATTUNE_HOME")
