"""The C library's heap, told how to treat blocks as large as pictures."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_THRESHOLD = 4 << 20
_KEPT = 64 << 20
_ARENAS = 2


def keep_large_blocks_apart() -> None:
    """Blocks of 4 MiB and more go back to the system when they are freed; for a process that is vidseg's own.

    glibc (``mallopt(3)``) otherwise raises that size with the blocks it sees, and what several threads, the encoder and
    OpenCV free leaves holes between them: at 1080p a tenth of all memory in use. What is smaller isn't given back at
    the heap's end and asked for again with every frame: that saves half of all page faults, and costs no memory at the
    peak. Threads share two heaps: of the sixteen and more that they would get, each keeps as much as that when they
    are long gone, and two cost no time that could be measured. Does nothing elsewhere.
    """
    mallopt = _glibc("mallopt")
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _THRESHOLD)
        mallopt(_M_TRIM_THRESHOLD, _KEPT)
        mallopt(_M_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """What is free goes back to the system.

    glibc gives back what is free at a heap's end alone, not in its midst. Does nothing elsewhere.
    """
    trim = _glibc("malloc_trim")
    if trim is not None:
        trim(0)


def _glibc(name: str) -> Any:
    """A function of glibc's; ``None`` where there is none of this name, as on other systems and with musl."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform.startswith("linux") else None
