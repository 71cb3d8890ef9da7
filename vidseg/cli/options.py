"""Options that commands share, as decorators, and what they are parsed to."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click

F = TypeVar("F", bound=Callable[..., Any])

_TIME = re.compile(r"(?:(?:(\d{1,9}):)?(\d{1,9}):)?(\d{1,12}(?:\.\d{0,18})?|\.\d{1,18})", re.ASCII)


PATH = click.Path(path_type=Path, readable=False)
"""Any path: whether it can be read is found file by file, so that one that can't doesn't stop the others."""


class Time(click.ParamType[Fraction]):
    """Seconds (``90``, ``1.5``), or ``m:ss``, or ``h:mm:ss``, exactly."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """The text as seconds; fails with click's error."""
        if isinstance(value, Fraction):
            return value
        match = _TIME.fullmatch(str(value).strip())
        if match is None:
            self.fail(f"{value!r} is no time: write seconds (90, 1.5), m:ss or h:mm:ss", param, ctx)
        hours, minutes, seconds = match.groups()
        return int(hours or 0) * 3600 + int(minutes or 0) * 60 + Fraction(seconds)


_SIZE = re.compile(r"(\d{1,15}(?:\.\d{0,15})?)\s*([KMGT]?)(?:B|iB)?", re.ASCII | re.IGNORECASE)


class Size(click.ParamType[int]):
    """Bytes: ``4G``, ``1.5 GB``, ``800M``; units are of a thousand."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The text as bytes; fails with click's error."""
        if isinstance(value, int):
            return value
        match = _SIZE.fullmatch(str(value).strip())
        if match is None:
            self.fail(f"{value!r} is no size: write 4G, 1.5G or 800M", param, ctx)
        number, unit = match.groups()
        return int(Fraction(number) * 1000 ** " KMGT".index(unit.upper() or " "))


