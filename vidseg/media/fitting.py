"""Frames fitted to an encoder: another layout, depth or range, their alpha as it wants it; never another size.

A fitter is called with a frame and gives the picture that is encoded, with the tags that are true of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import av
import cv2
import numpy as np
from av.filter import Graph
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from vidseg.frame import FULL, Frame, Matte, Plane, planes_of
from vidseg.media import chain, formats
from vidseg.media.alpha import Layout
from vidseg.media.colour import FULL_RANGE, LIMITED, SRGB, Colour, codes

Fitter = Callable[[Frame], av.VideoFrame]

_BT709 = Colour(LIMITED, 1, 1, 1)
_RGB = 0
"""H.273's number for no matrix at all."""
_BT2020 = 9


@cache
def _table(depth: int, range_: int) -> NDArray[Any]:
    """The luma code of each value of a matte."""
    scale, offset = codes(depth, range_)[0]
    values = np.rint(np.arange(FULL + 1) * (scale / FULL) + offset)
    return np.asarray(values, np.uint8 if depth == 8 else np.uint16)


@cache
def _by_line(depth: int, range_: int) -> bool:
    """Whether OpenCV's straight line, ten times as quick, gives each code as the table has it on this processor."""
    every = np.arange(FULL + 1, dtype=np.uint16).reshape(256, 256)
    return np.array_equal(_line(every, depth, range_).ravel(), _table(depth, range_))


def _line(matte: Matte, depth: int, range_: int) -> Plane:
    scale, offset = codes(depth, range_)[0]
    kind = cv2.CV_8U if depth == 8 else cv2.CV_16U
    return np.asarray(cv2.addWeighted(matte, scale / FULL, matte, 0, offset, dtype=kind)).reshape(matte.shape)


def levels(matte: Matte, depth: int, range_: int = FULL_RANGE) -> Plane:
    """A matte (``uint16``) as codes of a depth and range, rounded to nearest; 0 and full are exact."""
    if _by_line(depth, range_):
        return _line(matte, depth, range_)
    table = _table(depth, range_)
    # every value has its code: without "clip" NumPy looks first, which takes as long again
    return np.take(table, matte, out=np.empty(matte.shape, table.dtype), mode="clip")


class Converted:
    """The picture in another layout, depth or range of YUV."""

    def __init__(self, pixel_format: str, range_: int | None = None) -> None:
        """Without ``range_`` it stays as it is."""
        self._format, self._range = pixel_format, range_
        self._reformatter = VideoReformatter()

    def __call__(self, frame: Frame) -> av.VideoFrame:
        """The picture that is encoded."""
        picture, colour = frame.picture, Colour.of(frame.picture)
        wanted = replace(colour, range=self._range or colour.range)
        if formats.same_planes(picture.format.name) == self._format and wanted == colour:
            return picture
        made = self._reformatter.reformat(
            picture,
            format=self._format,
            src_colorspace=colour.matrix,
            dst_colorspace=colour.matrix,
            src_color_range=colour.range,
            dst_color_range=wanted.range,
        )
        wanted.tag(made)
        return made


class InYuv:
    """The picture with its alpha as a fourth plane."""

    def __init__(self, pixel_format: str, range_: int | None = None) -> None:
        self._converted = Converted(pixel_format, range_)

    def __call__(self, frame: Frame) -> av.VideoFrame:
        """The picture that is encoded."""
        made = self._converted(frame)
        planes_of(made)[3][:] = levels(_alpha(frame), made.format.components[3].bits)
        return made


class InRgb:
    """The picture as packed RGB by its own matrix and range, with its alpha; primaries and transfer stay."""

    def __init__(self, pixel_format: str, *, still: bool = False) -> None:
        """``still`` pictures of SDR are tagged sRGB, which is what shows them as players show video."""
        self._format, self._still = pixel_format, still
        self._graph: Graph | None = None

    def __call__(self, frame: Frame) -> av.VideoFrame:
        """The picture that is encoded."""
        picture = frame.picture
        if self._graph is None:
            scale = "scale=flags=bicubic+accurate_rnd+full_chroma_inp+full_chroma_int:out_range=full"
            self._graph = chain.graph(picture, (scale, f"format={self._format}"))
        self._graph.vpush(picture)
        made = self._graph.vpull()
        colour = Colour.of(picture)
        if self._still and not colour.is_hdr and colour.primaries != _BT2020:
            colour = SRGB
        replace(colour, range=FULL_RANGE, matrix=_RGB).tag(made)
        alpha = next(n for n, component in enumerate(made.format.components) if component.is_alpha)
        bits = made.format.components[alpha].bits
        dtype = np.dtype(np.uint8 if bits == 8 else ">u2" if self._format.endswith("be") else "<u2")
        rows = np.frombuffer(made.planes[0], dtype).reshape(made.height, -1)  # type: ignore[call-overload]
        first = 0 if self._format.startswith("a") else 3
        rows[:, first : 4 * made.width : 4] = levels(_alpha(frame), bits)
        return made


class Doubled:
    """The picture, and its alpha in grey below or beside it, of the same range, in one picture twice as large."""

    def __init__(self, pixel_format: str, layout: Layout) -> None:
        self._layout = layout
        self._converted = Converted(pixel_format)

    def __call__(self, frame: Frame) -> av.VideoFrame:
        """The picture that is encoded."""
        picture = self._converted(frame)
        below = self._layout == "below"
        size = (frame.width, 2 * frame.height) if below else (2 * frame.width, frame.height)
        made = av.VideoFrame(*size, formats.same_planes(picture.format.name))
        Colour.of(picture).tag(made)
        depth = made.format.components[0].bits
        for n, (plane, half) in enumerate(zip(planes_of(made), planes_of(picture), strict=True)):
            height, width = half.shape
            plane[:height, :width] = half
            other = plane[height:] if below else plane[:, width:]
            other[:] = 1 << (depth - 1) if n else levels(_alpha(frame), depth, int(picture.color_range))
        return made


class Grey:
    """A grey frame as the luma of a picture without colour, tagged BT.709, so that editors leave its levels alone."""

    def __init__(self, pixel_format: str, range_: int) -> None:
        self._format, self._range = pixel_format, range_

    def __call__(self, frame: Frame) -> av.VideoFrame:
        """The picture that is encoded."""
        made = av.VideoFrame(frame.width, frame.height, self._format)
        depth = made.format.components[0].bits
        (grey,) = frame.planes
        for n, plane in enumerate(planes_of(made)):
            plane[:] = 1 << (depth - 1) if n else levels(grey, depth, self._range)
        replace(_BT709, range=self._range).tag(made)
        return made


class GreyStill:
    """A grey frame as a grey picture of full range that says nothing of its light, so that nothing is done to it."""

    def __init__(self, depth: int) -> None:
        self._depth = depth

    def __call__(self, frame: Frame) -> av.VideoFrame:
        """The picture that is encoded."""
        (grey,) = frame.planes
        made = av.VideoFrame(frame.width, frame.height, "gray" if self._depth == 8 else "gray16be")
        dtype = np.dtype(np.uint8 if self._depth == 8 else ">u2")
        rows = np.frombuffer(made.planes[0], dtype).reshape(frame.height, -1)  # type: ignore[call-overload]
        rows[:, : frame.width] = levels(grey, self._depth)
        made.color_range = FULL_RANGE
        return made


def _alpha(frame: Frame) -> Matte:
    if frame.alpha is None:
        raise ValueError("a frame without alpha was given to be written with it")
    return frame.alpha
