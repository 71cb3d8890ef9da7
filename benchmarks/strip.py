"""One moment of a source, its matte and a result of it in a row, as a PNG.

python -m benchmarks.strip SOURCE RESULT PICTURE.png [--at SECONDS]
"""

from __future__ import annotations

import argparse
from fractions import Fraction
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

import vidseg
from vidseg.cli.quiet import libraries_silenced
from vidseg.frame import Plane
from vidseg.media.colour import Colour, dequantise
from vidseg.media.source import Source

GAP = 8


def rgb8(frame: vidseg.Frame) -> Plane:
    """A frame as 8-bit BGR, for a PNG."""
    rgb = dequantise(frame.planes, frame.depth, Colour.of(frame.picture))
    return np.rint(rgb[:, :, ::-1] * 255).astype(np.uint8)


def strip(source: Path, result: Path, picture: Path, at: Fraction | None = None) -> None:
    """Write the row; without ``at`` in the middle of the source."""
    with Source(source) as opened:
        moment = at if at is not None else (opened.media.duration or Fraction(0)) / 2
    frame, matte = next(iter(vidseg.mattes(source, start=moment)))
    with Source(result) as made:
        after = next(islice((f for f in made.frames() if f.time >= moment - Fraction(1, 1000)), 1))
    grey = cv2.cvtColor((matte >> 8).astype(np.uint8), cv2.COLOR_GRAY2BGR)
    gap = np.full((frame.height, GAP, 3), 255, np.uint8)
    if not cv2.imwrite(str(picture), np.hstack([rgb8(frame), gap, grey, gap, rgb8(after)])):
        raise SystemExit(f"{picture} can't be written")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--at", type=Fraction)
    given = parser.parse_args()
    with libraries_silenced(silent=True):
        strip(given.source, given.result, given.picture, given.at)
    print(f"The video:                  {given.result}")
    print(f"Source, matte and result:   {given.picture}")


if __name__ == "__main__":
    main()
