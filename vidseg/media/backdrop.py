"""Backdrops: a picture, a video or a colour brought to a frame's size, format and colour."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Literal, Protocol

import cv2
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from vidseg.errors import BackgroundError, ColourError, LimitError, SourceError
from vidseg.frame import Frame, Plane, planes_of
from vidseg.job import Reading
from vidseg.media import colour, formats, opening, picture_size, probe
from vidseg.media.colour import SRGB, Colour
from vidseg.media.source import Source

Fit = Literal["cover", "contain", "stretch"]
RGB = NDArray[np.float32]


class Backdrop(Protocol):
    """What is behind the person."""

    def planes_at(self, time: Fraction) -> list[Plane]:
        """Its planes at a moment, in seconds; moments are asked for in order."""


def parse_colour(text: str) -> tuple[int, int, int] | None:
    """R, G, B of ``#rrggbb``, ``#rgb`` or a name that FFmpeg knows (those of CSS), else None."""
    if text.startswith("#"):
        digits = text[1:]
        if len(digits) == 3:
            digits = "".join(digit * 2 for digit in digits)
        try:
            red, green, blue = bytes.fromhex(digits) if len(digits) == 6 else b""
        except ValueError:
            return None
        return red, green, blue
    return _NAMES.get(text.lower())


MOST_PIXELS = Reading().most_pixels


def check(background: str, most_pixels: int = MOST_PIXELS) -> None:
    """Raise ``BackgroundError`` or ``ColourError`` unless there is something to put behind.

    A picture or video of more than ``most_pixels`` isn't even decoded.
    """
    path = Path(background)
    if not _there(path):
        if parse_colour(background) is not None:
            return
        if background.startswith("#"):
            raise ColourError(background)
        raise BackgroundError(background, "no such file, and no colour of that name")
    try:
        opening.require_file(path)
    except SourceError as error:
        raise BackgroundError(background, error.reason) from None
    if _read_picture(path, most_pixels) is None:
        with _moving(path, most_pixels) as source:
            try:
                next(source.frames())
            except SourceError as error:
                raise BackgroundError(background, error.reason) from None


def _there(path: Path) -> bool:
    """Whether there is such a file; a name that no file can have is none."""
    try:
        return path.exists()
    except OSError:
        return False


@contextmanager
def opened(
    background: str, fit: Fit, frame: Frame, began: Fraction | None = None, most_pixels: int = MOST_PIXELS
) -> Iterator[Backdrop]:
    """The backdrop for frames like this one; raises ``BackgroundError`` or ``ColourError``.

    A video begins at the moment ``began``, in seconds, without it at the frame's. ``most_pixels`` is ``check``'s.
    """
    path = Path(background)
    if not _there(path):
        yield _flat(background, frame)
        return
    picture = _read_picture(path, most_pixels)
    if picture is not None:
        yield _Still(_quantised(_fitted(picture, fit, frame), frame))
        return
    with _moving(path, most_pixels) as source:
        moving = _Moving(path, source, fit, frame, frame.time if began is None else began)
        try:
            yield moving
        finally:
            moving.close()


def check_colour(text: str) -> None:
    """Raise ``ColourError`` unless ``parse_colour`` knows it."""
    if parse_colour(text) is None:
        raise ColourError(text)


def colour_planes(text: str, frame: Frame) -> list[Plane]:
    """Planes full of one colour, for frames like this one; read-only. Raises ``ColourError``."""
    return _flat(text, frame).planes_at(frame.time)


def _flat(text: str, frame: Frame) -> _Still:
    rgb = parse_colour(text)
    if rgb is None:
        raise ColourError(text)
    small = _quantised(np.full((2, 2, 3), rgb, np.float32) / np.float32(255), frame)
    return _Still([np.full_like(plane, one[0, 0]) for plane, one in zip(frame.planes, small, strict=True)])


