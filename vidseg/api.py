"""The Python API's functions."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypedDict, Unpack, get_args

from vidseg import libraries
from vidseg.effects.average import Shape
from vidseg.effects.blur import Blur, What
from vidseg.effects.cutout import Cutout
from vidseg.effects.matte import Matte as MatteEffect
from vidseg.effects.overlay import Overlay
from vidseg.effects.replace import Replace
from vidseg.effects.screen import Despill, Screen
from vidseg.errors import OptionError, SourcesError
from vidseg.frame import Frame, Matte
from vidseg.job import Done, Encoding, Progress, Range, Reading, Recipe, Span
from vidseg.media import alpha
from vidseg.media.backdrop import Fit
from vidseg.media.info import Info
from vidseg.media.info import info as info_of
from vidseg.media.source import Source
from vidseg.media.whole import write_png
from vidseg.plan import Existing, Outputs, make_folders, plan, plan_sheets
from vidseg.render import mattes as cutouts_of
from vidseg.render import render
from vidseg.road import Edge, Quality, road
from vidseg.sheet import Preview
from vidseg.stages import Effect
from vidseg.threads import bounded

Seconds = float | Fraction
Name = str | os.PathLike[str]


def recipe(
    effect: Effect,
    *,
    model: str | None = None,
    categories: Sequence[str] = (),
    quality: Quality = "good",
    edge: Edge | None = None,
    encoding: Encoding | None = None,
    reading: Reading | None = None,
) -> Recipe:
    """The usual road to an effect: see ``vidseg.road``. Raises ``OptionError``."""
    reading = reading or Reading()
    bounded = effect.within(reading.most_pixels)
    return Recipe(*road(quality, model, edge, categories), bounded, encoding or Encoding(), reading)


def _span(start: Seconds, end: Seconds | None) -> Span:
    return Span(_exact(start), None if end is None else _exact(end))


def _exact(seconds: Seconds) -> Fraction:
    """0.2 as a fifth, which is what who writes it means, and not as the binary number a little above."""
    try:
        return Fraction(str(seconds))
    except ValueError:  # not a number, or infinite
        raise OptionError("start or end", f"{seconds} is no time") from None


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise OptionError(name, f"{value!r} is none of {', '.join(choices)}")


class Common(TypedDict, total=False):
    """What every effect's function takes beside its own arguments: the options that all its commands share.

    ``start`` and ``end`` are in seconds; ``reading`` is about damage and limits; ``progress`` is called before the
    first frame and after each. ``threads`` bounds the decoder's and the encoder's in the whole process.
    """

    model: str | None
    categories: Sequence[str]
    quality: Quality
    edge: Edge | None
    crf: float | None
    preset: str | None
    start: Seconds
    end: Seconds | None
    scale: Seconds
    hwaccel: str
    threads: int | None
    existing: Existing
    reading: Reading | None
    progress: Callable[[Progress], None]


class How(Common, total=False):
    """The same, and the output's codec, which is a cut-out's ``format``."""

    codec: str | None
    encoder: str


def _made(
    effect: Effect,
    source: Name,
    target: Name,
    encoding: Encoding | None = None,
    *,
    model: str | None = None,
    categories: Sequence[str] = (),
    quality: Quality = "good",
    edge: Edge | None = None,
    codec: str | None = None,
    encoder: str = "software",
    crf: float | None = None,
    preset: str | None = None,
    start: Seconds = 0,
    end: Seconds | None = None,
    scale: Seconds = 1,
    hwaccel: str = "none",
    threads: int | None = None,
    existing: Existing = "fail",
    reading: Reading | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Done:
    """One effect for one file; ``encoding`` says what isn't an option of all commands."""
    libraries.require()
    _one_of("existing", existing, get_args(Existing))
    if Path(source).is_dir():
        raise SourcesError(os.fspath(source), "is a folder: give one file")
    encoding = encoding or Encoding()
    encoding = dataclasses.replace(encoding, codec=codec or encoding.codec, crf=crf, preset=preset, encoder=encoder)
    reading = dataclasses.replace(reading or Reading(), scale=_exact(scale), hwaccel=hwaccel)
    how = recipe(
        effect, model=model, categories=categories, quality=quality, edge=edge, encoding=encoding, reading=reading
    )
    outputs = Outputs(type(effect).__name__.lower(), file=Path(target), existing=existing)
    planned = plan([Path(source)], outputs, how, _span(start, end))
    make_folders(planned.places)
    if planned.jobs:
        with bounded(threads):
            return render(planned.jobs[0], progress, overwrite=existing == "overwrite")
    return Done(planned.skipped[0].job, 0, 0.0, ("it was there already",))


def replace(
    source: Name,
    target: Name,
    *,
    background: Name,
    fit: Fit = "cover",
    light_wrap: float = 0.0,
    **how: Unpack[How],
) -> Done:
    """Put another background behind the people in one file.

    The arguments are those of ``vidseg replace`` and of ``How``. With ``existing="skip"`` a target that is there gives
    a ``Done`` of no frames. Raises a ``VidsegError``: see ``vidseg.errors``.
    """
    _one_of("fit", fit, get_args(Fit))
    return _made(Replace(os.fspath(background), fit, light_wrap), source, target, **how)


def blur(
    source: Name,
    target: Name,
    *,
    strength: float = 0.5,
    shape: Shape = "gaussian",
    what: What = "background",
    **how: Unpack[How],
) -> Done:
    """Put the background of one file out of focus, or with ``what="person"`` the people; otherwise as ``replace``."""
    _one_of("shape", shape, get_args(Shape))
    _one_of("what", what, get_args(What))
    return _made(Blur(strength, shape, what), source, target, **how)


