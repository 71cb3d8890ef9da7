"""What a stage is: frozen settings that are called with a stream and return a generator.

A stage's running state lives in its generator's locals, so there is nothing to reset, flush or close, and a stage
compares, prints and pickles. Settings that can't work are found by ``check`` before any work starts.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, ClassVar

from vidseg.frame import Cutout, Frame


@dataclasses.dataclass(frozen=True)
class Stage:
    """The settings of one step of the road."""

    def check(self) -> None:
        """Raise a ``RequestError`` if these settings can't work (a missing file, a bad colour)."""

    @property
    def window(self) -> int | None:
        """How many frames before and after one decide what this stage makes of it; ``None`` where there is no bound.

        A piece of a file begins as many frames (and ``lead``) early and ends as many late, and so gives what the whole
        file gives.
        """
        return 0

    @property
    def clues_window(self) -> int:
        """How many frames of the window are there for clues alone, which an earlier stage that needs them passes on."""
        return 0

    @property
    def lead(self) -> int:
        """How many frames more decide it before it than after it."""
        return 0

    def settings(self) -> dict[str, Any]:
        """The stage's name and settings as plain JSON values."""
        plain = {k: list(v) if isinstance(v, tuple) else v for k, v in dataclasses.asdict(self).items()}
        return {"stage": type(self).__name__} | plain


def window_of(stages: Sequence[Stage], *, clues: bool = False) -> int | None:
    """How many frames before and after one decide what stages in a row make of it; ``None`` where there is no bound.

    ``clues`` says that what they are given has its clues already.
    """
    windows = [stage.window for stage in stages]
    if None in windows:
        return None
    for_clues = [stage.clues_window for stage in stages]
    return sum(window or 0 for window in windows) - sum(for_clues) + (0 if clues else max(for_clues, default=0))


def numbered(cutouts: Iterable[Cutout], wanted: tuple[int, int] | None, reach: int = 0) -> Generator[Cutout]:
    """Those whose frame's number is within ``reach`` of the wanted ones (from the first to before the second), or all.

    All is read to its end, for the frame behind a piece is compared with the next piece's first.
    """
    for cutout in cutouts:
        if wanted is None or wanted[0] - reach <= cutout.frame.index < wanted[1] + reach:
            yield cutout


class Segmenter(Stage, ABC):
    """Finds the person: as many cutouts out as frames in, in order, the matte ``float32`` at a working size."""

    def between(self, first: int, stop: int) -> Segmenter:
        """The same segmenter for a piece: it may leave out frames numbered below ``first``, or ``stop`` and above."""
        return self

    @abstractmethod
    def __call__(self, frames: Iterable[Frame]) -> Iterator[Cutout]:
        """One cutout for each frame."""


class Filter(Stage, ABC):
    """Betters mattes: as many cutouts out as in, in order; it may look ahead by a bounded window."""

    @abstractmethod
    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Cutout]:
        """One cutout for each cutout."""


class Effect(Stage, ABC):
    """Makes the picture: one frame for each cutout, in order, at the cutout's time; the matte has the frame's size."""

    flat: ClassVar[bool] = False
    """Whether much of its pictures is of one colour, which the encoder is to keep exact."""

    def begun_at(self, time: Fraction) -> Effect:
        """The same effect for a piece of a job whose first frame is at ``time``: what moves by itself began then."""
        return self

    def within(self, most_pixels: int) -> Effect:
        """The same effect, which reads no picture of its own with more pixels."""
        return self

    @abstractmethod
    def __call__(self, cutouts: Iterable[Cutout]) -> Iterator[Frame]:
        """One frame for each cutout."""
