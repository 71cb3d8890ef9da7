"""The C library's heap, told how to treat blocks as large as pictures."""

from __future__ import annotations

import ctypes
import sys

_M_MMAP_THRESHOLD = -3
_M_TRIM_THRESHOLD = -1
_THRESHOLD = 4 << 20
_KEPT = 64 << 20


def keep_large_blocks_apart() -> None:
    """Blocks of 4 MiB and more go back to the system when they are freed; for a process that is vidseg's own.

    glibc (``mallopt(3)``) otherwise raises that size with the blocks it sees, and what several threads, the encoder and
    OpenCV free leaves holes between them: at 1080p a tenth of all memory in use. Of smaller ones 64 MiB are kept for
    the next: given back and asked for again with every array, they cost a twentieth of the time. Nothing elsewhere.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _THRESHOLD)
        mallopt(_M_TRIM_THRESHOLD, _KEPT)
