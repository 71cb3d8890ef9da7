"""What travels: a recipe, a job, and what became of it."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from vidseg.stages import Effect, Filter, Segmenter, window_of

Content = Literal["picture", "matte", "straight", "premultiplied"]
"""What an output holds: a picture, a matte in grey, or a picture with alpha of one kind or the other."""

Range = Literal["limited", "full"]
"""The code values of black and white: 16 and 235 of 255, or 0 and 255; more bits likewise."""


@dataclass(frozen=True)
class Encoding:
    """How the output is encoded; ``None`` leaves the choice to the output's container and the source's depth.

    With alpha, ``codec`` is the name of a format of ``media.alpha``. ``depth`` (bits) and ``range`` are a matte's.
    Without ``audio`` the picture comes alone: no sound, no subtitles. ``encoder`` is ``software``, a kind of hardware
    (``media.encoders``), or ``auto``: hardware where it works.
    """

    codec: str | None = None
    crf: float | None = None
    preset: str | None = None
    content: Content = "picture"
    depth: int | None = None
    range: Range = "limited"
    audio: bool = True
    encoder: str = "software"

    @property
    def alpha(self) -> Literal["straight", "premultiplied"] | None:
        """Which kind of alpha the output has, if any."""
        return self.content if self.content in ("straight", "premultiplied") else None


@dataclass(frozen=True)
class Reading:
    """How a source is read: its sides times ``scale`` (for proxies), and what decodes it (``media.decoders``).

    And what is done where it is damaged or changes its size, and how much of it is taken: more than ``most_pixels`` in
    a frame, ``most_streams`` in a file or ``longest_gap`` seconds between two frames (``None``: any) is refused, for a
    few bytes can claim to be a terabyte.
    """

    scale: Fraction = Fraction(1)
    hwaccel: str = "none"
    on_damage: Literal["keep", "fail"] = "keep"
    on_resize: Literal["refuse", "scale"] = "refuse"
    most_pixels: int = 8192 * 8192
    most_streams: int = 100
    longest_gap: Fraction | None = Fraction(86400)


@dataclass(frozen=True)
class Damage:
    """What of a source was lost: true where anything was.

    ``packets`` of the picture that couldn't be decoded, ``missing`` frames that are announced and aren't there,
    ``doubtful`` ones that the decoder has patched up, ``others`` packets of sound and subtitles; whether reading
    ``ended`` before the file did.
    """

    packets: int = 0
    missing: int = 0
    doubtful: int = 0
    others: int = 0
    ended: bool = False

    def __bool__(self) -> bool:
        return self != Damage()

    def __add__(self, more: Damage) -> Damage:
        """Both."""
        return Damage(
            self.packets + more.packets,
            self.missing + more.missing,
            self.doubtful + more.doubtful,
            self.others + more.others,
            self.ended or more.ended,
        )

    @property
    def sentence(self) -> str:
        """In words, empty where nothing was lost."""
        counts = (
            (self.packets, "packet of the picture couldn't be decoded", "packets of the picture couldn't be decoded"),
            (self.missing, "frame is missing", "frames are missing"),
            (self.doubtful, "frame is patched up", "frames are patched up"),
            (self.others, "packet of sound or subtitles is lost", "packets of sound or subtitles are lost"),
        )
        said = [f"{count} {one if count == 1 else many}" for count, one, many in counts if count]
        if self.ended:
            said.append("reading ended early")
        return f"damaged: {', '.join(said)}" if said else ""


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
    reading: Reading = field(default_factory=Reading)

    @property
    def window(self) -> int | None:
        """How many frames before and after one decide its picture; ``None`` where there is no bound."""
        return window_of((self.segmenter, *self.filters, self.effect))

    @property
    def lead(self) -> int:
        """How many frames more decide it before it than after it."""
        return sum(stage.lead for stage in (self.segmenter, *self.filters, self.effect))

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
                "reading": dataclasses.asdict(self.reading),
            },
            sort_keys=True,
            default=str,
        )


@dataclass(frozen=True)
class Job:
    """One source, one target, one recipe."""

    source: Path
    target: Path
    recipe: Recipe
    span: Span = field(default_factory=Span)


@dataclass(frozen=True)
class Piece:
    """The frames from ``first`` to before ``stop`` of a job, for one worker; piece ``number`` of ``count``, from 0.

    Frames are counted through the whole job. Those from ``begin`` to before ``end`` are read, for the stages' windows
    and to compare with the pieces beside this one; decoding begins at the key frame ``key``. ``key``, ``begin_pts``,
    ``first_pts`` and ``last_pts`` are times on the source's own clock, ``began`` is when the job's first frame is
    shown. The result is kept in ``file`` until all pieces are joined.
    """

    job: Job
    number: int
    count: int
    first: int
    stop: int
    begin: int
    end: int
    key: int
    begin_pts: int
    first_pts: int
    last_pts: int
    began: Fraction
    file: Path

    @property
    def frames(self) -> int:
        """How many frames it makes."""
        return self.stop - self.first


@dataclass(frozen=True)
class Progress:
    """How far a job is: frames done, and how many there will be where that is known.

    ``worker`` is the number of the worker that says so, and ``piece`` what it works on: number (from 0), count, frames
    done and their total.
    """

    frames: int
    total: int | None
    worker: int = 0
    piece: tuple[int, int, int, int] | None = None


@dataclass(frozen=True)
class Shot:
    """One moment of a job, in seconds: the source, the matte and the result as small JPEGs in Base64."""

    time: float
    source: str
    matte: str
    result: str


@dataclass(frozen=True)
class Record:
    """What a report shows of a job.

    For every frame how much of it is person, and how much of its matte is not as it was a frame before, both 0 to 1;
    and a few moments in pictures.
    """

    coverage: tuple[float, ...] = ()
    change: tuple[float, ...] = ()
    shots: tuple[Shot, ...] = ()

    def __add__(self, later: Record) -> Record:
        """Both in a row."""
        return Record(self.coverage + later.coverage, self.change + later.change, self.shots + later.shots)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Record:
        """From what ``to_json`` gave."""
        return cls(tuple(said["coverage"]), tuple(said["change"]), tuple(Shot(**shot) for shot in said["shots"]))


@dataclass(frozen=True)
class Done:
    """A job that succeeded.

    ``notes`` are what the user must be told (a stream left out), ``details`` what he may ask for (a guess made);
    ``record`` is there where a report was asked for; ``damage`` is the source's, and true where there is any.
    """

    job: Job
    frames: int
    seconds: float
    notes: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    record: Record | None = field(default=None, repr=False)
    damage: Damage = field(default_factory=Damage)


@dataclass(frozen=True)
class Failed:
    """A job that failed: a value, not an abort. ``reason`` is one line for a person."""

    job: Job
    reason: str


@dataclass(frozen=True)
class Skipped:
    """A job that wasn't started, and why, in words that follow its target's name."""

    job: Job
    reason: str = "is there already"


Outcome = Done | Failed | Skipped
