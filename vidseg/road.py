"""Road: the stages that find a matte, by how good it is to be and how its edge is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from vidseg.errors import OptionError
from vidseg.filters.edges import Edges
from vidseg.filters.enlarge import Enlarge
from vidseg.filters.feather import Feather
from vidseg.filters.grow import Grow
from vidseg.filters.invert import Invert
from vidseg.filters.largest import Largest
from vidseg.filters.presence import Presence
from vidseg.filters.refine import Refine
from vidseg.filters.steady import Steady
from vidseg.filters.steepen import Steepen
from vidseg.segmenters.region import Region
from vidseg.stages import Filter, Segmenter

Quality = Literal["fast", "good", "best"]

QUALITIES: tuple[str, ...] = get_args(Quality)


@dataclass(frozen=True)
class Edge:
    """How a matte's edge is wanted: ``threshold`` and ``softness`` of a model's doubt (0 to 1), the rest in pixels.

    ``grow`` is negative to shrink; ``largest`` keeps the largest person alone.
    """

    threshold: float = 0.5
    softness: float = 0.6
    grow: int = 0
    feather_in: int = 0
    feather_out: int = 0
    largest: bool = False
    invert: bool = False

    def _steepen(self) -> Steepen:
        if not 0 < self.softness <= 1:
            raise OptionError("--softness", f"{self.softness:g} isn't more than 0 and at most 1")
        low, high = self.threshold - self.softness / 2, self.threshold + self.softness / 2
        if not 0 < self.threshold < 1:
            raise OptionError("--threshold", f"{self.threshold:g} isn't between 0 and 1")
        return Steepen(max(low, 0.0), min(high, 1.0), finer=1)

    def filters(self, *enlarge: Filter) -> tuple[Filter, ...]:
        """The filters that make it, with those that bring the matte to the frame's size in their place."""
        wanted: list[Filter] = [self._steepen()]
        if self.largest:
            wanted.append(Largest())
        wanted += enlarge
        if self.grow:
            wanted.append(Grow(self.grow))
        if self.feather_in or self.feather_out:
            wanted.append(Feather(self.feather_in, self.feather_out))
        if self.invert:
            wanted.append(Invert())
        return tuple(wanted)


def road(
    quality: str = "good", model: str | None = None, edge: Edge | None = None, categories: Sequence[str] = ()
) -> tuple[Segmenter, tuple[Filter, ...]]:
    """The segmenter and the filters to a matte of the frame's size; raises ``OptionError``.

    ``model`` stands in for the two that look at the person's box; ``categories`` are those of its classes that are
    wanted.
    """
    if quality not in QUALITIES:
        raise OptionError("--quality", f"{quality!r} is none of {', '.join(QUALITIES)}")
    if categories and model is None:
        raise OptionError("--category", "needs a --model with several classes")
    edge, wanted = edge or Edge(), tuple(dict.fromkeys(categories))
    if quality == "fast":
        return Region(models=(model or "landscape",), motion=False, follow=0, categories=wanted), edge.filters(
            Enlarge()
        )
    models: tuple[str, ...] = (model,) if model else Region().models
    if quality == "good":
        region = Region(models=models, categories=wanted, leaves_out=True)
        return region, (Presence(), Steady(), *edge.filters(Refine(), Edges()))
    passes = 1 if wanted else 2  # where the hair is doesn't say where the person is
    finest = (Refine(contrast=2, passes=3, fast=False), Refine(contrast=1.5, finer=2), Edges(contrast=1))
    region = Region(models=models, passes=passes, categories=wanted, every_frame=True)
    return region, (Presence(), Steady(6), *edge.filters(*finest))
