"""Steady: a matte that doesn't flicker, by what the frames around say along the motion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from vidseg.errors import OptionError
from vidseg.frame import Cutout
from vidseg.motion import watch
from vidseg.motion.along import averaged
from vidseg.motion.around import around
from vidseg.stages import Filter


@dataclass(frozen=True)
class Steady(Filter):
    """The mean over ``reach`` frames before and after, each point where it was there, within a shot.

    Both ways in time, so that it doesn't lag; what isn't the same point any more (covered, or gone) doesn't count.
    A frame that nobody has looked at gets its matte here.
    """

    reach: int = 2

    def check(self) -> None:
        """Raise ``OptionError`` unless there is a neighbour."""
        if self.reach < 1:
            raise OptionError("steady", f"{self.reach} frames are none")

    @property
    def window(self) -> int:
        """Frames before and after one that decide its matte."""
        return self.reach + watch.WINDOW

    @property
    def clues_window(self) -> int:
        """Those of them that decide its clues."""
        return watch.WINDOW

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Cutout]:
        """Each matte at its own size, ``float32``."""
        for near, at in around(watch.watched(cutouts), self.reach, watch.begins):
            yield replace(near[at], matte=averaged(near, at), seen=True)
