"""Containers: which one an output's suffix asks for, and what it takes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import av
from av.container import OutputContainer
from av.stream import Stream

from vidseg.errors import TargetError

BY_SUFFIX = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm"}
"""FFmpeg's muxer for a suffix: those that keep every frame's time."""


def container_of(target: Path) -> str:
    """The muxer for an output's suffix; raises ``TargetError``."""
    try:
        return BY_SUFFIX[target.suffix.lower()]
    except KeyError:
        what = f"{target.suffix} is" if target.suffix else "a name without a suffix is"
        raise TargetError(str(target), f"{what} no output vidseg writes: use {', '.join(BY_SUFFIX)}") from None


def usual_suffix(source: Path) -> str:
    """The suffix of an output that nobody named: the source's where vidseg writes that, else ``.mp4``."""
    return source.suffix if source.suffix.lower() in BY_SUFFIX else ".mp4"


def takes_copy(container: str, stream: Stream) -> bool:
    """Whether a muxer holds a stream's packets as they are, found by writing a header with it alone."""
    with scratch(container) as output:
        try:
            output.add_stream_from_template(stream, opaque=True)
            output.start_encoding()
        except (av.error.FFmpegError, ValueError):
            return False
    return True


@contextmanager
def scratch(container: str) -> Iterator[OutputContainer]:
    """An output in memory that nobody reads, to find out what a muxer takes."""
    output = av.open(io.BytesIO(), "w", format=container)
    try:
        yield output
    finally:
        with suppress(av.error.FFmpegError, ValueError):
            output.close()
