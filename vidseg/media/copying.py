"""Copies of pictures to paint on, with what they carry beside their planes."""

from __future__ import annotations

import av
from av.filter import Graph

from vidseg.frame import planes_of
from vidseg.media import chain, formats

_UNTRUE = ("DISPLAYMATRIX", "DYNAMIC_HDR_PLUS", "DOVI_METADATA", "DOVI_RPU_BUFFER")
"""Side data that isn't true of a picture that was turned upright and painted on."""


class Copies:
    """Gives a copy of each picture, of one size and format, whose planes are its own.

    Closed captions and time codes come along. The memory is FFmpeg's, which uses it again when the encoder is done with
    it: asking the system for it anew costs more than the copying.
    """

    def __init__(self) -> None:
        self._graph: Graph | None = None

    def of(self, picture: av.VideoFrame) -> av.VideoFrame:
        """A copy, its planes writable, under the format's name of today (``yuv420p`` for ``yuvj420p``)."""
        if picture.format.name in formats.FULL_RANGE_NAMES:  # FFmpeg would change the codes with the name
            return self._renamed(picture)
        if self._graph is None:
            deleted = tuple(f"sidedata=mode=delete:type={name}" for name in _UNTRUE)
            self._graph = chain.graph(picture, ("copy", *deleted))
        self._graph.vpush(picture)
        return self._graph.vpull()

    def _renamed(self, picture: av.VideoFrame) -> av.VideoFrame:
        made = av.VideoFrame(picture.width, picture.height, formats.same_planes(picture.format.name))
        for ours, theirs in zip(planes_of(made), planes_of(picture), strict=True):
            ours[:] = theirs
        return made
