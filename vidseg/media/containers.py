"""Containers: which one an output's suffix asks for, and what it takes."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path

import av
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


def takes_copy(container: str, stream: Stream) -> bool:
    """Whether a muxer holds a stream's packets as they are, found by writing a header with it alone."""
    scratch = av.open(io.BytesIO(), "w", format=container)
    try:
        scratch.add_stream_from_template(stream, opaque=True)
        scratch.start_encoding()
    except (av.error.FFmpegError, ValueError):
        return False
    finally:
        _abandon(scratch)
    return True


def _abandon(scratch: av.container.OutputContainer) -> None:
    with suppress(av.error.FFmpegError, ValueError):  # nobody reads it
        scratch.close()
