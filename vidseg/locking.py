"""Locks on open files, which the system takes back when their holder dies, however it dies."""

from __future__ import annotations

import os
import sys

if sys.platform != "win32":
    import fcntl


def lock(descriptor: int) -> bool:
    """Take a file for this process alone; False where another one has it."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


def still_named(descriptor: int, path: str | os.PathLike[str]) -> bool:
    """Whether an open file is what has this name now, and wasn't removed or replaced meanwhile."""
    try:
        named = os.stat(path)  # noqa: PTH116 - of a path or a name
    except OSError:
        return False
    mine = os.fstat(descriptor)
    return (mine.st_dev, mine.st_ino) == (named.st_dev, named.st_ino)
