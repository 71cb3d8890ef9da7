"""``vidseg cutout``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from vidseg.cli import options


@click.command()
@options.sources
@click.option(
    "--for",
    "destination",
    metavar="resolve|premiere|finalcut|web|obs",
    help="Where it goes: chooses format, codec and container; see above.",
)
@click.option(
    "--format",
    "format_",
    metavar="FORMAT",
    help="How picture and alpha are stored; see above. [default: by the output's suffix, else prores4444]",
)
@click.option(
    "--premultiplied", is_flag=True, help="Alpha multiplied into the colours, over black. [default: straight]"
)
@options.outputs
@options.alpha_quality
@options.reading
@options.span
@options.segmenter
@options.trust
@options.telling
def cutout(destination: str | None, format_: str | None, premultiplied: bool, **others: Any) -> int:
    """Cut the people out, with a real alpha, for an editor or a page.

    \b
    --for        format      suffix
    resolve      prores4444  .mov   DaVinci Resolve; if it asks, alpha is straight
    premiere     prores4444  .mov   Premiere Pro, After Effects: straight - unmatted
    finalcut     prores4444  .mov   Final Cut Pro, Motion
    web          vp9         .webm  Chrome, Edge, Firefox; for Safari: stacked
    obs          vp9         .webm  OBS Studio, as a media source

    \b
    --format     suffix            what it is
    prores4444   .mov .mkv       * near lossless, 10 bits, alpha too
    vp9          .webm .mkv        small, 8 bits, 4:2:0
    ffv1         .mkv            * lossless, as the source is
    qtrle        .mov            * QuickTime Animation: lossless RGB, 8 bits, large
    png          .mov              lossless RGB, 8 bits, 16 above that
    png          %06d.png          the same as a folder of pictures
    webp         .webp             animated WebP, 8 bits, without sound
    stacked      .mp4 .mov .mkv  * plain H.264 twice as high, the alpha in grey below
    side-by-side .mp4 .mov .mkv  * the same twice as wide, the alpha on the right

    Alpha is straight, and the people's colours go on past the edge, so that no fringe of the old background shows.
    Those with * may have it --premultiplied; which one it is stands in the closing line, in --json and in the file.
    Without -o or --out-dir talk.mp4 gives talk-cutout.mov, or the format's first suffix.
    """  # noqa: D301 - click's mark for lines to be left as they are is the character itself
    from vidseg import libraries

    libraries.require()
    from vidseg.cli.run import run_jobs
    from vidseg.effects.cutout import Cutout
    from vidseg.media import alpha

    chosen = alpha.chosen(format_, destination)
    encoding = replace(alpha.encoding(chosen, premultiplied=premultiplied), crf=others["crf"], preset=others["preset"])
    suffix = alpha.named(chosen or "prores4444").suffix
    return run_jobs(Cutout(premultiplied), "cutout", others, encoding=encoding, suffix=suffix)
