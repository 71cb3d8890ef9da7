"""Cutout: the person alone, with a real alpha."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from vidseg import frame
from vidseg.effects.band import Band
from vidseg.effects.blend import Blend
from vidseg.effects.extend import Extend
from vidseg.effects.unmix import Unmix
from vidseg.frame import Frame, Plane
from vidseg.media.colour import black
from vidseg.stages import Effect


@dataclass(frozen=True)
class Cutout(Effect):
    """The person with the matte as alpha.

    Straight alpha: the person's colours, freed of the old background at the edge and extended past it, so that no
    fringe shows however an editor scales or blurs them. ``premultiplied``: the same colours over black.
    """

    premultiplied: bool = False

    def __call__(self, cutouts: Iterable[frame.Cutout]) -> Iterator[Frame]:
        """Each frame in its own format, with an alpha."""
        blend, extend, unmix = Blend(), Extend(), Unmix()
        dark: list[Plane] = []
        for cutout in cutouts:
            if self.premultiplied:
                if not dark:
                    codes = zip(cutout.frame.planes, black(cutout.frame.picture), strict=True)
                    dark = [np.full_like(plane, code) for plane, code in codes]
                band = Band(cutout.matte)
                person = unmix.person(cutout.frame, band)
                made = blend.over(person, dark, band, own=person is not cutout.frame)
            else:
                made = extend.past_edge(cutout.frame, cutout.matte)
            yield made.with_picture(made.picture, cutout.matte)
