"""Replace: another place behind the person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from vidseg.effects.band import Band
from vidseg.effects.blend import Blend
from vidseg.effects.unmix import Unmix
from vidseg.effects.wrap import Wrap
from vidseg.errors import OptionError
from vidseg.frame import Cutout, Frame
from vidseg.media import backdrop
from vidseg.stages import Effect


@dataclass(frozen=True)
class Replace(Effect):
    """The background is a picture, a video or a colour.

    ``background`` is a path, or a colour as ``green`` or ``#00b140``; a file of that name comes first. A video is
    looped, its time matched with the source's. Where the matte is between nothing and full, the old place's colour is
    taken out of the person's. ``fit`` is ``cover`` (fills, what is too much is cut), ``contain``
    (whole, over black) or ``stretch``. ``light_wrap``, 0 to 1, is how much of the place's light, blurred, is
    on the person's rim. ``began`` is when a video begins, in seconds, if not with the first frame; a background of more
    than ``most_pixels`` isn't taken.
    """

    background: str
    fit: backdrop.Fit = "cover"
    light_wrap: float = 0.0
    began: Fraction | None = field(default=None, repr=False)
    most_pixels: int = field(default=backdrop.MOST_PIXELS, repr=False)

    def check(self) -> None:
        """Raise ``BackgroundError`` or ``ColourError`` if the background can't be read, or ``OptionError``."""
        if not 0 <= self.light_wrap <= 1:
            raise OptionError("--light-wrap", f"{self.light_wrap:g} is outside 0 to 1")
        backdrop.check(self.background, self.most_pixels)

    def begun_at(self, time: Fraction) -> Replace:
        """The same, a video having begun at this moment."""
        return replace(self, began=time)

    def within(self, most_pixels: int) -> Replace:
        """The same, behind which nothing larger is read."""
        return replace(self, most_pixels=most_pixels)

    def settings(self) -> dict[str, Any]:
        """Without ``began``, which isn't the recipe's but a piece's, and what is the reading's."""
        settings = super().settings()
        del settings["began"], settings["most_pixels"]
        return settings

    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Frame]:
        """Each frame over the background at its time."""
        behind: backdrop.Backdrop | None = None
        unmix, blend, wrap = Unmix(), Blend(), Wrap(self.light_wrap)
        with ExitStack() as stack:
            for cutout in cutouts:
                if behind is None:
                    opened = backdrop.opened(self.background, self.fit, cutout.frame, self.began, self.most_pixels)
                    behind = stack.enter_context(opened)
                band = Band(cutout.matte)
                person = unmix.person(cutout.frame, band)
                place = behind.planes_at(cutout.frame.time)
                made = blend.over(person, place, band, own=person is not cutout.frame)
                if self.light_wrap:
                    wrap.onto(made, place, band)
                yield made
