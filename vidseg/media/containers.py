"""Containers: which one an output's suffix asks for, and what it takes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import av
from av.container import OutputContainer
from av.stream import Stream

from vidseg.errors import TargetError
from vidseg.job import Content, Job

BY_SUFFIX = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm"}
"""FFmpeg's muxer for a suffix: those that keep every frame's time."""


ALONE = ("sequence", "webp")
"""What holds a picture and nothing beside it: a folder of numbered PNGs, and an animated WebP."""

_NUMBER = re.compile(r"%0?\d?d", re.ASCII)


def container_of(target: Path, content: Content = "picture") -> str:
    """The muxer for an output's suffix, or ``sequence``; raises ``TargetError``.

    Which there are depends on what the output holds: numbered PNGs for mattes and alpha, WebP for alpha.
    """
    suffix = target.suffix.lower()
    if suffix == ".png" and content != "picture":
        return _sequence(target)
    if suffix == ".webp" and content in ("straight", "premultiplied"):
        return "webp"
    try:
        return BY_SUFFIX[suffix]
    except KeyError:
        what = f"{target.suffix} is" if target.suffix else "a name without a suffix is"
        others = {"picture": "", "matte": ", %06d.png"}.get(content, ", .webp, %06d.png")
        raise TargetError(str(target), f"{what} no output vidseg writes: use {', '.join(BY_SUFFIX)}{others}") from None


def _sequence(target: Path) -> str:
    if len(_NUMBER.findall(target.name)) != 1 or target.name.count("%") != 1:
        raise TargetError(str(target), "a PNG holds one frame: put the number's place into its name, as in %06d.png")
    if "%" in str(target.parent):
        raise TargetError(str(target), "% is for the number in the name, not in the folder's")
    if target.parent.name in ("", ".."):
        raise TargetError(str(target), f"a sequence has a folder of its own: name it, as in frames/{target.name}")
    return "sequence"


def file_of(target: Path, content: Content) -> Path:
    """What appears when an output is whole: the file, or a sequence's folder."""
    return target.parent if container_of(target, content) == "sequence" else target


def output_of(job: Job) -> Path:
    """The same of a job."""
    return file_of(job.target, job.recipe.encoding.content)


def numbered(target: Path, number: int) -> str:
    """The name of one picture of a sequence."""
    return target.name % number


def belongs(target: Path, name: str) -> bool:
    """Whether a name is that of a picture of this sequence."""
    before, after = _NUMBER.split(target.name)
    return re.fullmatch(re.escape(before) + r"\d+" + re.escape(after), name) is not None


def usual_suffix(source: Path) -> str:
    """The suffix of an output that nobody named: the source's where vidseg writes that, else ``.mp4``."""
    return source.suffix if source.suffix.lower() in BY_SUFFIX else ".mp4"


def takes_copy(container: str, stream: Stream) -> bool:
    """Whether a muxer holds a stream's packets as they are, found by writing a header with it alone.

    QuickTime's takes AMR's header and then none of its packets, which hold several frames each.
    """
    if container == "mov" and stream.codec_context is not None and stream.codec_context.name.startswith("amr"):
        return False
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
