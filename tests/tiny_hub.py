"""A model hub on this machine: serves files as the real one does, and breaks off, lies or refuses when told to."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WEIGHTS = bytes(range(256)) * 4_000
FILES = {
    "config.json": b'{"a": 1}\n',
    "tokenizer.json": b'{"version": "1.0"}\n',
    "vocabulary.txt": b"one\ntwo\n",
    "model.bin": WEIGHTS,
}
REPOSITORY = "Systran/faster-whisper-tiny"


@dataclass
class Hub:
    """What the hub has, how it misbehaves, and what it was asked."""

    files: dict[str, bytes] = field(default_factory=lambda: dict(FILES))
    break_off_at: int | None = None
    """Bytes of the weights after which the connection is closed."""

    damaged: frozenset[str] = frozenset()
    """Files of which a byte is changed on the way."""

    status: dict[str, int] = field(default_factory=dict)
    """Files that are answered with a status alone."""

    stalled: threading.Event = field(default_factory=threading.Event)
    """Set when half of the weights were sent and the rest waits for `go_on`."""

    go_on: threading.Event | None = None
    knows_ranges: bool = True
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    address: str = ""


@contextmanager
def tiny_hub() -> Iterator[Hub]:
    """Run a hub until the block ends."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Keep quiet."""

        def do_GET(self) -> None:
            """Answer as the hub does: small files itself, the weights from another server."""
            name = self.path.rsplit("/", 1)[1]
            if self.path == f"/cdn/{name}":
                self._content(hub.files[name], name=name, headers={"ETag": f'"{"0" * 64}"'})
                return
            hub.asked.append((name, self.headers.get("Range")))
            if name in hub.status:
                self._head(hub.status[name], {"Content-Length": "0"})
            elif self.path != f"/{REPOSITORY}/resolve/main/{name}" or name not in hub.files:
                self._head(404, {"Content-Length": "0"})
            elif name == "model.bin":
                content = hub.files[name]
                linked = {
                    "X-Linked-Etag": f'"{hashlib.sha256(content).hexdigest()}"',
                    "X-Linked-Size": str(len(content)),
                }
                self._head(
                    302, {"Location": f"/cdn/{name}", "Content-Length": "0", "X-Repo-Commit": "c0ffee", **linked}
                )
            else:
                content = hub.files[name]
                git = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
                self._content(content, name=name, headers={"X-Repo-Commit": "c0ffee", "ETag": f'W/"{git}"'})

        def _content(self, content: bytes, *, name: str, headers: dict[str, str]) -> None:
            total, start = len(content), 0
            wanted = self.headers.get("Range")
            if wanted and hub.knows_ranges:
                start = int(wanted.removeprefix("bytes=").removesuffix("-"))
                if start >= total:
                    self._head(416, {"Content-Range": f"bytes */{total}", "Content-Length": "0"})
                    return
                headers = {**headers, "Content-Range": f"bytes {start}-{total - 1}/{total}"}
            self._head(206 if start else 200, {**headers, "Content-Length": str(total - start)})
            sent = bytearray(content[start:])
            if name in hub.damaged:
                sent[-1] ^= 1
            if name == "model.bin" and hub.break_off_at is not None:
                sent = sent[: max(0, hub.break_off_at - start)]
                self.close_connection = True
            if name == "model.bin" and hub.go_on is not None:
                half = len(sent) // 2
                self.wfile.write(sent[:half])
                hub.stalled.set()
                hub.go_on.wait()
                self.close_connection = True
                return
            self.wfile.write(sent)

        def _head(self, status: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for header, value in headers.items():
                self.send_header(header, value)
            self.end_headers()

    return Handler
