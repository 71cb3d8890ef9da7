"""A contact sheet of some moments of a file, to judge a matte before a whole file is done."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from vidseg.effects.blend import Blend
from vidseg.effects.overlay import Overlay
from vidseg.effects.unmix import Unmix
from vidseg.errors import OptionError, SourceError
from vidseg.frame import Cutout, Frame, Plane, planes_of
from vidseg.job import Reading, Span
from vidseg.media import colour, formats, opening, probe
from vidseg.media.colour import SRGB, Colour
from vidseg.media.decoding import demuxed
from vidseg.media.source import Source
from vidseg.render import mattes
from vidseg.stages import Filter, Segmenter, window_of

BGR = NDArray[np.uint8]

COLUMNS = ("source", "matte", "overlay", "result")
MOST = 100
"""Moments that one sheet may have."""

_CELL, _GAP, _HEAD = 480, 8, 28
"""In pixels: a cell's longer side, what is between cells, and the line with the columns' names."""

_SQUARE = 8
"""Pixels of the sheet along one square of the chequerboard."""


@dataclass(frozen=True)
class Sheet:
    """``picture`` is 8-bit BGR, a row for each of the ``moments`` (the times of the frames shown, in seconds)."""

    picture: BGR
    moments: tuple[Fraction, ...]


@dataclass(frozen=True)
class Preview:
    """Source, matte, overlay and the person over a chequerboard, ``at`` these seconds or ``count`` times evenly.

    Only those moments and what the stages look at around them are worked on, so that mattes are those of the whole
    (but for people so small that they are searched for, which a preview does at its own frames).
    """

    segmenter: Segmenter
    filters: tuple[Filter, ...]
    at: tuple[Fraction, ...] = ()
    count: int = 5
    reading: Reading = field(default_factory=Reading)

    def check(self) -> None:
        """Raise a ``RequestError`` if these settings can't work."""
        if not 1 <= max(self.count, len(self.at)) <= MOST:
            raise OptionError("--at" if self.at else "--count", f"a sheet has 1 to {MOST} moments")
        for stage in (self.segmenter, *self.filters):
            stage.check()

    def __call__(self, path: Path) -> Sheet:
        """The sheet of one file; raises ``SourceError``, or ``OptionError`` for a moment that the file doesn't have."""
        length, rate = _length(path, self.reading)
        before = ((window_of((self.segmenter, *self.filters)) or 0) + 1) / rate
        for moment in self.at:
            if moment >= length:
                raise OptionError("--at", f"{_clock(moment)} is after the end: {path} lasts {_clock(length)}")
        wanted = self.at or tuple(length * (2 * n + 1) / (2 * self.count) for n in range(self.count))
        rows, moments = [], []
        for moment in wanted:
            cutout, time = self._shown(path, moment, before)
            rows.append(_row(cutout, _clock(time)))
            moments.append(time)
        return Sheet(_stacked(rows), tuple(moments))

    def _shown(self, path: Path, moment: Fraction, window: Fraction) -> tuple[Cutout, Fraction]:
        """The last cutout that is not later, and its time.

        Where there is none in the ``window`` before it, in seconds (a still that lasts, a picture that ends before the
        sound), the window is doubled.
        """
        while True:
            start = max(moment - window, Fraction(0))
            try:
                return self._last_in(path, start, moment)
            except SourceError:
                if start == 0:
                    raise
            window *= 2

    def _last_in(self, path: Path, start: Fraction, moment: Fraction) -> tuple[Cutout, Fraction]:
        shown: Cutout | None = None
        with (
            Source(path, Span(start), reading=self.reading) as source,
            closing(mattes(source, self.segmenter, self.filters)) as cutouts,
        ):
            for cutout in cutouts:
                if cutout.frame.time + source.offset > moment and (shown is not None or start > 0):
                    break
                shown = cutout
            offset = source.offset
        if shown is None:
            raise SourceError(str(path), f"has no frame at {_clock(moment)}")
        return shown, shown.frame.time + offset


