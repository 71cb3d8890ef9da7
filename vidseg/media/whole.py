"""Whole or not at all: a file is written under a temporary name beside its target and takes its name at the end."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from vidseg import locking
from vidseg.errors import DiskError, WriteError
from vidseg.media import opening
from vidseg.media.exchanging import exchange


@contextmanager
def telling(target: Path) -> Iterator[None]:
    """FFmpeg's and the system's errors as a ``WriteError`` about the target."""
    try:
        yield
    except (av.error.FFmpegError, OSError) as error:
        if (stops := of_the_disk(error)) is not None:
            raise DiskError(str(target), stops) from error
        raise WriteError(str(target), _reason(error)) from error


_OF_THE_DISK = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk is full for this user (a quota)",
    errno.EROFS: "the disk can't be written to any more (it is read-only)",
}


def of_the_disk(error: av.error.FFmpegError | OSError) -> str | None:
    """What to say where it is the disk that refuses: the next file would fail by it too."""
    return _OF_THE_DISK.get(error.errno or 0)


def _reason(error: BaseException) -> str:
    number = getattr(error, "errno", None)
    if number in (errno.EACCES, errno.EPERM):
        return f"can't be written: {opening.reason(error)}"
    return f"writing failed: {opening.reason(error)}"


def _sync(path: Path) -> None:
    """A file's content, or a folder's names, surely on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


PREFIX, SUFFIX = ".vidseg-", ".part"
OLD = ".old-"
"""Between a temporary name and the name of a folder that is being replaced, where that takes two steps."""


_unfinished: set[Temporary | TemporaryFolder] = set()


def abandon() -> None:
    """Remove what this process has begun to write: it is about to end at once. From any thread."""
    for one in list(_unfinished):
        with suppress(OSError):
            if one.path.is_dir():
                shutil.rmtree(one.path, ignore_errors=True)
            else:
                one.path.unlink(missing_ok=True)


class Temporary:
    """A file that nobody else has, in the target's folder; raises ``WriteError``.

    It is locked while it is written, so that ``sweep`` knows what a dead process has left.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        with telling(target):
            while True:
                self.path = target.parent.absolute() / f"{PREFIX}{secrets.token_hex(6)}{SUFFIX}"
                self._descriptor = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
                if locking.lock(self._descriptor) and locking.still_named(self._descriptor, self.path):
                    break
                os.close(self._descriptor)  # swept away between the two calls
        _unfinished.add(self)

    def remove(self) -> None:
        """Leave no trace, unless it was published."""
        _unfinished.discard(self)
        self.path.unlink(missing_ok=True)
        self._unlock()

    def _unlock(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def publish(self, *, overwrite: bool) -> None:
        """Give the file its name, surely on the disk; raises ``WriteError``."""
        with telling(self._target):
            _sync(self.path)
            if overwrite:
                self.path.replace(self._target)
            else:
                self._name()
            _sync(self.path.parent)

    def _name(self) -> None:
        try:
            os.link(self.path, self._target)  # unlike a rename, never replaces what came meanwhile
        except FileExistsError:
            raise WriteError(str(self._target), "appeared meanwhile, and was left as it is") from None
        except OSError:  # a file system without links
            self.path.rename(self._target)


def write_png(target: Path, picture: NDArray[np.uint8], *, overwrite: bool) -> None:
    """An 8-bit BGR picture as a PNG; raises ``WriteError``."""
    temporary = Temporary(target)
    try:
        with telling(target):
            temporary.path.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
        temporary.publish(overwrite=overwrite)
    finally:
        temporary.remove()


class TemporaryFolder:
    """A folder that nobody else has, beside the one that it becomes, locked likewise; raises ``WriteError``."""

    def __init__(self, target: Path, belongs: Callable[[str], bool]) -> None:
        """Files of the old folder may be replaced if their names are what ``belongs`` there."""
        self._target, self._belongs = target, belongs
        with telling(target):
            while True:
                self.path = target.parent.absolute() / f"{PREFIX}{secrets.token_hex(6)}{SUFFIX}"
                self.path.mkdir()
                with suppress(FileNotFoundError):  # swept away between two of these calls
                    self._descriptor = os.open(self.path, os.O_RDONLY)
                    if locking.lock(self._descriptor) and locking.still_named(self._descriptor, self.path):
                        break
                    os.close(self._descriptor)
        _unfinished.add(self)

    def remove(self) -> None:
        """Leave no trace, unless it was published."""
        _unfinished.discard(self)
        shutil.rmtree(self.path, ignore_errors=True)
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def publish(self, *, overwrite: bool) -> None:
        """Give the folder its name, its files surely on the disk; raises ``WriteError``."""
        with telling(self._target):
            for file in self.path.iterdir():
                _sync(file)
            _sync(self.path)
            there = [file.name for file in self._target.iterdir()] if self._target.is_dir() else []
            if there and not overwrite:
                raise WriteError(str(self._target), "is not empty any more, and was left as it is")
            if not all(self._belongs(name) for name in there):
                raise WriteError(str(self._target), "holds other files too, and was left as it is")
            if there:
                self._swap()
            else:
                self.path.rename(self._target)  # also over an empty folder
            _sync(self.path.parent)

    def _swap(self) -> None:
        """Take the place of the old folder, which is there whole until then."""
        if exchange(self.path, self._target):
            _swept(self.path)  # the old one by now, which the next run sweeps if this process dies here
            return
        old = self.path.with_name(f"{self.path.stem}{OLD}{self._target.name}")
        descriptor = os.open(self._target, os.O_RDONLY)
        try:
            locking.lock(descriptor)
            self._target.rename(old)
            try:
                self.path.rename(self._target)
            except OSError:
                old.rename(self._target)
                raise
            _swept(old)
        finally:
            os.close(descriptor)


def sweep(folder: Path) -> None:
    """Remove the unfinished files and folders in a folder whose writers are dead.

    A folder that was to be replaced, and hadn't been, gets its name again.
    """
    with suppress(OSError):
        for path in [*folder.glob(f"{PREFIX}*{SUFFIX}"), *folder.glob(f"{PREFIX}*{OLD}*")]:
            with suppress(OSError):
                descriptor = os.open(path, os.O_RDONLY)
                try:
                    if locking.lock(descriptor):
                        _swept(path)
                finally:
                    os.close(descriptor)


def _swept(path: Path) -> None:
    _, old, name = path.name.partition(OLD)
    if old and not (path.parent / name).exists():
        path.rename(path.parent / name)
    elif path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)  # another run may sweep it at the same time
    else:
        path.unlink(missing_ok=True)
