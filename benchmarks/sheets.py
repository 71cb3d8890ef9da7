"""Sheets: five moments of a clip, with the matte and the result of a model alone and of vidseg's road, to be looked at.

    python -m benchmarks.sheets CLIP... --out-dir DIR [--bg BG] [--quality good] [--moments 5] [--cell 384] [--jpg]

Rows: the source; the ``general`` model on the whole picture, enlarged and blended as it is (before); what vidseg makes
(after). Columns: the moments. A second before each moment and one after it are worked on, so that filters find what
they look for.
"""

from __future__ import annotations

import argparse
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.strip import rgb8
from vidseg.cli.quiet import libraries_silenced
from vidseg.effects.blend import Blend
from vidseg.effects.replace import Replace
from vidseg.filters.enlarge import Enlarge
from vidseg.frame import Cutout
from vidseg.job import Span
from vidseg.media import backdrop
from vidseg.media.source import Source
from vidseg.render import mattes as cutouts_of
from vidseg.road import QUALITIES, road
from vidseg.segmenters.mediapipe import MediaPipe
from vidseg.stages import Filter, Segmenter

Picture = NDArray[np.uint8]
GAP, AROUND = 6, Fraction(1)
ROWS = ("source", "before: matte", "before: result", "after: matte", "after: result")


def shown(clip: Path, moment: Fraction, segmenter: Segmenter, filters: tuple[Filter, ...]) -> Cutout:
    """The first cutout at a moment or later; the last one where there is none."""
    last: Cutout | None = None
    start = max(moment - AROUND, Fraction(0))
    with (
        Source(clip, Span(start, moment + AROUND)) as source,
        closing(cutouts_of(source, segmenter, filters)) as cutouts,
    ):
        for last in cutouts:
            if last.frame.time + source.offset >= moment:
                return last
    if last is None:
        raise SystemExit(f"{clip} has no frame at {float(moment):.3f} s")
    return last


def length(clip: Path) -> Fraction:
    """In seconds."""
    with Source(clip) as source:
        return source.media.duration or Fraction(0)


def cell(picture: Picture, side: int) -> Picture:
    """A picture whose longer side is ``side``."""
    scale = side / max(picture.shape[:2])
    size = (max(round(picture.shape[1] * scale), 1), max(round(picture.shape[0] * scale), 1))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def column(clip: Path, moment: Fraction, background: str, quality: str, side: int) -> Picture:
    """One moment, from the source down to the result."""
    raw = shown(clip, moment, MediaPipe(), (Enlarge(),))
    after = shown(clip, moment, *road(quality))
    with backdrop.opened(background, "cover", raw.frame) as behind:
        plain = Blend().over(raw.frame, behind.planes_at(raw.frame.time), raw.matte)
    (result,) = Replace(background)([after])
    greys = [np.repeat((one.matte >> 8).astype(np.uint8)[:, :, None], 3, 2) for one in (raw, after)]
    pictures = (rgb8(raw.frame), greys[0], rgb8(plain), greys[1], rgb8(result))
    cells = [cell(np.asarray(picture, np.uint8), side) for picture in pictures]
    for part, text in zip(cells, (f"{float(moment):.2f} s", *ROWS[1:]), strict=True):
        part[:20, : 10 + 8 * len(text)] = 0
        cv2.putText(part, text, (5, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255), 1, cv2.LINE_AA)
    gap = np.full((GAP, cells[0].shape[1], 3), 255, np.uint8)
    return np.vstack([row for part in cells for row in (part, gap)])[:-GAP].astype(np.uint8)


def sheet(clip: Path, moments: list[Fraction], background: str, quality: str, side: int) -> Picture:
    """All columns."""
    columns = [column(clip, moment, background, quality, side) for moment in moments]
    gap = np.full((columns[0].shape[0], GAP, 3), 255, np.uint8)
    return np.hstack([part for one in columns for part in (one, gap)])[:, :-GAP].astype(np.uint8)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--out-dir", type=Path, required=True)
    parser.add_argument("--bg", default="#3c9a8c", help="behind the people; a plain colour hides least")
    parser.add_argument("--quality", choices=QUALITIES, default="good")
    parser.add_argument("--moments", type=int, default=5)
    parser.add_argument("--at", type=Fraction, nargs="*", help="these moments, in seconds")
    parser.add_argument("--cell", type=int, default=384)
    parser.add_argument("--jpg", action="store_true", help="smaller, for docs/")
    given = parser.parse_args()
    given.out_dir.mkdir(parents=True, exist_ok=True)
    for clip in given.clips:
        target = given.out_dir / f"{clip.stem}.{'jpg' if given.jpg else 'png'}"
        with libraries_silenced(silent=True):
            evenly = [length(clip) * (2 * n + 1) / (2 * given.moments) for n in range(given.moments)]
            made = sheet(clip, given.at or evenly, given.bg, given.quality, given.cell)
        if not cv2.imwrite(str(target), made, [cv2.IMWRITE_JPEG_QUALITY, 85] if given.jpg else []):
            raise SystemExit(f"{target} can't be written")
        print(target)


if __name__ == "__main__":
    main()