def screen(source: Name, target: Name, *, color: str = "green", despill: Despill = "edge", **how: Unpack[How]) -> Done:
    """Put a flat colour behind the people in one file, for a keyer; otherwise as ``replace``."""
    _one_of("despill", despill, get_args(Despill))
    return _made(Screen(color, despill), source, target, **how)


def overlay(
    source: Name,
    target: Name,
    *,
    color: str = "red",
    opacity: float = 0.5,
    outline: bool = False,
    **how: Unpack[How],
) -> Done:
    """Paint the matte over the picture of one file; otherwise as ``replace``."""
    return _made(Overlay(color, opacity, outline), source, target, **how)


def matte(
    source: Name,
    target: Name,
    *,
    range: Range = "limited",  # noqa: A002 - the field's word
    depth: int | None = None,
    audio: bool = False,
    **how: Unpack[How],
) -> Done:
    """Write the matte of one file as a grey video, or as a folder of PNGs (``frames/%06d.png``).

    The arguments are those of ``vidseg matte``; otherwise as ``replace``.
    """
    _one_of("range", range, get_args(Range))
    encoding = Encoding(content="matte", depth=depth, range=range, audio=audio)
    return _made(MatteEffect(), source, target, encoding, **how)


def cutout(
    source: Name,
    target: Name,
    *,
    format: str | None = None,  # noqa: A002 - the field's word
    premultiplied: bool = False,
    **how: Unpack[Common],
) -> Done:
    """Write the people of one file with a real alpha, as a video or as a folder of PNGs (``frames/%06d.png``).

    The arguments are those of ``vidseg cutout``; ``format`` follows the target's suffix where it is ``None``. Otherwise
    as ``replace``.
    """
    encoding = alpha.encoding(alpha.chosen(format, None), premultiplied=premultiplied)
    return _made(Cutout(premultiplied), source, target, encoding, **how)


@dataclass(frozen=True)
class Previewed:
    """A contact sheet that was written: where, of which ``moments`` (the frames' times in seconds), how long it took.

    ``moments`` is empty where the target was there and was to be skipped.
    """

    source: Path
    target: Path
    moments: tuple[Fraction, ...]
    seconds: float


def preview(
    source: Name,
    target: Name | None = None,
    *,
    at: Iterable[Seconds] = (),
    count: int = 5,
    model: str | None = None,
    categories: Sequence[str] = (),
    quality: Quality = "good",
    edge: Edge | None = None,
    existing: Existing = "fail",
    reading: Reading | None = None,
) -> Previewed:
    """Write a PNG of some moments of one file: source, matte, overlay, and the person over a chequerboard.

    ``at`` are seconds; without them ``count`` moments are taken evenly. Without ``target`` the name is the source's
    with ``-preview.png``. Raises a ``VidsegError``.
    """
    libraries.require()
    _one_of("existing", existing, get_args(Existing))
    if Path(source).is_dir():
        raise SourcesError(os.fspath(source), "is a folder: give one file")
    outputs = Outputs("preview", None if target is None else Path(target), None, existing, ".png")
    made, skipped = plan_sheets([Path(source)], outputs)
    for path, picture in skipped:
        return Previewed(path, picture, (), 0.0)
    make = sheets(at, count, model=model, categories=categories, quality=quality, edge=edge, reading=reading)
    make.check()
    return write_sheet(make, *made[0], overwrite=existing == "overwrite")


def sheets(
    at: Iterable[Seconds],
    count: int,
    *,
    model: str | None = None,
    categories: Sequence[str] = (),
    quality: Quality = "good",
    edge: Edge | None = None,
    reading: Reading | None = None,
) -> Preview:
    """What makes contact sheets of these moments, by the usual road."""
    moments = tuple(_exact(moment) for moment in at)
    return Preview(*road(quality, model, edge, categories), moments, count, reading or Reading())


def write_sheet(make: Preview, source: Path, target: Path, *, overwrite: bool) -> Previewed:
    """Make one file's contact sheet and write it; raises a ``JobError``, or ``OptionError`` for its moments."""
    began = time.perf_counter()
    sheet = make(source)
    write_png(target, sheet.picture, overwrite=overwrite)
    return Previewed(source, target, sheet.moments, time.perf_counter() - began)


def info(source: Name, *, reading: Reading | None = None) -> Info:
    """What a file is, and what ``replace`` would make of it; raises ``SourceError``."""
    libraries.require()
    return info_of(Path(source), reading)


def mattes(
    source: Name,
    *,
    model: str | None = None,
    categories: Sequence[str] = (),
    quality: Quality = "good",
    edge: Edge | None = None,
    start: Seconds = 0,
    end: Seconds | None = None,
    reading: Reading | None = None,
) -> Iterator[tuple[Frame, Matte]]:
    """Every frame of a file with its matte (``uint16``, 0 to 65535, of the frame's size), as ``replace`` sees them.

    ``frame.planes`` are its Y, U and V, ``frame.time`` its exact time in seconds, ``frame.picture`` PyAV's frame.
    Raises ``SourceError`` or ``ModelError``.
    """
    libraries.require()
    segmenter, filters = road(quality, model, edge, categories)
    segmenter.check()
    path = Path(source)
    if path.is_dir():
        raise SourcesError(str(path), "is a folder: give one file")
    with (
        Source(path, _span(start, end), reading=reading) as opened,
        closing(cutouts_of(opened, segmenter, filters)) as cutouts,
    ):
        for cutout in cutouts:
            yield cutout.frame, cutout.matte
