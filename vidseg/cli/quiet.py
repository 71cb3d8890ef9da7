"""Standard error for people: the lines that C++ libraries write to it are kept away."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def libraries_silenced(*, silent: bool) -> Iterator[TextIO]:
    """The stream to speak on; while it is open, what libraries write to file descriptor 2 goes nowhere.

    MediaPipe's log can't be turned off otherwise: it has no switch that works before its first lines.
    """
    sys.stderr.flush()
    try:
        descriptor = sys.stderr.fileno()
    except (OSError, io.UnsupportedOperation):  # replaced by something that is no file
        silent = False
    if not silent:
        yield sys.stderr
        return
    os.environ.setdefault("SVT_LOG", "1")
    kept = os.dup(descriptor)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
    try:
        with os.fdopen(os.dup(kept), "w", buffering=1, encoding=sys.stderr.encoding, errors="backslashreplace") as ours:
            yield ours
    finally:
        os.dup2(kept, descriptor)
        os.close(kept)
