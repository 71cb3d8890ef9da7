"""Room: how much memory a task may take, and whether it was the want of it that a task failed by."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

if sys.platform != "win32":
    import resource

_RESERVED = 512 << 20
"""Bytes that libraries reserve and never touch (threads' stacks, heaps): 240 to 560 MB were measured beside what a
worker really uses. The system's bound (``RLIMIT_DATA``) counts them."""

LEAST = 500_000_000
"""Bytes that a worker takes for any video: Python, MediaPipe and two models are 330 MB of it."""

_PICTURES = 125
"""As many pictures of its source, in bytes, were measured in use on the whole way: those that the encoder looks ahead
at, references, and what waits between the stages. The encoder's are the most."""


@dataclass(frozen=True)
class Room:
    """Bytes that a task may take, and whether that is all there will ever be for one."""

    bytes: int
    all: bool = True


def needed(width: int, height: int, pixel_format: str, depth: int) -> int:
    """About how many bytes a job takes whose frames are such."""
    samples = {"420": 1.5, "422": 2.0}
    per_pixel = next((count for name, count in samples.items() if name in pixel_format), 3.0)
    return round(LEAST + _PICTURES * width * height * per_pixel * (2 if depth > 8 else 1))


@contextmanager
def bounded(room: Room | None) -> Iterator[None]:
    """While it is open, the system gives this process no more; for one that works on a single task.

    ``RLIMIT_DATA`` and not ``RLIMIT_AS``: a worker's addresses are 1.5 GB wide before it has seen a frame, mapped files
    and heaps that are only reserved included. Where a system has no such bound (macOS, Windows), there is none.
    """
    if room is None or not sys.platform.startswith("linux"):
        yield
        return
    before, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = room.bytes + _RESERVED
    bounds = [bound for bound in (before, hard) if bound != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min([wanted, *bounds]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, hard))


_OPENCV_NO_MEMORY = -4
"""``cv::Error::StsNoMem``."""


def lacking(error: BaseException) -> bool:
    """Whether an error, or one that it came from, says that there was no memory."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        if isinstance(at, MemoryError) or getattr(at, "errno", None) == errno.ENOMEM:
            return True
        if getattr(at, "code", None) == _OPENCV_NO_MEMORY and type(at).__module__ == "cv2":
            return True
        if isinstance(at, RuntimeError) and ("start new thread" in str(at) or "bad_alloc" in str(at)):
            return True
        at = at.__cause__ or at.__context__
    return False


def nearly_full(room: Room | None) -> bool:
    """Whether this process has ever used half of its room: what a library then refuses, it may refuse for that."""
    if room is None or sys.platform == "win32":
        return False
    with suppress(OSError, ValueError):
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit * 2 > room.bytes
    return False