def _quantised(rgb: RGB, frame: Frame) -> list[Plane]:
    """A picture in a frame's format and colour."""
    target = Colour.of(frame.picture)
    name = frame.picture.format.name.replace("yuvj", "yuv")
    return colour.quantise(colour.convert_rgb(rgb, SRGB, target), name, target)


class _Still:
    """One picture, brought to the frame's form once."""

    def __init__(self, planes: list[Plane]) -> None:
        self._planes = planes
        for plane in planes:
            plane.flags.writeable = False

    def planes_at(self, time: Fraction) -> list[Plane]:
        """The same at any time."""
        return self._planes


class _Moving:
    """A video, looped; each of its frames is brought to the frame's form when its time comes."""

    def __init__(self, path: Path, source: Source, fit: Fit, frame: Frame, began: Fraction) -> None:
        self._path, self._source, self._fit = path, source, fit
        self._first_asked = began
        self._target = Colour.of(frame.picture)
        self._frame = frame
        self._reformatter = VideoReformatter()
        self._frames = source.frames()
        self._reopened: Source | None = None
        self._shown: Frame | None = None
        self._planes: list[Plane] = []
        first = self._following()
        assert first is not None  # noqa: S101 - a source without a frame raises
        self._next: Frame | None = first
        self._began = first.time
        self._round = Fraction(0)

    def close(self) -> None:
        """Close what looping opened."""
        if self._reopened is not None:
            self._reopened.close()

    def planes_at(self, time: Fraction) -> list[Plane]:
        """Of the video's last frame that is not later, its first frame being shown with the source's first."""
        wanted = time - self._first_asked
        while self._next is not None and self._round + self._next.time - self._began <= wanted:
            self._shown = self._next
            self._planes = []
            following = self._following()
            self._next = following if following is not None else self._again(self._shown, wanted)
        assert self._shown is not None  # noqa: S101 - the first frame is at 0
        if not self._planes:
            self._planes = self._brought(self._shown)
        return self._planes

    def _again(self, last: Frame, wanted: Fraction) -> Frame | None:
        """The first frame once more, after the last one's length; a single frame stays as it is.

        Rounds that are over before what is wanted are passed over, for a piece may begin hours into a film.
        """
        if last.index == 0:
            return None
        length = last.duration * last.time_base
        whole = last.time - self._began + (length if length > 0 else 1 / self._source.media.rate)
        self._round += whole * max((wanted - self._round) // whole, 1)
        self.close()
        self._reopened = Source(self._path, formats=opening.PICTURE_FORMATS, reading=self._source.reading)
        self._frames = self._reopened.frames()
        return self._following()

    def _following(self) -> Frame | None:
        """The next frame, None after the last; raises ``BackgroundError``, for it isn't the source that fails."""
        try:
            return next(self._frames, None)
        except SourceError as error:
            raise BackgroundError(str(self._path), error.reason) from None

    def _brought(self, frame: Frame) -> list[Plane]:
        colour_ = Colour.of(frame.picture)
        if colour.same_light(colour_, self._target):
            return self._scaled(frame, colour_)
        rgb = colour.dequantise(frame.planes, frame.depth, colour_)
        fitted = _fitted(rgb, self._fit, self._frame, frame.sample_aspect_ratio)
        return colour.quantise(
            colour.convert_rgb(fitted, colour_, self._target),
            self._frame.picture.format.name.replace("yuvj", "yuv"),
            self._target,
        )

    def _scaled(self, frame: Frame, colour_: Colour) -> list[Plane]:
        """Scaled and converted in one go by FFmpeg, plane by plane."""
        name = self._frame.picture.format.name.replace("yuvj", "yuv")
        box = _box(frame.width, frame.height, frame.sample_aspect_ratio, self._fit, self._frame)
        picture = self._reformatter.reformat(
            frame.picture,
            width=box.width,
            height=box.height,
            format=name,
            src_colorspace=colour_.matrix,
            dst_colorspace=self._target.matrix,
            src_color_range=colour_.range,
            dst_color_range=self._target.range,
            interpolation=Interpolation.BICUBIC,
        )
        black = colour.quantise(np.zeros((2, 2, 3), np.float32), name, self._target)
        across, down = formats.shifts(name)
        return [
            _placed(plane, ours.shape, box.left >> (across if n else 0), box.top >> (down if n else 0), int(dark[0, 0]))
            for n, (plane, ours, dark) in enumerate(zip(planes_of(picture), self._frame.planes, black, strict=True))
        ]


class _Box:
    """Where a picture lies on the frame: its size in pixels, and its left and top edge (negative where it is cut)."""

    def __init__(self, width: int, height: int, left: int, top: int) -> None:
        self.width, self.height, self.left, self.top = width, height, left, top


def _box(width: int, height: int, aspect: Fraction, fit: Fit, frame: Frame) -> _Box:
    """The box of a picture (``aspect`` is its pixels') on a frame, whose pixels needn't be square either."""
    if fit == "stretch":
        return _Box(frame.width, frame.height, 0, 0)
    shape = width * aspect / (height * frame.sample_aspect_ratio)  # width over height in the frame's pixels
    wide = shape > Fraction(frame.width, frame.height)
    if wide == (fit == "cover"):
        size = (max(round(frame.height * shape), 1), frame.height)
    else:
        size = (frame.width, max(round(frame.width / shape), 1))
    # even offsets, so that chroma samples stay with their pixels
    return _Box(*size, (frame.width - size[0]) // 4 * 2, (frame.height - size[1]) // 4 * 2)


def _placed(plane: Plane, shape: tuple[int, ...], left: int, top: int, dark: int) -> Plane:
    """A scaled plane cut to, or laid on, one of the frame's; offsets in the plane's own samples."""
    if left <= 0 and top <= 0 and left + plane.shape[1] >= shape[1] and top + plane.shape[0] >= shape[0]:
        return plane[-top : shape[0] - top, -left : shape[1] - left]
    out = np.full(shape, dark, plane.dtype)
    rows = slice(max(top, 0), min(top + plane.shape[0], shape[0]))
    columns = slice(max(left, 0), min(left + plane.shape[1], shape[1]))
    out[rows, columns] = plane[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    return out


def _fitted(rgb: RGB, fit: Fit, frame: Frame, aspect: Fraction = Fraction(1)) -> RGB:
    """A picture at the frame's size, over black where it doesn't reach."""
    box = _box(rgb.shape[1], rgb.shape[0], aspect, fit, frame)
    smaller = box.width < rgb.shape[1] or box.height < rgb.shape[0]
    sized = cv2.resize(rgb, (box.width, box.height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)
    left, top = (frame.width - box.width) // 2, (frame.height - box.height) // 2
    out = np.zeros((frame.height, frame.width, 3), np.float32)
    rows = slice(max(top, 0), min(top + box.height, frame.height))
    columns = slice(max(left, 0), min(left + box.width, frame.width))
    out[rows, columns] = sized[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    return np.clip(out, 0, 1)


def _read_picture(path: Path, most_pixels: int) -> RGB | None:
    """A picture that OpenCV reads as R'G'B', upright and over black where it is transparent, else None.

    Animations (GIF) are left to FFmpeg, which reads all of their pictures. Raises ``BackgroundError`` for one that is
    too large, or doesn't say how large it is.
    """
    if path.suffix.lower() == ".gif" or not cv2.haveImageReader(str(path)):
        return None
    width, height = picture_size.of(path)
    if width * height > most_pixels:
        raise BackgroundError(str(path), probe.too_large(width, height, most_pixels))
    if not width * height:
        raise BackgroundError(
            str(path), "doesn't say how large it is, or is too large to be read: save it as PNG or JPEG"
        )
    try:
        pixels, kinds, blobs = cv2.imreadWithMetadata(str(path), flags=cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    if pixels is None or not pixels.size:
        return None
    scale = {"uint8": 255.0, "uint16": 65535.0}.get(pixels.dtype.name, 1.0)
    values = np.atleast_3d(pixels.astype(np.float32) / np.float32(scale))
    if values.shape[2] in (2, 4):
        values = values[:, :, :-1] * values[:, :, -1:]
    rgb = np.repeat(values, 3, axis=2) if values.shape[2] == 1 else values[:, :, ::-1]
    exif = [blob for kind, blob in zip(kinds, blobs, strict=True) if kind == cv2.IMAGE_METADATA_EXIF]
    orientation = exif_orientation(np.asarray(exif[0], np.uint8).tobytes()) if exif else 1
    return np.clip(np.ascontiguousarray(_UPRIGHT[orientation](rgb)), 0, 1).astype(np.float32)


_UPRIGHT: dict[int, Callable[[RGB], RGB]] = {
    1: lambda rgb: rgb,
    2: lambda rgb: rgb[:, ::-1],
    3: lambda rgb: rgb[::-1, ::-1],
    4: lambda rgb: rgb[::-1],
    5: lambda rgb: rgb.transpose(1, 0, 2),
    6: lambda rgb: rgb.transpose(1, 0, 2)[:, ::-1],
    7: lambda rgb: rgb.transpose(1, 0, 2)[::-1, ::-1],
    8: lambda rgb: rgb.transpose(1, 0, 2)[::-1],
}
"""EXIF's orientations (CIPA DC-008, tag 0x0112) made upright."""


def exif_orientation(blob: bytes) -> int:
    """The orientation, 1 to 8, in an EXIF blob; 1 where it says none or is broken."""
    blob = blob.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(blob[:2])
    if order is None:
        return 1
    try:
        (offset,) = struct.unpack_from(order + "I", blob, 4)
        (count,) = struct.unpack_from(order + "H", blob, offset)
        for entry in range(count):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", blob, offset + 2 + 12 * entry)
            if tag == 0x0112 and kind == 3:
                return value if value in _UPRIGHT else 1
    except struct.error:
        pass
    return 1


@contextmanager
def _moving(path: Path, most_pixels: int) -> Iterator[Source]:
    """The file as a source of frames, its failures told of the background."""
    try:
        source = Source(path, formats=opening.PICTURE_FORMATS, reading=Reading(most_pixels=most_pixels))
    except LimitError as error:
        raise BackgroundError(str(path), error.reason) from None
    except SourceError:
        known = "is empty" if path.stat().st_size == 0 else "is no picture or video that vidseg can read"
        raise BackgroundError(str(path), known) from None
    with source:
        yield source


_NAMES = {
    "black": (0, 0, 0), "white": (255, 255, 255), "gray": (128, 128, 128), "grey": (128, 128, 128),
    "silver": (192, 192, 192), "red": (255, 0, 0), "lime": (0, 255, 0), "green": (0, 177, 64), "blue": (0, 71, 187),
    "navy": (0, 0, 128), "yellow": (255, 255, 0), "cyan": (0, 255, 255), "aqua": (0, 255, 255),
    "magenta": (255, 0, 255), "fuchsia": (255, 0, 255), "orange": (255, 165, 0), "purple": (128, 0, 128),
    "pink": (255, 192, 203), "brown": (165, 42, 42), "teal": (0, 128, 128), "olive": (128, 128, 0),
    "maroon": (128, 0, 0), "beige": (245, 245, 220), "gold": (255, 215, 0), "indigo": (75, 0, 130),
    "violet": (238, 130, 238), "turquoise": (64, 224, 208), "skyblue": (135, 206, 235),
}  # fmt: skip
"""CSS's names; but green and blue are the screens' (#00b140, #0047bb), which is what they are asked for here."""
