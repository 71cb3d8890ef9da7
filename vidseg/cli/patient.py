"""Streams whose other end may go: a closed terminal, a reader that has read enough."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import IO, Any, TextIO, cast


class Patient:
    """A text stream that says nothing any more once it can't: what a person can't be told is no reason to stop."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._gone = False

    def write(self, text: str) -> int:
        """As of any stream, but without an error."""
        if not self._gone:
            self._try(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Likewise."""
        if not self._gone:
            self._try(self._stream.flush)

    def _try(self, do: Any) -> None:
        try:
            do()
        except (OSError, ValueError):  # closed at the other end, or at ours
            self._gone = True
            nowhere(self._stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def patient(stream: TextIO) -> TextIO:
    """A stream that may be written to whatever becomes of its other end."""
    return cast("TextIO", Patient(stream))


def nowhere(stream: IO[Any]) -> None:
    """Let what is written to a stream go nowhere, what is in its buffer included: nobody reads it any more."""
    with suppress(OSError, ValueError):
        descriptor = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(descriptor, stream.fileno())
        finally:
            os.close(descriptor)
        stream.flush()