def _all(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


def _with_list(ctx: click.Context, param: click.Parameter, given: tuple[Path, ...]) -> tuple[Path, ...]:
    """The sources of the command line and those of ``--from-file``, one of which there must be."""
    from_file = ctx.params.pop("from_file", None)
    if from_file is not None and not ctx.resilient_parsing:
        from vidseg.sources import read_list

        return (*given, *read_list(from_file))
    if not given and not ctx.resilient_parsing:
        raise click.MissingParameter(ctx=ctx, param=param)
    return given


sources: Callable[[F], F] = _all(
    click.argument("sources", nargs=-1, metavar="SOURCES...", type=PATH, callback=_with_list),
    click.option("--recursive", is_flag=True, help="Folders inside folders too; the tree is kept below --out-dir."),
    click.option(
        "--from-file",
        metavar="LIST",
        type=PATH,
        is_eager=True,
        help="Sources from a file, one name a line; - is standard input.",
    ),
)
"""SOURCES: files, folders and patterns; a list of them reaches the command as if it had been written out."""


existing: Callable[[F], F] = click.option(
    "--existing",
    type=click.Choice(["fail", "skip", "overwrite"]),
    default="fail",
    show_default=True,
    help="What to do where an output is there already.",
)

outputs: Callable[[F], F] = _all(
    click.option("-o", "--output", type=PATH, help="The output, for one source."),
    click.option("--out-dir", type=PATH, help="The folder for the outputs; names are kept."),
    click.option(
        "--name",
        metavar="TEMPLATE",
        help="Names for the outputs, as {stem}-beach{suffix}; also {label}, {folder}, {number:03}.",
    ),
    existing,
)


def _quality(crf: str, preset: str) -> Callable[[F], F]:
    """How well it is encoded, with what ``--help`` says of the defaults."""
    return _all(
        click.option("--crf", type=float, help=f"Quality: lower is better and larger. [default: {crf}]"),
        click.option("--preset", help=f"The encoder's own preset. [default: {preset}]"),
    )


def _encoding(codec: str, crf: str, preset: str) -> Callable[[F], F]:
    return _all(
        click.option(
            "--codec",
            metavar="h264|hevc|av1|vp9|prores|ffv1",
            help=f"The output's codec. [default: {codec}]",
        ),
        _quality(crf, preset),
        click.option(
            "--encoder",
            type=click.Choice(["auto", "software", "nvenc", "qsv", "videotoolbox", "amf"]),
            default="software",
            show_default=True,
            help="What encodes: software, a graphics card (quicker, larger files), or auto: such a one if any works.",
        ),
    )


alpha_quality: Callable[[F], F] = _quality("vp9 24, stacked and side-by-side 18; others have none", "by format")


class Scale(click.ParamType[Fraction]):
    """A number, exactly: 0.1 is a tenth."""

    name = "scale"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """The text as a number; fails with click's error."""
        try:
            scale = Fraction(str(value))
        except (ValueError, ZeroDivisionError):
            scale = Fraction(0)
        if not 0 < scale <= 1:
            self.fail(f"{value!r} isn't more than 0 and at most 1", param, ctx)
        return scale


reading: Callable[[F], F] = _all(
    click.option(
        "--scale",
        type=Scale(),
        default="1",
        metavar="FACTOR",
        help="A smaller output, for proxies: 0.5 halves width and height, which stay even.",
    ),
    click.option(
        "--hwaccel",
        metavar="none|auto|cuda|vaapi|...",
        default="none",
        show_default=True,
        help="Decode on a graphics card; auto: if any works.",
    ),
)
"""How sources are read."""

span: Callable[[F], F] = _all(
    click.option("--start", type=Time(), default="0", help="Begin here: seconds, m:ss or h:mm:ss."),
    click.option("--end", type=Time(), help="End before this moment."),
)

segmenter: Callable[[F], F] = _all(
    click.option(
        "--quality",
        type=click.Choice(["fast", "good", "best"]),
        default="good",
        show_default=True,
        help="How much is done for the matte: fast for drafts, best where time doesn't matter.",
    ),
    click.option(
        "--model",
        metavar="general|landscape|NAME|FILE.tflite",
        help="What looks at the person; NAME as vidseg models lists it. [default: both of the two that come along]",
    ),
    click.option(
        "--category",
        "categories",
        metavar="CLASS",
        multiple=True,
        help="Of a model with several classes this one, as hair; may be repeated. [default: all but the background]",
    ),
    click.option("--threshold", type=float, default=0.5, show_default=True, help="From which doubt on it is person."),
    click.option("--softness", type=float, default=0.6, show_default=True, help="How much doubt becomes the edge."),
    click.option("--grow", type=click.IntRange(0), default=0, metavar="PX", help="Make the matte larger all around."),
    click.option(
        "--shrink", type=click.IntRange(0), default=0, metavar="PX", help="Make the matte smaller all around."
    ),
    click.option("--feather", type=click.IntRange(0), default=0, metavar="PX", help="Let the edge fall outward."),
    click.option("--feather-in", type=click.IntRange(0), default=0, metavar="PX", help="Let the edge fall inward."),
    click.option("--keep-largest", is_flag=True, help="The largest person alone."),
    click.option("--invert", is_flag=True, help="The place instead of the person."),
)


def edge(options: dict[str, Any]) -> Any:
    """How the matte's edge is wanted, of a command line's options; raises ``OptionError``."""
    from vidseg.errors import OptionError
    from vidseg.road import Edge

    if options["grow"] and options["shrink"]:
        raise OptionError("--grow", "doesn't go with --shrink")
    return Edge(
        options["threshold"],
        options["softness"],
        options["grow"] - options["shrink"],
        options["feather_in"],
        options["feather"],
        options["keep_largest"],
        options["invert"],
    )


damage: Callable[[F], F] = _all(
    click.option(
        "--on-damage",
        type=click.Choice(["keep", "fail"]),
        default="keep",
        show_default=True,
        help="What can be read of a damaged source is done and the rest said, or the file fails.",
    ),
    click.option(
        "--on-resize",
        type=click.Choice(["refuse", "scale"]),
        default="refuse",
        show_default=True,
        help="What becomes of a source whose picture changes its size on the way.",
    ),
)

limits: Callable[[F], F] = _all(
    click.option(
        "--max-pixels",
        type=click.IntRange(1, 2**31 - 1),
        default=8192 * 8192,
        show_default="8192x8192",
        metavar="N",
        help="Refuse sources and backgrounds with more pixels in a frame.",
    ),
    click.option(
        "--max-streams",
        type=click.IntRange(1),
        default=100,
        show_default=True,
        metavar="N",
        help="Refuse sources with more streams.",
    ),
    click.option(
        "--max-gap",
        type=Time(),
        default="24:00:00",
        show_default=True,
        metavar="TIME",
        help="Refuse sources with more time between two frames; 0 takes any.",
    ),
)
"""What a file may claim; a file of a few bytes can claim anything."""


trust: Callable[[F], F] = _all(damage, limits)
"""How far a source is trusted."""


def reading_of(options: dict[str, Any]) -> Any:
    """How sources are read, of a command line's options."""
    from vidseg.job import Reading

    return Reading(
        options.get("scale", Fraction(1)),
        options.get("hwaccel", "none"),
        options.get("on_damage", "keep"),
        options.get("on_resize", "refuse"),
        options["max_pixels"],
        options["max_streams"],
        options["max_gap"] or None,
    )


def _begun(function: F) -> F:
    """The workers are begun before the command loads what it needs itself, so that both load side by side.

    The command gets them as its option ``begun``.
    """

    @wraps(function)
    def command(*given: Any, **options: Any) -> Any:
        from vidseg.cli.working import begun_workers

        with begun_workers(options) as workers:
            return function(*given, **options, begun=workers)

    return cast("F", command)


working: Callable[[F], F] = _all(
    click.option(
        "--workers",
        type=click.IntRange(0, 256),
        envvar="VIDSEG_WORKERS",
        help="Processes that work side by side; 0 works in vidseg's own. [default: one for each processor]",
    ),
    click.option(
        "--threads",
        type=click.IntRange(1, 256),
        help="Threads of the decoder and of the encoder, in each worker. [default: the processors, shared out]",
    ),
    click.option(
        "--piece",
        type=Time(),
        default="30",
        show_default=True,
        help="Cut what is longer into pieces of about this length, done side by side; 0 cuts nothing.",
    ),
    click.option(
        "--stall",
        type=click.FloatRange(min=1),
        default=120,
        show_default=True,
        help="Seconds without a frame after which a worker is given up; with --workers 0 the run ends.",
    ),
    click.option(
        "--memory",
        type=Size(),
        metavar="SIZE",
        help="What a worker may take, as 4G; a frame too large for it waits for that of several. "
        "[default: an equal part of what is available]",
    ),
    click.option(
        "--cluster",
        metavar="tcp://HOST:8786",
        help="Work on a Dask cluster whose machines see the same files (needs vidseg[cluster]).",
    ),
    _begun,
)
"""Who does the work; part of ``telling``, so that every command that makes videos has it."""

voice: Callable[[F], F] = _all(
    click.option("-q", "--quiet", is_flag=True, help="Say nothing but failures."),
    click.option("-v", "--verbose", is_flag=True, help="Say guesses and details, and let the libraries' logs through."),
    click.option("--json", "as_json", is_flag=True, help="One JSON object for each source on standard output."),
)

telling: Callable[[F], F] = _all(
    working,
    click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing."),
    voice,
    click.option(
        "--progress",
        type=click.Choice(["bar", "json", "none"]),
        default="bar",
        show_default=True,
        help="Bars on a terminal, or events for programs on standard error, one JSON object a line.",
    ),
    click.option(
        "--report",
        "reports",
        multiple=True,
        metavar="FILE.html|FILE.json",
        type=PATH,
        help="Write what became of every file, as a page with pictures and plots, or for programs.",
    ),
    click.option(
        "--save-recipe",
        metavar="FILE.toml",
        type=PATH,
        help="Write these options to a file, for vidseg run FILE.toml SOURCES...",
    ),
)


def _shared(codec: str, crf: str, preset: str = "medium for h264 and hevc") -> Callable[[F], F]:
    return _all(outputs, _encoding(codec, crf, preset), reading, span, segmenter, trust, telling)


shared: Callable[[F], F] = _shared("h264, hevc above 8 bits; vp9 or av1 in WebM", "by codec, 18 for h264")
"""What every effect's command takes beside its sources and its own options."""

shared_by_matte: Callable[[F], F] = _shared("by the output's suffix; see above", "by codec, 4 for h264, 6 for hevc")
