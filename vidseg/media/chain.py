"""A chain of FFmpeg filters as a generator over pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
from av.filter import Graph


def filtered(pictures: Iterable[av.VideoFrame], filters: tuple[str, ...]) -> Iterator[av.VideoFrame]:
    """Pictures of one size and format through FFmpeg's filters (``name`` or ``name=options``), in order.

    Every picture comes out with ``pts`` and ``time_base`` of its own; filters that wait are drained at the end.
    """
    made: Graph | None = None
    for picture in pictures:
        if made is None:
            made = graph(picture, filters)
        made.vpush(picture)
        yield from _pulled(made)
    if made is not None:
        made.vpush(None)
        yield from _pulled(made)


def graph(picture: av.VideoFrame, filters: tuple[str, ...]) -> Graph:
    """The filters in a row, ready for pictures like this one."""
    made = Graph()
    time_base = picture.time_base or Fraction(1, 1000)
    nodes = [
        made.add(  # unlike ``add_buffer`` with range and matrix, which a change of format would convert to its own
            "buffer",
            video_size=f"{picture.width}x{picture.height}",
            pix_fmt=picture.format.name,
            time_base=str(time_base),
            pixel_aspect="1/1",
            range=str(int(picture.color_range)),
            colorspace=str(int(picture.colorspace)),
        ),
        *(made.add(*filter_.split("=", 1)) for filter_ in filters),
        made.add("buffersink"),
    ]
    made.link_nodes(*nodes).configure()
    return made


def _pulled(made: Graph) -> Iterator[av.VideoFrame]:
    while True:
        try:
            yield made.vpull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
