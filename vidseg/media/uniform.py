"""Pictures of one size and layout, though a stream may change either on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import av
from av.filter import Graph

from vidseg.errors import SourceError
from vidseg.job import Reading
from vidseg.media import chain, formats
from vidseg.media.notes import Notes

Shape = tuple[int, int, str]
"""Width, height, and the format under its name of today."""


def uniform(pictures: Iterable[av.VideoFrame], path: Path, reading: Reading, notes: Notes) -> Iterator[av.VideoFrame]:
    """The same pictures, all like the first: FFmpeg's filters and encoders take nothing else, or stretch it unasked.

    Another format is converted; another size is refused or, as ``reading`` says, scaled as a whole, with black beside
    it where its shape is another. Raises ``SourceError``.
    """
    first: Shape | None = None
    graphs: dict[Shape, Graph] = {}
    for picture in pictures:
        shape = (picture.width, picture.height, formats.same_planes(picture.format.name))
        first = first or shape
        if shape == first:
            yield picture
            continue
        if shape[:2] != first[:2]:
            change = f"its picture changes from {first[0]}x{first[1]} to {shape[0]}x{shape[1]} on the way"
            if reading.on_resize == "refuse":
                raise SourceError(str(path), f"{change} (--on-resize scale brings all to the first size)")
            notes.say(f"{change}: brought to the first size")
        else:
            notes.detail(f"its pixel format changes from {first[2]} to {shape[2]} on the way")
        if shape not in graphs:
            width, height, name = first
            graphs[shape] = chain.graph(
                picture,
                (
                    f"scale={width}:{height}:force_original_aspect_ratio=decrease",
                    f"format={name}",
                    f"pad={width}:{height}:-1:-1:black",
                ),
            )
        yield _through(graphs[shape], picture)


def _through(graph: Graph, picture: av.VideoFrame) -> av.VideoFrame:
    pts, dts, duration, time_base = picture.pts, picture.dts, picture.duration, picture.time_base
    graph.vpush(picture)
    made = graph.vpull()
    made.pts, made.dts, made.duration = pts, dts, duration
    if time_base is not None:
        made.time_base = time_base
    return made
