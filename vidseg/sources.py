"""Sources: what is meant by the names of a request, which may be files, folders, patterns and lists of names."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vidseg.errors import SourcesError

VIDEO_SUFFIXES = frozenset(
    {
        ".3g2", ".3gp", ".asf", ".avi", ".dv", ".f4v", ".flv", ".gif", ".ivf", ".m2t", ".m2ts", ".m2v",
        ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf", ".nut", ".ogv", ".ts", ".vob",
        ".webm", ".wmv", ".y4m",
    }
)  # fmt: skip
"""What is taken out of a folder."""


@dataclass(frozen=True)
class Found:
    """A source, and the folder that it lies in below the one that was given (empty where it was given itself)."""

    path: Path
    below: Path = Path()


def find(
    given: Sequence[Path], *, recursive: bool = False, own: str | None = None, apart: Path | None = None
) -> list[Found]:
    """The files meant, each once, in the order given; those of a folder by their names.

    ``own`` ends the names of outputs that an earlier run put beside their sources, which are no sources; nothing is
    taken from the folder ``apart``, where outputs go. Raises ``SourcesError``.
    """
    files: dict[Path, Found] = {}
    for source in given:
        try:
            for found in _meant(source, recursive=recursive, own=own, apart=apart):
                files.setdefault(found.path, found)
        except OSError as error:
            raise SourcesError(str(source), f"can't be read: {error.strerror}") from None
    if not files:
        raise SourcesError("sources", "none given")
    return list(files.values())


def _meant(source: Path, *, recursive: bool, own: str | None, apart: Path | None) -> list[Found]:
    """The source itself, the videos in it, or what a pattern that no shell has expanded stands for."""
    if source.is_dir():
        found = list(_walk(source, own, apart) if recursive else _in_folder(source, Path(), own))
        if not found:
            raise SourcesError(str(source), "no video in this folder" + ("" if recursive else _advice(source)))
        return found
    if source.exists():
        return [Found(source)]
    if not glob.has_magic(str(source)):
        raise SourcesError(str(source), "no such file")
    matches = [Path(name) for name in sorted(glob.glob(str(source), recursive=True))]  # noqa: PTH207 - takes roots
    found = []
    for match in matches:
        if match.is_dir():
            if recursive:
                found += _walk(match, own, apart)
        elif _is_video(match) and match.is_file():
            found.append(Found(match))
    if not found:
        raise SourcesError(str(source), "no such file, and as a pattern it fits no video")
    return found


def _advice(folder: Path) -> str:
    return ": --recursive looks into its folders" if any(inner.is_dir() for inner in folder.iterdir()) else ""


def _is_video(path: Path) -> bool:
    """By its name; ``._talk.mp4`` is what macOS keeps about a ``talk.mp4`` on a foreign disk."""
    return path.suffix.lower() in VIDEO_SUFFIXES and not path.name.startswith("._")


def _in_folder(folder: Path, below: Path, own: str | None) -> Iterator[Found]:
    found = sorted(path for path in folder.iterdir() if _is_video(path) and path.is_file())
    stems = {path.stem for path in found}
    for path in found:
        if own is None or path.stem.removesuffix(own) not in stems - {path.stem}:
            yield Found(path, below)


def _walk(root: Path, own: str | None, apart: Path | None) -> Iterator[Found]:
    """A folder and all below it, each real folder once, so that links in a circle come to an end."""
    seen: set[tuple[int, int]] = set()
    excluded = None if apart is None or not apart.is_dir() else _identity(apart)
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        identity = _identity(folder)
        if identity in seen or (identity == excluded and folder != root):
            continue
        seen.add(identity)
        yield from _in_folder(folder, folder.relative_to(root), own)
        inner = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
        waiting += reversed(inner)


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def read_list(path: Path) -> list[Path]:
    """The names in a file, one a line (or ended by NUL, as ``find -print0`` does), as they would be given themselves.

    Empty lines and those that begin with ``#`` are passed over; ``-`` is standard input. Raises ``SourcesError`` where
    the list can't be read, names nothing, or names what isn't there.
    """
    names = list(_names(path))
    if not names:
        raise SourcesError(str(path), "this list names no file")
    missing = [(line, name) for line, name in names if not _exists(path, line, name) and not glob.has_magic(name)]
    if missing:
        line, name = missing[0]
        more = f" (and {len(missing) - 1} more of its names)" if len(missing) > 1 else ""
        raise SourcesError(f"{path}, line {line}", f"{name}: no such file{more}")
    return [Path(name) for _, name in names]


def _exists(path: Path, line: int, name: str) -> bool:
    try:
        return Path(name).exists()
    except OSError as error:  # a name that is too long, a folder that may not be looked into
        raise SourcesError(f"{path}, line {line}", f"{name}: {error.strerror}") from None


def _names(path: Path) -> Iterable[tuple[int, str]]:
    try:
        content = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise SourcesError(str(path), f"can't be read: {error.strerror}") from None
    content = content.removeprefix(b"\xef\xbb\xbf")
    lines = content.split(b"\0") if b"\0" in content else content.split(b"\n")
    for number, line in enumerate(lines, 1):
        name = os.fsdecode(line.removesuffix(b"\r"))
        if name.strip() and not name.startswith("#"):
            yield number, name
