"""How the model hub is asked: plain HTTP, the standard library alone.

The hub answers with a checksum of its own (``X-Linked-Etag``: SHA-256 of a large file; ``ETag``: git's SHA-1 of a small
one) and usually sends the reader on to another server, whose headers lack it; so headers are collected on the way. The
``ETag`` of a server that does not name a commit is its own affair and no checksum.
"""

from __future__ import annotations

import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPMessage
from typing import IO, Protocol
from urllib.error import HTTPError

HUB = "https://huggingface.co"
"""Where models come from unless another address is given."""

TIMEOUT_S = 30.0
"""Silence after which a connection counts as broken.

Source: chosen; a busy hub answers within seconds.
"""


class Body(Protocol):
    """The rest of an answer."""

    def read(self, amount: int, /) -> bytes:
        """Return up to `amount` bytes, none at the end."""
        ...

    def close(self) -> None:
        """Let the connection go."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer of the hub: status, headers (names in lower case), and the body to be read."""

    status: int
    headers: Mapping[str, str]
    body: Body

    @property
    def total(self) -> int | None:
        """Size of the whole file in bytes, None if the hub does not say."""
        for said in (
            self.headers.get("x-linked-size", ""),
            self.headers.get("content-range", "").rpartition("/")[2],
            self.headers.get("content-length", "") if self.status == HTTPStatus.OK else "",
        ):
            if said.isdigit():
                return int(said)
        return None

    @property
    def checksum(self) -> str:
        """What the hub gave as the file's checksum, in lower case; empty if nothing."""
        given = self.headers.get("x-linked-etag") or self.headers.get("etag") or ""
        return given.removeprefix("W/").strip('"').lower()


Opener = Callable[[str, Mapping[str, str]], Reply]
"""Asks for an address with headers; raises OSError or HTTPException when nobody answers."""


class _Collecting(urllib.request.HTTPRedirectHandler):
    """Follows redirections and keeps what the hub said before it sent the reader on."""

    def __init__(self) -> None:
        self.said: dict[str, str] = {}

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        """Return the request to the next server."""
        for header in ("X-Linked-Etag", "X-Linked-Size"):
            if headers.get(header):
                self.said.setdefault(header.lower(), str(headers[header]))
        if not newurl.startswith(("https://", "http://")):
            raise HTTPError(newurl, code, "the hub sent on to an address that is none", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def open_http(url: str, headers: Mapping[str, str]) -> Reply:
    """Return the answer to a request over HTTP, whatever its status.

    Raises
    ------
    OSError, http.client.HTTPException
        If nobody answers.
    """
    collecting = _Collecting()
    opener = urllib.request.build_opener(collecting)
    try:
        answer = opener.open(urllib.request.Request(url, headers=dict(headers)), timeout=TIMEOUT_S)
    except HTTPError as error:
        answer = error
    own = {name.lower(): value for name, value in answer.headers.items()}
    if "x-repo-commit" not in own:
        own.pop("etag", None)
    return Reply(status=answer.status, headers={**own, **collecting.said}, body=answer)
