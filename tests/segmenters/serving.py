"""A server on this machine that has one file, and the faults of servers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Shop:
    """What is served and how; ``asked`` are the requests: their paths and their ``Range``."""

    content: bytes
    etag: str | None = '"one"'
    ranges: bool = True
    breaks_after: int | None = None
    """Bytes of an answer after which the connection is closed."""
    status: int = 200
    length: bool = True
    hangs: threading.Event | None = None
    """Until it is set nothing is answered."""
    begins_elsewhere: bool = False
    base: str = ""
    asked: list[tuple[str, str | None]] = field(default_factory=list)


@contextmanager
def serving(shop: Shop) -> Iterator[Shop]:
    """The shop open, its ``base`` filled in."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Nothing."""

        def do_GET(self) -> None:
            _answer(shop, self)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    shop.base = f"http://127.0.0.1:{server.server_address[1]}/models"
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(shop: Shop, handler: BaseHTTPRequestHandler) -> None:
    wanted = handler.headers.get("Range")
    shop.asked.append((handler.path, wanted))
    if shop.hangs is not None:
        shop.hangs.wait(20)
        return
    if shop.status != 200:
        handler.send_error(shop.status)
        return
    first = 0
    if wanted and shop.ranges and handler.headers.get("If-Range") in (None, shop.etag):
        first = int(wanted.removeprefix("bytes=").rstrip("-"))
        if first >= len(shop.content):
            handler.send_error(416)
            return
        handler.send_response(206)
        said = first + 1 if shop.begins_elsewhere else first
        handler.send_header("Content-Range", f"bytes {said}-{len(shop.content) - 1}/{len(shop.content)}")
    else:
        handler.send_response(200)
    if shop.length:
        handler.send_header("Content-Length", str(len(shop.content) - first))
    if shop.etag:
        handler.send_header("ETag", shop.etag)
    handler.end_headers()
    rest = shop.content[first:]
    handler.wfile.write(rest[: shop.breaks_after] if shop.breaks_after is not None else rest)
