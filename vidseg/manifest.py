"""The manifest: what was done in a folder, from what and how, in a file that only grows, locked while a run works.

One JSON object a line. A line that a power cut has torn is passed over; a job that was begun and has no later line is
told from its output: where that is another file than before, it is whole, for an output takes its name last.
"""

from __future__ import annotations

import json
import os
import time
import zlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vidseg import locking
from vidseg.errors import TargetError
from vidseg.identity import identity
from vidseg.job import Done, Failed, Job
from vidseg.media.containers import output_of
from vidseg.media.whole import telling

NAME = ".vidseg.jsonl"
"""Of the manifest of a folder."""

_WHAT = {"source": "the source", "recipe": "the recipe", "version": "vidseg's version"}


def of_folder(folder: Path) -> Path:
    """The manifest of a folder with many outputs."""
    return folder / NAME


def of_target(target: Path) -> Path:
    """The manifest of one output by itself, which is there only until it is done."""
    return target.parent / f".vidseg-{zlib.crc32(os.fsencode(target.name)):08x}.jsonl"


def file_state(path: Path) -> list[int] | None:
    """By which a file is known to be another one; ``None`` without one."""
    try:
        status = path.stat()
    except OSError:
        return None
    return [status.st_ino, status.st_size, status.st_mtime_ns]


def read(path: Path) -> list[dict[str, Any]]:
    """The entries of a manifest, in order; none where there is none."""
    if not path.is_file():  # a pipe of that name would be waited for
        return []
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return []
    entries = []
    for line in lines:
        with suppress(ValueError):
            entry = json.loads(line)
            if isinstance(entry, dict) and isinstance(entry.get("event"), str):
                entries.append(entry)
    return entries


def latest(entries: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The last entry for each target, by its name relative to the manifest's folder."""
    return {entry["target"]: entry for entry in entries if isinstance(entry.get("target"), str)}


@dataclass(frozen=True)
class Earlier:
    """What earlier runs say of a job: whether it is done, else what has changed since its output was made."""

    done: bool = False
    changed: str = ""


class History:
    """What the manifests know of jobs; each is read once."""

    def __init__(self, folder: Path | None) -> None:
        """``folder`` is the one for outputs, ``None`` where they are put beside their sources or named."""
        self._folder = folder
        self._known: dict[Path, dict[str, dict[str, Any]]] = {}

    def __call__(self, job: Job) -> Earlier:
        """Of a job whose target is there."""
        for path in self._paths(job):
            if path not in self._known:
                self._known[path] = latest(read(path))
            entry = self._known[path].get(_relative(output_of(job), path))
            if entry is not None and (said := _told(entry, job)) is not None:
                return said
        return Earlier()

    def _paths(self, job: Job) -> list[Path]:
        if self._folder is not None:
            return [of_folder(self._folder)]
        place = output_of(job)
        return [of_folder(place.parent), of_target(place)]


def _relative(target: Path, manifest: Path) -> str:
    return os.path.relpath(target, manifest.parent)


def _told(entry: dict[str, Any], job: Job) -> Earlier | None:
    """What an entry says of a job; nothing, if the output isn't what it tells of."""
    now = file_state(output_of(job))
    if entry["event"] == "done":
        if entry.get("output") != now:
            return None
    elif entry["event"] != "begun" or now is None or entry.get("before") == now:
        return None
    mine, theirs = identity(job), entry.get("identity", {})
    changed = [words for name, words in _WHAT.items() if theirs.get(name) != mine[name]]
    return Earlier(done=not changed, changed=" and ".join(changed))


_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
"""Also one that appears between looking and opening; where the system has it."""


class Manifest:
    """A manifest that is written: locked against a second run, each entry on the disk before what follows from it.

    Its methods raise ``WriteError`` where it can't be written to any more.
    """

    def __init__(self, path: Path) -> None:
        """Raises ``TargetError`` where another run has it, or it can't be written."""
        self.path = path
        try:
            self._descriptor = self._locked()
            with path.open("rb") as file:
                torn = file.seek(0, os.SEEK_END) > 0 and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n"
            if torn:
                os.write(self._descriptor, b"\n")
        except OSError as error:
            raise TargetError(str(path), f"can't be written: {error.strerror}") from None

    def _locked(self) -> int:
        while True:
            if self.path.is_symlink():
                raise TargetError(str(self.path), "is a symbolic link: it isn't written through")
            if self.path.exists() and not self.path.is_file():
                raise TargetError(str(self.path), "is no file: take it away, for vidseg notes there what is done")
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | _NO_LINK, 0o666)
            if not locking.lock(descriptor):
                os.close(descriptor)
                raise TargetError(str(self.path.parent), "another run is at work here: wait for it, or end it first")
            if locking.still_named(descriptor, self.path):
                return descriptor
            os.close(descriptor)  # removed between the two calls

    def _write(self, event: str, **more: Any) -> None:
        line = (json.dumps({"event": event, "time": round(time.time(), 3)} | more) + "\n").encode()
        with telling(self.path):
            while line:  # a disk that is nearly full takes a part, and nothing the next time
                line = line[os.write(self._descriptor, line) :]
            os.fsync(self._descriptor)

    def run(self, jobs: Iterable[Job]) -> None:
        """Before the first: what this run means to do."""
        names = [_relative(output_of(job), self.path) for job in jobs]
        self._write("run", pid=os.getpid(), jobs=names)

    def begun(self, job: Job) -> None:
        """Before a job is begun."""
        self._write("begun", **self._of(job), identity=identity(job), before=file_state(output_of(job)))

    def ended(self, outcome: Done | Failed) -> None:
        """After it."""
        job = outcome.job
        if isinstance(outcome, Failed):
            self._write("failed", **self._of(job), reason=outcome.reason)
        else:
            self._write(
                "done", **self._of(job), identity=identity(job), output=file_state(output_of(job)),
                frames=outcome.frames, seconds=round(outcome.seconds, 3), notes=list(outcome.notes),
            )  # fmt: skip

    def _of(self, job: Job) -> dict[str, str]:
        return {"target": _relative(output_of(job), self.path), "source": str(job.source.absolute())}

    def close(self, *, remove: bool = False) -> None:
        """Let others in; a manifest of which nothing is needed any more is removed."""
        if self._descriptor >= 0:
            if remove:
                self.path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = -1


def is_at_work(path: Path) -> bool:
    """Whether a run has this manifest at the moment."""
    if not path.is_file():
        return False
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not locking.lock(descriptor)
    finally:
        os.close(descriptor)
