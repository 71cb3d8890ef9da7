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
    graph: Graph | None = None
    for picture in pictures:
        if graph is None:
            graph = _graph(picture, filters)
        graph.vpush(picture)
        yield from _pulled(graph)
    if graph is not None:
        graph.vpush(None)
        yield from _pulled(graph)


def _graph(picture: av.VideoFrame, filters: tuple[str, ...]) -> Graph:
    graph = Graph()
    time_base = picture.time_base or Fraction(1, 1000)
    nodes = [
        graph.add(  # unlike ``add_buffer`` with range and matrix, which a change of format would convert to its own
            "buffer",
            video_size=f"{picture.width}x{picture.height}",
            pix_fmt=picture.format.name,
            time_base=str(time_base),
            pixel_aspect="1/1",
            range=str(int(picture.color_range)),
            colorspace=str(int(picture.colorspace)),
        ),
        *(graph.add(*filter_.split("=", 1)) for filter_ in filters),
        graph.add("buffersink"),
    ]
    graph.link_nodes(*nodes).configure()
    return graph


def _pulled(graph: Graph) -> Iterator[av.VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
