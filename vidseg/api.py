"""The Python API's functions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import get_args

from vidseg import libraries
from vidseg.effects.cutout import Cutout
from vidseg.effects.matte import Matte as MatteEffect
from vidseg.effects.replace import Replace
from vidseg.errors import OptionError, SourcesError
from vidseg.filters.enlarge import Enlarge
from vidseg.filters.steepen import Steepen
from vidseg.frame import Frame, Matte
from vidseg.job import Done, Encoding, Progress, Range, Recipe, Span
from vidseg.media import alpha
from vidseg.media.backdrop import Fit
from vidseg.media.source import Source
from vidseg.plan import Existing, Outputs, make_folders, plan
from vidseg.render import mattes as cutouts_of
from vidseg.render import render
from vidseg.segmenters.mediapipe import MediaPipe
from vidseg.stages import Effect, Filter

Seconds = float | Fraction

FILTERS: tuple[Filter, ...] = (Steepen(), Enlarge())
"""What betters every matte."""


def recipe(effect: Effect, *, model: str = "general", encoding: Encoding | None = None) -> Recipe:
    """The usual road to an effect: MediaPipe on the whole picture, steepened, enlarged."""
    return Recipe(MediaPipe(model), FILTERS, effect, encoding or Encoding())


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


def replace(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    background: str | os.PathLike[str],
    fit: Fit = "cover",
    model: str = "general",
    codec: str | None = None,
    crf: float | None = None,
    preset: str | None = None,
    start: Seconds = 0,
    end: Seconds | None = None,
    existing: Existing = "fail",
    progress: Callable[[Progress], None] = lambda _: None,
) -> Done:
    """Put another background behind the people in one file.

    The arguments are those of ``vidseg replace``; ``start`` and ``end`` are in seconds. With ``existing="skip"`` a
    target that is there gives a ``Done`` of no frames. Raises a ``VidsegError``: see ``vidseg.errors``.
    """
    libraries.require()
    _one_of("fit", fit, get_args(Fit))
    how = recipe(Replace(os.fspath(background), fit), model=model, encoding=Encoding(codec, crf, preset))
    return _one_file(source, target, how, "replace", _span(start, end), existing, progress)


def matte(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    range: Range = "limited",  # noqa: A002 - the field's word
    depth: int | None = None,
    audio: bool = False,
    model: str = "general",
    codec: str | None = None,
    crf: float | None = None,
    preset: str | None = None,
    start: Seconds = 0,
    end: Seconds | None = None,
    existing: Existing = "fail",
    progress: Callable[[Progress], None] = lambda _: None,
) -> Done:
    """Write the matte of one file as a grey video, or as a folder of PNGs (``frames/%06d.png``).

    The arguments are those of ``vidseg matte``; the rest is as with ``replace``.
    """
    libraries.require()
    _one_of("range", range, get_args(Range))
    encoding = Encoding(codec, crf, preset, "matte", depth, range, audio)
    return _one_file(
        source, target, recipe(MatteEffect(), model=model, encoding=encoding), "matte", _span(start, end), existing,
        progress,
    )  # fmt: skip


def cutout(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    format: str | None = None,  # noqa: A002 - the field's word
    premultiplied: bool = False,
    model: str = "general",
    crf: float | None = None,
    preset: str | None = None,
    start: Seconds = 0,
    end: Seconds | None = None,
    existing: Existing = "fail",
    progress: Callable[[Progress], None] = lambda _: None,
) -> Done:
    """Write the people of one file with a real alpha, as a video or as a folder of PNGs (``frames/%06d.png``).

    The arguments are those of ``vidseg cutout``; ``format`` follows the target's suffix where it is ``None``. The rest
    is as with ``replace``.
    """
    libraries.require()
    how = cutout_recipe(format, premultiplied=premultiplied, model=model, crf=crf, preset=preset)
    return _one_file(source, target, how, "cutout", _span(start, end), existing, progress)


def cutout_recipe(
    format_: str | None, *, premultiplied: bool, model: str, crf: float | None, preset: str | None
) -> Recipe:
    """The recipe of a cut-out, whose effect and encoding agree on the kind of alpha; raises ``OptionError``."""
    encoding = Encoding(alpha.chosen(format_, None), crf, preset, "premultiplied" if premultiplied else "straight")
    return recipe(Cutout(premultiplied), model=model, encoding=encoding)


def _one_file(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    how: Recipe,
    label: str,
    span: Span,
    existing: Existing,
    progress: Callable[[Progress], None],
) -> Done:
    """Do one recipe for one file."""
    _one_of("existing", existing, get_args(Existing))
    if Path(source).is_dir():
        raise SourcesError(os.fspath(source), "is a folder: give one file")
    planned = plan([Path(source)], Outputs(label, file=Path(target), existing=existing), how, span)
    make_folders(planned)
    if planned.jobs:
        return render(planned.jobs[0], progress, overwrite=existing == "overwrite")
    return Done(planned.skipped[0].job, 0, 0.0, ("it was there already",))


def mattes(
    source: str | os.PathLike[str], *, model: str = "general", start: Seconds = 0, end: Seconds | None = None
) -> Iterator[tuple[Frame, Matte]]:
    """Every frame of a file with its matte (``uint16``, 0 to 65535, of the frame's size), as ``replace`` sees them.

    ``frame.planes`` are its Y, U and V, ``frame.time`` its exact time in seconds, ``frame.picture`` PyAV's frame.
    Raises ``SourceError`` or ``ModelError``.
    """
    libraries.require()
    segmenter = MediaPipe(model)
    segmenter.check()
    path = Path(source)
    if path.is_dir():
        raise SourcesError(str(path), "is a folder: give one file")
    with Source(path, _span(start, end)) as opened, closing(cutouts_of(opened, segmenter, FILTERS)) as cutouts:
        for cutout in cutouts:
            yield cutout.frame, cutout.matte
