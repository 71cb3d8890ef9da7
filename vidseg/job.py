"""What travels: a recipe, a job, and what became of it."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Literal

from vidseg.stages import Effect, Filter, Segmenter

Content = Literal["picture", "matte", "straight", "premultiplied"]
"""What an output holds: a picture, a matte in grey, or a picture with alpha of one kind or the other."""

Range = Literal["limited", "full"]
"""The code values of black and white: 16 and 235 of 255, or 0 and 255; more bits likewise."""


@dataclass(frozen=True)
class Encoding:
    """How the output is encoded; ``None`` leaves the choice to the output's container and the source's depth.

    With alpha, ``codec`` is the name of a format of ``media.alpha``. ``depth`` (bits) and ``range`` are a matte's.
    Without ``audio`` the picture comes alone: no sound, no subtitles.
    """

    codec: str | None = None
    crf: float | None = None
    preset: str | None = None
    content: Content = "picture"
    depth: int | None = None
    range: Range = "limited"
    audio: bool = True

    @property
    def alpha(self) -> Literal["straight", "premultiplied"] | None:
        """Which kind of alpha the output has, if any."""
        return self.content if self.content in ("straight", "premultiplied") else None


@dataclass(frozen=True)
class Span:
    """The part of a source to work on, in seconds from where it starts to play; ``end`` is not part of it."""

    start: Fraction = Fraction(0)
    end: Fraction | None = None

    def holds(self, time: Fraction) -> bool:
        """Whether a moment lies inside."""
        return self.start <= time and (self.end is None or time < self.end)


@dataclass(frozen=True)
class Recipe:
    """What is done to a source: immutable, picklable, printable."""

    segmenter: Segmenter
    filters: tuple[Filter, ...]
    effect: Effect
    encoding: Encoding = field(default_factory=Encoding)

    def check(self) -> None:
        """Raise a ``RequestError`` if a stage's settings can't work."""
        for stage in (self.segmenter, *self.filters, self.effect):
            stage.check()

    def to_json(self) -> str:
        """The recipe as JSON with sorted keys: equal recipes give equal text."""
        return json.dumps(
            {
                "segmenter": self.segmenter.settings(),
                "filters": [stage.settings() for stage in self.filters],
                "effect": self.effect.settings(),
                "encoding": dataclasses.asdict(self.encoding),
            },
            sort_keys=True,
        )


@dataclass(frozen=True)
class Job:
    """One source, one target, one recipe."""

    source: Path
    target: Path
    recipe: Recipe
    span: Span = field(default_factory=Span)


@dataclass(frozen=True)
class Progress:
    """How far a job is: frames done, and how many there will be where that is known."""

    frames: int
    total: int | None


@dataclass(frozen=True)
class Done:
    """A job that succeeded.

    ``notes`` are what the user must be told (a stream left out), ``details`` what he may ask for (a guess made).
    """

    job: Job
    frames: int
    seconds: float
    notes: tuple[str, ...] = ()
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failed:
    """A job that failed: a value, not an abort. ``reason`` is one line for a person."""

    job: Job
    reason: str


@dataclass(frozen=True)
class Skipped:
    """A job that wasn't started, for its target was there already."""

    job: Job


Outcome = Done | Failed | Skipped
