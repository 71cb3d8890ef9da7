"""``vidseg info``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from vidseg.cli import options
from vidseg.cli.printable import printable
from vidseg.errors import SourceError, SourcesError
from vidseg.json_line import json_line


@click.command()
@options.sources
@options.limits
@options.voice
def info(sources: tuple[Path, ...], recursive: bool, **others: Any) -> int:
    """Tell what video files are, whether they are really transparent, and what would be made of them.

    Some pictures of each file are decoded; of VP8 and VP9 with the decoder that sees their transparency.
    """
    from vidseg.cli.run import speaking

    failed = False
    with speaking(others) as stream:
        from vidseg.media.info import info as look

        for found in _each(sources, recursive, lambda file: look(file, options.reading_of(others))):
            if isinstance(found, tuple):
                failed = True
                source, reason = found
                if others["as_json"]:
                    click.echo(json_line({"source": str(source), "outcome": "failed", "reason": reason}))
                print(f"FAILED: {printable(source)}: {printable(reason)}", file=stream)
            elif others["as_json"]:
                click.echo(found.to_json())
            elif not others["quiet"]:
                click.echo("\n".join(_lines(found)))
    return 1 if failed else 0


def _each(sources: tuple[Path, ...], recursive: bool, look: Callable[[Path], Any]) -> Iterator[Any]:
    """What is found out of each file meant, or its name and why nothing could be."""
    from vidseg.sources import find

    for source in sources:
        try:
            files = [found.path for found in find([source], recursive=recursive)]
        except SourcesError as error:
            yield source, error.reason
            continue
        for file in files:
            try:
                found = look(file)
            except SourceError as error:
                found = file, error.reason
            yield found


def _lines(found: Any) -> Iterator[str]:
    """For a person: a name, and below it a line for each thing."""
    yield printable(found.source)
    for name, text in (
        ("container", _container(found)),
        ("picture", _picture(found.picture)),
        ("frames", _frames(found.times)),
        ("colour", _colour(found.colour)),
        ("alpha", _alpha(found.alpha)),
        *((stream.kind, _stream(stream)) for stream in found.streams if stream.index != found.picture.stream),
        ("vidseg", _made(found.made)),
    ):
        yield f"  {name:<10} {printable(text)}"


def _container(found: Any) -> str:
    length = "length unknown" if found.seconds is None else f"{found.seconds:.3f} s"
    return f"{found.container}, {length}, {found.bytes / 1e6:.1f} MB"


def _picture(picture: Any) -> str:
    parts = [f"{picture.codec}, {picture.width}x{picture.height}, {picture.pixel_format} ({picture.depth} bits)"]
    if picture.aspect != 1:
        parts.append(f"pixels {picture.aspect} as wide as high")
    if picture.rotation or picture.mirrored:
        turned = f"seen as {picture.upright[0]}x{picture.upright[1]}, turned by {picture.rotation} degrees clockwise"
        parts.append(turned + (" and mirrored" if picture.mirrored else ""))
    if picture.interlaced:
        parts.append("interlaced")
    return ", ".join(parts)


def _frames(times: Any) -> str:
    number = "how many is unknown" if times.frames is None else f"{times.frames} ({times.known})"
    if times.variable:
        spread = f"from {times.shortest:.4f} to {times.longest:.4f} s apart"
        rate = f"variable: {float(times.rate):.6g} a second, {spread}"
    else:
        rate = f"{float(times.rate):.6g} a second"
    return f"{number}, {rate}, the first at {times.starts:.3f} s"


def _colour(colour: Any) -> str:
    said = f"{colour.range} range, matrix {colour.matrix}, primaries {colour.primaries}, transfer {colour.transfer}"
    return said + ("; what the file doesn't say is taken as players take it" if colour.guessed else "")


def _alpha(alpha: Any) -> str:
    where = {"picture": "a channel of the picture", "beside": "beside the picture, where most decoders drop it"}
    if alpha.carrier is None:
        return "none: the file is not transparent"
    if alpha.used is None:
        return f"{where[alpha.carrier]}; it can't be decoded"
    looked = f"of {alpha.looked_at} picture{'s' if alpha.looked_at > 1 else ''} looked at"
    if not alpha.used:
        return f"{where[alpha.carrier]}, but all pixels {looked} are opaque"
    return (
        f"really transparent: {where[alpha.carrier]}; {alpha.clear:.1%} of the pixels {looked} are clear, "
        f"{alpha.partly:.1%} partly"
    )


def _stream(stream: Any) -> str:
    said = [stream.codec, stream.detail, stream.language, stream.title, "default" if stream.default else ""]
    return f"stream {stream.index}: " + ", ".join(part for part in said if part)


def _made(made: Any) -> str:
    if made.refused:
        return f"can't work on it: {made.refused}"
    notes = "".join(f"; {note}" for note in made.notes)
    return f"makes {made.suffix} of it, with {made.codec} ({made.encoder}) in {made.pixel_format}{notes}"
