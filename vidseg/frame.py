"""What flows: a Frame, and a Cutout, which is a frame and its matte."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[Any]
"""One component of a picture, ``(height, width)``, ``uint8`` or ``uint16`` (more than 8 bits, low-aligned)."""

Matte = NDArray[Any]
"""How much of each pixel is person, ``(height, width)``: ``float32`` 0 to 1 at a working size, ``uint16`` 0 to
``FULL`` at the frame's size."""

FULL = 65535
"""The value of a matte at the frame's size where the pixel is all person."""


def planes_of(picture: av.VideoFrame) -> list[Plane]:
    """Views of a planar picture's own memory, one array a component; write to them only if the picture is yours."""
    views = []
    for plane, component in zip(picture.planes, picture.format.components, strict=True):
        dtype = np.dtype(np.uint8 if component.bits <= 8 else "<u2")
        rows = np.frombuffer(plane, dtype).reshape(plane.height, -1)  # type: ignore[call-overload]
        if plane.line_size < 0:  # stored bottom up
            rows = rows[::-1]
        views.append(rows[:, : plane.width])
    return views


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture with its exact time: planar YUV in the source's own format, or grey, which some effects give.

    Its colour tags (``picture.color_range`` and friends) are never "unspecified". ``alpha``, where an effect gives
    one, is ``uint16`` of the picture's size, 0 to ``FULL``. Frames are shared: what wants to change one makes a new
    one. ``shift`` is what was taken from its time in the source (in units of ``time_base``), of which the output may be
    a span. ``halves`` keeps what ``media.crop`` has made of it.
    """

    picture: av.VideoFrame
    index: int
    pts: int
    time_base: Fraction
    duration: int = 0
    sample_aspect_ratio: Fraction = Fraction(1)
    shift: int = field(default=0, compare=False)
    alpha: Matte | None = field(default=None, compare=False)
    halves: list[Plane] = field(default_factory=list, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.picture.planes) not in (1, 3) or len(self.picture.format.components) != len(self.picture.planes):
            raise ValueError(f"a frame is planar YUV or grey, not {self.picture.format.name}")
        if self.picture.format.is_rgb or self.picture.format.has_palette:
            raise ValueError(f"a frame is planar YUV or grey, not {self.picture.format.name}")
        if self.alpha is not None and (self.alpha.shape != (self.height, self.width) or self.alpha.dtype != np.uint16):
            raise ValueError(f"a {self.alpha.dtype} alpha of {self.alpha.shape} doesn't fit {self.width}x{self.height}")

    @property
    def time(self) -> Fraction:
        """Seconds, exactly."""
        return self.pts * self.time_base

    @property
    def source_time(self) -> Fraction:
        """Seconds in its source, wherever its output begins."""
        return (self.pts + self.shift) * self.time_base

    @property
    def width(self) -> int:
        """In pixels."""
        return self.picture.width

    @property
    def height(self) -> int:
        """In pixels."""
        return self.picture.height

    @property
    def depth(self) -> int:
        """Bits a sample."""
        return self.picture.format.components[0].bits

    @property
    def planes(self) -> list[Plane]:
        """Y, U and V, or grey alone, as read-only views."""
        views = planes_of(self.picture)
        for view in views:
            view.flags.writeable = False
        return views

    def with_picture(self, picture: av.VideoFrame, alpha: Matte | None = None) -> Frame:
        """The same moment with another picture, which takes over this one's colour tags, and another alpha."""
        for tag in ("color_range", "colorspace", "color_primaries", "color_trc"):
            setattr(picture, tag, getattr(self.picture, tag))
        picture.pts, picture.time_base = self.pts, self.time_base
        return replace(self, picture=picture, alpha=alpha)


Map = NDArray[Any]
"""A value for each point of a small grey copy, ``float32``, ``(height, width)``."""


@dataclass(slots=True, eq=False)
class Neighbour:
    """Another frame of the shot as seen from one.

    ``there`` is where the flow to it leads each point of the grey copy, across and down, and ``weight``, once somebody
    has asked for it, how far the point is the same there, 0 to 1.
    """

    there: tuple[Map, Map]
    weight: Map | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Clues:
    """What a small grey copy of a frame and its neighbours tells; nothing in it is ever changed.

    ``grey`` is the copy, ``uint8``, ``soft`` the same without its noise, ``float32``; ``begins`` says that the frame is
    the first of a shot. ``onward`` and ``back`` are the flow to the next and to the previous frame of the shot, across
    and down, in points of the copy: the point at ``x`` is there at ``x + flow(x)``. ``against``, ``still`` and
    ``moving`` are evidence, in units of the noise, 0 to 6: that a point goes with the place and not with the person,
    that it goes with the place, that it doesn't. ``neighbours`` keeps what ``motion.along`` has found out, by how many
    frames on.
    """

    grey: Plane
    soft: Map
    begins: bool
    onward: tuple[Map, Map] | None = None
    back: tuple[Map, Map] | None = None
    against: Map | None = None
    still: Map | None = None
    moving: Map | None = None
    neighbours: dict[int, Neighbour | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cutout:
    """A frame and its matte.

    ``sure`` is how far what is known at each point of the grey copy can be trusted, 0 to 1 (1 everywhere without);
    ``clues`` are passed on by every filter. Not ``seen`` is a frame that was left out: its matte is empty until
    ``Steady`` gives it what the frames beside it show.
    """

    frame: Frame
    matte: Matte
    sure: Map | None = None
    clues: Clues | None = None
    seen: bool = True

    def with_matte(self, matte: Matte) -> Cutout:
        """The same frame with another matte."""
        return Cutout(self.frame, matte, self.sure, self.clues, self.seen)