def _length(path: Path, reading: Reading) -> tuple[Fraction, Fraction]:
    """Seconds by the container, or by counting its packets; and frames a second."""
    with opening.opened(path, reading=reading) as container:
        video = probe.main_video(container, path, reading)
        media = probe.describe(container, video, path)
        if media.duration is not None:
            return media.duration, media.rate
        return sum(packet.size > 0 for packet in demuxed(container, (video,))) / media.rate, media.rate


def _clock(seconds: Fraction) -> str:
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes}:{rest / 1000:06.3f}"


def _row(cutout: Cutout, label: str) -> BGR:
    """One moment's cells, side by side."""
    frame = cutout.frame
    wide, high = frame.width * frame.sample_aspect_ratio, Fraction(frame.height)
    scale = _CELL / max(wide, high)
    size = max(round(wide * scale), 1), max(round(high * scale), 1)
    (painted,) = Overlay()([cutout])
    side = max(round(_SQUARE / scale), 1)
    result = Blend().over(Unmix().person(frame, cutout.matte), _chequer(frame, side), cutout.matte)
    grey = np.asarray(cv2.resize((cutout.matte >> 8).astype(np.uint8), size, interpolation=cv2.INTER_AREA), np.uint8)
    found = np.repeat(grey[:, :, None], 3, axis=2)
    cells: list[BGR] = [_seen(frame, size), found, _seen(painted, size), _seen(result, size)]
    _write(cells[0], label, (8, size[1] - 10))
    gap = np.full((size[1], _GAP, 3), 255, np.uint8)
    return np.hstack([part for cell in cells for part in (gap, cell)] + [gap]).astype(np.uint8)


def _chequer(frame: Frame, side: int) -> list[Plane]:
    """Light and dark grey squares in the frame's format."""
    luma, *chroma = frame.planes
    unit = 1 << (frame.depth - 8)
    rows, columns = np.ogrid[: luma.shape[0], : luma.shape[1]]
    dark = (rows // side + columns // side) % 2
    board = [np.where(dark, 110 * unit, 180 * unit).astype(luma.dtype)]
    return board + [np.full_like(plane, 128 * unit) for plane in chroma]


def _seen(frame: Frame, size: tuple[int, int]) -> BGR:
    """A frame as a screen shows it, HDR brought under white, at this size."""
    tags = Colour.of(frame.picture)
    smaller = size[0] < frame.width or size[1] < frame.height
    small = VideoReformatter().reformat(
        frame.picture,
        width=size[0],
        height=size[1],
        format=formats.name_of("444", frame.depth),
        src_colorspace=tags.matrix,
        dst_colorspace=tags.matrix,
        src_color_range=tags.range,
        dst_color_range=tags.range,
        interpolation=Interpolation.AREA if smaller else Interpolation.BICUBIC,
    )
    rgb = colour.convert_rgb(colour.dequantise(planes_of(small), frame.depth, tags), tags, SRGB)
    return np.ascontiguousarray(np.rint(rgb[:, :, ::-1] * 255).astype(np.uint8))


def _write(picture: BGR, text: str, at: tuple[int, int]) -> None:
    """White letters with a dark rim, which can be read over anything."""
    for thickness, value in ((4, 0), (1, 255)):
        cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.55, (value,) * 3, thickness, cv2.LINE_AA)


def _stacked(rows: list[BGR]) -> BGR:
    """The rows below the columns' names."""
    width = rows[0].shape[1]
    head = np.full((_HEAD, width, 3), 255, np.uint8)
    for n, name in enumerate(COLUMNS):
        left = _GAP + n * (width - _GAP) // len(COLUMNS)
        cv2.putText(head, name, (left, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (0, 0, 0), 1, cv2.LINE_AA)
    gap = np.full((_GAP, width, 3), 255, np.uint8)
    return np.vstack([head] + [part for row in rows for part in (row, gap)]).astype(np.uint8)
