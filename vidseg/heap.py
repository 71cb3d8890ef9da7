"""The C library's heap, told how to treat blocks as large as pictures."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_THRESHOLD = 4 << 20
_KEPT = 64 << 20


def keep_large_blocks_apart() -> None:
    """Blocks of 4 MiB and more go back to the system when they are freed; for a process that is vidseg's own.

    glibc (``mallopt(3)``) otherwise raises that size with the blocks it sees, and what several threads, the encoder and
    OpenCV free leaves holes between them: at 1080p a tenth of all memory in use. What is smaller isn't given back at
    the heap's end and asked for again with every frame: that saves half of all page faults, and costs no memory at the
    peak. Does nothing elsewhere.
    """
    mallopt = _glibc("mallopt")
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _THRESHOLD)
        mallopt(_M_TRIM_THRESHOLD, _KEPT)


def give_back() -> None:
    """What is free goes back to the system.

    Each job has threads of its own, and glibc gives these heaps of their own, of which none gives back what is free in
    its midst: without this a worker that does many small files grows by some MB with each. Does nothing elsewhere.
    """
    trim = _glibc("malloc_trim")
    if trim is not None:
        trim(0)


def _glibc(name: str) -> Any:
    """A function of glibc's; ``None`` where there is none of this name, as on other systems and with musl."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform.startswith("linux") else None
