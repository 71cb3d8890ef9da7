"""Standard error for people: the lines that C++ libraries write to it are kept away."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TextIO

from vidseg.cli.patient import patient


@contextmanager
def libraries_silenced(*, silent: bool) -> Iterator[TextIO]:
    """The stream to speak on; while it is open, what libraries write to file descriptor 2 goes nowhere.

    MediaPipe's log can't be turned off otherwise: it has no switch that works before its first lines.
    """
    try:
        sys.stderr.flush()
        spoken_on = sys.stderr.fileno()
    except (OSError, io.UnsupportedOperation):  # replaced by something that is no file
        silent = False
    if not silent:
        yield patient(sys.stderr)
        return
    os.environ.setdefault("SVT_LOG", "1")
    with (
        ExitStack() as stack,
        os.fdopen(os.dup(spoken_on), "w", buffering=1, encoding=sys.stderr.encoding, errors="backslashreplace") as ours,
    ):
        for descriptor in {2, spoken_on}:
            stack.enter_context(_nowhere(descriptor))
        yield patient(ours)


@contextmanager
def _nowhere(descriptor: int) -> Iterator[None]:
    """While it is open, what is written to a file descriptor is thrown away."""
    kept = os.dup(descriptor)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, descriptor)
        os.close(kept)
