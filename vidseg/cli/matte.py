"""``vidseg matte``."""

from __future__ import annotations

from typing import Any

import click

from vidseg.cli import options


@click.command()
@options.sources
@click.option(
    "--for",
    "destination",
    metavar="resolve|premiere|finalcut|web|obs",
    help="Where it goes: chooses codec and container; see above.",
)
@click.option(
    "--range",
    "range_",
    type=click.Choice(["limited", "full"]),
    default="limited",
    show_default=True,
    help="Black and white as video has them (16 and 235), or as pictures have them (0 and 255). PNG is always full.",
)
@click.option(
    "--depth", type=int, metavar="8|10|12|16", help="Bits. [default: 10, 8 in H.264, VP9 and PNG; PNG: 8 or 16]"
)
@click.option("--audio", is_flag=True, help="Keep sound and subtitles.")
@options.shared_by_matte
def matte(destination: str | None, range_: str, depth: int | None, audio: bool, **others: Any) -> int:
    """Write the matte as a grey video, for a track matte: white where people are.

    Without -o or --out-dir talk.mp4 gives talk-matte.mov: ProRes 422 HQ, 10 bits, tagged limited range, which editors
    read at the right level. The output's suffix says the container: .mov (ProRes), .mkv (FFV1, lossless), .mp4 (HEVC,
    10 bits) or .webm (AV1, 10 bits). -o frames/%06d.png writes numbered PNGs into a folder of their own.

    \b
    --for        codec   suffix
    resolve      prores  .mov   10 bits
    premiere     prores  .mov   10 bits
    finalcut     prores  .mov   10 bits
    web          h264    .mp4   8 bits; every browser plays it
    obs          h264    .mp4   8 bits
    """  # noqa: D301 - click's mark for lines to be left as they are is the character itself
    from vidseg import libraries

    libraries.require()
    from vidseg.cli.run import run_jobs
    from vidseg.effects.matte import Matte
    from vidseg.job import Encoding
    from vidseg.media import codecs

    codec = codecs.by_destination(codecs.MATTES, destination, "--codec", others["codec"])
    how = codec, others["crf"], others["preset"]
    encoding = Encoding(*how, "matte", depth, range_, audio, others["encoder"])  # type: ignore[arg-type]
    suffix = ".mov" if destination is None else codecs.MATTE_SUFFIXES[codecs.MATTES[destination]]
    return run_jobs(Matte(), "matte", others, encoding=encoding, suffix=suffix)
