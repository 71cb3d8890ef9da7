"""Pull: a published model from its server into the user's cache, whole or not at all, resumed where it broke off."""

from __future__ import annotations

import errno
import http.client
import json
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from vidseg import locking
from vidseg.errors import DownloadError, OptionError
from vidseg.segmenters.published import PUBLISHED, Published, folder, sum_of
from vidseg.version import VERSION

BASE = "https://storage.googleapis.com/mediapipe-models/image_segmenter"
"""MediaPipe's public bucket; ``VIDSEG_MODELS_URL`` or ``--from`` names a mirror of the same shape."""

_TIMEOUT = 30.0
"""Seconds in which the server must give a sign of life."""

_BLOCK, _LARGEST = 1 << 16, 512 << 20
"""Bytes at once, and what no model is larger than."""

Report = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Pulled:
    """A model that is here: where, its SHA-256, whether it was here ``already``."""

    path: Path
    sum: str
    already: bool


def address(name: str, base: str | None = None) -> str:
    """Where a model is downloaded from; raises ``OptionError``."""
    base = base or os.environ.get("VIDSEG_MODELS_URL") or BASE
    if urllib.parse.urlsplit(base).scheme not in ("http", "https"):
        raise OptionError("--from", f"{base!r} is no address that begins with http:// or https://")
    return f"{base.rstrip('/')}/{name}/float32/latest/{name}.tflite"


def known(name: str, base: str | None = None) -> tuple[Published, str]:
    """The model of this name and its address; raises ``OptionError``."""
    if name not in PUBLISHED:
        raise OptionError("models pull", f"{name!r} is none of {', '.join(PUBLISHED)}")
    return PUBLISHED[name], address(name, base)


def pull(
    name: str, base: str | None = None, report: Report = lambda _done, _total: None, timeout: float = _TIMEOUT
) -> Pulled:
    """Bring a model into the cache; raises ``OptionError`` or ``DownloadError``.

    What is there already and has its sum stays. ``report`` hears of the bytes that are here, and of how many there will
    be, where the server says.
    """
    model, url = known(name, base)
    pinned = model.pinned()
    try:
        if model.path.is_file() and sum_of(model.path) == pinned:
            return Pulled(model.path, pinned, already=True)
        folder().mkdir(parents=True, exist_ok=True)
        with model.path.with_suffix(".tflite.part").open("a+b") as part:
            if not locking.lock(part.fileno()) or not locking.still_named(part.fileno(), part.name):
                raise DownloadError(name, "another vidseg is downloading it")
            try:
                _download(model, url, part, report, timeout)
            except DownloadError:
                if not part.seek(0, os.SEEK_END):
                    _forget(Path(part.name))
                raise
            return _kept(model, url, part, pinned)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise DownloadError(name, f"{folder()}: {'the disk is full' if full else error.strerror or error}") from None


def _kept(model: Published, url: str, part: BinaryIO, pinned: str | None) -> Pulled:
    """What was downloaded, under its name, if it is what it should be; thrown away else."""
    path = Path(part.name)
    part.seek(0)
    begins = part.read(8)
    found = sum_of(path)
    if begins[4:] != b"TFL3":
        _forget(path)
        raise DownloadError(model.name, f"{url} holds no TensorFlow Lite model")
    if pinned not in (None, found):
        _forget(path)
        raise DownloadError(
            model.name,
            f"{url} has the SHA-256 {found}, the first download had {pinned}; to take it, remove {model.pin}",
        )
    os.fsync(part.fileno())
    if pinned is None:
        model.pin.write_text(f"{found}  {model.path.name}\n", encoding="utf-8")
    path.replace(model.path)
    _notes(path).unlink(missing_ok=True)
    return Pulled(model.path, found, already=False)


def _notes(part: Path) -> Path:
    """Beside what was begun: which file of which server it is a part of."""
    return part.with_suffix(".part.json")


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _notes(part).unlink(missing_ok=True)


def _mark(part: Path, url: str) -> str:
    """The mark (a strong ETag) of the file that was begun, if it came from there."""
    with suppress(OSError, ValueError):
        noted = json.loads(_notes(part).read_text(encoding="utf-8"))
        if isinstance(noted, dict) and noted.get("url") == url:
            return str(noted.get("etag") or "")
    return ""


def _download(model: Published, url: str, part: BinaryIO, report: Report, timeout: float) -> None:
    """All of it into ``part``, which may hold its beginning; raises ``DownloadError`` or ``OSError``.

    RFC 9110: with ``If-Range`` the rest (206) comes only of the very file that was begun, else the whole anew (200).
    """
    path = Path(part.name)
    there, mark = part.seek(0, os.SEEK_END), _mark(path, url)
    headers = {"User-Agent": f"vidseg/{VERSION}", "Accept-Encoding": "identity"}
    if there and mark:
        headers |= {"Range": f"bytes={there}-", "If-Range": mark}
    with _answer(model.name, url, headers, timeout) as response:
        begins, total = _whereabouts(response)
        if begins not in (0, there):
            raise DownloadError(model.name, f"{url}: the server goes on at {begins}, not at {there}")
        part.truncate(begins)
        etag = response.headers.get("ETag", "")
        strong = etag if etag.startswith('"') else ""
        _notes(path).write_text(json.dumps({"url": url, "etag": strong}), encoding="utf-8")
        if total is not None and total > _LARGEST:
            raise DownloadError(model.name, f"{url} has {total / 1e6:.0f} MB, which no model has")
        _copy(model.name, url, response, part, report, total)


def _copy(name: str, url: str, response: Any, part: BinaryIO, report: Report, total: int | None) -> None:
    done = part.seek(0, os.SEEK_END)
    report(done, total)
    while True:
        try:
            block = response.read(_BLOCK)
        except (http.client.HTTPException, OSError) as error:
            raise DownloadError(name, f"{url}: {_broken(done, total)} ({_reason(error)})") from None
        if not block:
            break
        part.write(block)
        done += len(block)
        if done > _LARGEST:
            raise DownloadError(name, f"{url} doesn't end, and is larger than any model")
        report(done, total)
    part.flush()
    if total is not None and done != total:
        raise DownloadError(name, f"{url}: {_broken(done, total)}")


def _broken(done: int, total: int | None) -> str:
    return f"broke off after {done} of {total or 'unknown'} bytes; the same command goes on there"


def _answer(name: str, url: str, headers: dict[str, str], timeout: float) -> Any:
    """The server's answer, open; raises ``DownloadError``."""
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - address() lets http and https alone through
    try:
        return urllib.request.urlopen(request, timeout=timeout)  # noqa: S310
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 416 and "Range" in headers:  # what is here is longer than the file is now
                return _answer(name, url, {k: v for k, v in headers.items() if k not in ("Range", "If-Range")}, timeout)
            said = "the server has no such file" if error.code in (403, 404, 410) else "the server refuses"
            raise DownloadError(name, f"{url}: {said} ({error.code} {error.reason})") from None
    except (http.client.HTTPException, OSError) as error:
        raise DownloadError(name, f"{url} can't be reached: {_reason(error)}") from None


def _whereabouts(response: Any) -> tuple[int, int | None]:
    """From which byte on the answer goes, and of how many bytes the whole file is."""
    if response.status == 206:
        said = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
        if said is None:
            return -1, None
        return int(said[1]), None if said[2] == "*" else int(said[2])
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isdecimal() else None


def _reason(error: BaseException) -> str:
    inner = getattr(error, "reason", error)
    if isinstance(inner, TimeoutError):
        return "no answer in time"
    return getattr(inner, "strerror", None) or str(inner) or type(inner).__name__
