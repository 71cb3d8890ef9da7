"""What the plate, the matte and the cut-out cost beside reading and writing: milliseconds of CPU a frame.

python -m benchmarks.cost [--size 1080p] [--quality good fast] [--frames 96] [--folder DIR] [--json FILE]

Their encoders are so quick that a ratio to decode and encode says little. A is all that ``vidseg screen``, ``matte`` or
``cutout`` does after its imports; B decodes the same frames, and encodes the same results with the same encoder, by
themselves. Beyond is (A - B) / frames; asked at 1080p: ``good`` at most 20 ms, ``fast`` at most 8.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from fractions import Fraction
from itertools import islice
from pathlib import Path

from benchmarks import clips, figures
from benchmarks.stages import ENCODED, effects
from vidseg.frame import Cutout, Frame
from vidseg.job import Job, Recipe, Span
from vidseg.media.notes import Notes
from vidseg.media.sink import Sink
from vidseg.media.source import Source
from vidseg.render import one_thread_for_opencv, render
from vidseg.road import road
from vidseg.segmenters import loading

ASKED = {"good": 20.0, "fast": 8.0}
NAMES = ("screen", "matte", "cutout")


def measure(source: Path, name: str, quality: str, count: int, folder: Path) -> dict[str, float]:
    """Milliseconds a frame of A and B, and what is beyond."""
    suffix, encoding = ENCODED[name]
    effect = effects(source)[name]
    recipe = Recipe(*road(quality), effect, encoding)
    with Source(source) as opened:
        span = Span(end=count / Fraction(opened.media.rate))
    began = time.process_time()
    frames = render(Job(source, folder / f"a{suffix}", recipe, span), overwrite=True).frames
    all_of_it = time.process_time() - began

    with one_thread_for_opencv(), Source(source, span) as opened:
        began = time.process_time()
        decoded = list(islice(opened.frames(), count))
        decoding = time.process_time() - began
        made: list[Frame] = list(effect(_matted(decoded, quality)))
        began = time.process_time()
        with Sink(folder / f"b{suffix}", encoding, opened, Notes(), overwrite=True, flat=effect.flat) as sink:
            for frame in made:
                sink.write(frame)
            sink.finish()
        encoding_took = time.process_time() - began
    a, b = all_of_it / frames * 1e3, (decoding + encoding_took) / frames * 1e3
    return {"A": a, "B": b, "beyond": a - b}


def _matted(frames: list[Frame], quality: str) -> list[Cutout]:
    segmenter, filters = road(quality)
    cutouts = segmenter(frames)
    for one in filters:
        cutouts = one(cutouts)
    return list(cutouts)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=clips.SIZES, default="1080p")
    parser.add_argument("--quality", nargs="+", choices=ASKED, default=list(ASKED))
    parser.add_argument("--frames", type=int, default=96)
    parser.add_argument("--folder", type=Path, help="where made clips are kept [default: a temporary folder]")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    loading.mediapipe()
    measured: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="vidseg-bench-") as temporary:
        folder = (given.folder or Path(temporary)).resolve()
        source = clips.clip(folder, given.size, -(-given.frames // clips.SIZES[given.size].rate))
        for quality in given.quality:
            for name in NAMES:
                measured[f"{name}, {quality}"] = measure(source, name, quality, given.frames, Path(temporary))
    print(
        figures.table(("ms of CPU a frame", "A", "B", "beyond"), [(n, *took.values()) for n, took in measured.items()])
    )
    for name, took in measured.items():
        most = ASKED[name.rpartition(" ")[2]]
        print(f"{name}: {took['beyond']:.1f} ms beyond, asked {most:g}{'' if took['beyond'] <= most else ': MISSED'}")
    figures.write(given.json, {"what": "cost", "machine": figures.machine(), "size": given.size, "measured": measured})


if __name__ == "__main__":
    main()
