"""Where the time goes: milliseconds a frame of each stage, for every quality and every effect.

python -m benchmarks.stages [--size 720p 1080p 4K] [--frames 48] [--source FILE] [--folder DIR] [--json FILE]

Everything is decoded first, then mattes are made, then pictures of them, then these are encoded, one after the other in
one thread, so that no stage's CPU time has another's in it; what a run takes is less than their sum, since they overlap
there. Printed as a table in Markdown, each figure wall / CPU. All frames are held: 30 MB each at 4K.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

from benchmarks import clips, figures
from vidseg.effects.blur import Blur
from vidseg.effects.cutout import Cutout as CutoutEffect
from vidseg.effects.matte import Matte
from vidseg.effects.overlay import Overlay
from vidseg.effects.replace import Replace
from vidseg.effects.screen import Screen
from vidseg.frame import Cutout, Frame
from vidseg.heap import keep_large_blocks_apart
from vidseg.job import Encoding
from vidseg.media.notes import Notes
from vidseg.media.sink import Sink
from vidseg.media.source import Source
from vidseg.render import one_thread_for_opencv
from vidseg.road import QUALITIES, road
from vidseg.segmenters import loading
from vidseg.stages import Effect

T = TypeVar("T")

ENCODED = {
    "replace, picture": (".mp4", Encoding()),
    "screen": (".mp4", Encoding()),
    "matte": (".mov", Encoding(content="matte")),
    "cutout": (".mov", Encoding(content="straight")),
}
"""The effects whose encoding is measured too, each in its usual form; blur and overlay cost what replace does."""


def effects(source: Path) -> dict[str, Effect]:
    """Every effect at its defaults; the video behind is the clip itself."""
    return {
        "replace, picture": Replace(str(clips.BACKGROUND)),
        "replace, video": Replace(str(source)),
        "blur": Blur(),
        "screen": Screen(),
        "matte": Matte(),
        "cutout": CutoutEffect(),
        "overlay": Overlay(),
    }


class Stopwatch:
    """Gives every moment to one name: that of the innermost stage that is at work."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = {}
        self.cpu: dict[str, float] = {}
        self._names = ["rest"]
        self._since = self._now()

    @staticmethod
    def _now() -> tuple[float, float]:
        return time.perf_counter(), time.process_time()

    def enter(self, name: str) -> None:
        """From now on it is this one's time."""
        self._split()
        self._names.append(name)

    def leave(self) -> None:
        """It is again that of the one before."""
        self._split()
        self._names.pop()

    def _split(self) -> None:
        now, name = self._now(), self._names[-1]
        self.wall[name] = self.wall.get(name, 0) + now[0] - self._since[0]
        self.cpu[name] = self.cpu.get(name, 0) + now[1] - self._since[1]
        self._since = now

    def timed(self, name: str, stream: Iterable[T]) -> Iterator[T]:
        """The same items; what asking for one takes goes to this name."""
        items = iter(stream)
        while True:
            self.enter(name)
            try:
                item = next(items)
            except StopIteration:
                return
            finally:
                self.leave()
            yield item


def measure(source: Path, count: int, folder: Path) -> tuple[int, Stopwatch]:
    """All stages over the first frames of a clip; gives their number."""
    watch, notes = Stopwatch(), Notes()
    with one_thread_for_opencv(), Source(source, None, notes) as opened:
        frames = list(islice(watch.timed("decode", opened.frames()), count))
        cutouts: list[Cutout] = []
        for quality in QUALITIES:
            cutouts = list(_mattes(quality, frames, watch))
        for name, effect in effects(source).items():
            made = list(watch.timed(name, effect(cutouts)))
            if name in ENCODED:
                _encode(name, made, effect, opened, folder, watch)
            del made
    return len(frames), watch


def _mattes(quality: str, frames: list[Frame], watch: Stopwatch) -> Iterator[Cutout]:
    segmenter, filters = road(quality)
    for stage in (segmenter, *filters):  # in the order in which a frame passes them
        watch.wall[f"{quality}: {type(stage).__name__}"] = watch.cpu[f"{quality}: {type(stage).__name__}"] = 0.0
    cutouts: Iterator[Cutout] = watch.timed(f"{quality}: {type(segmenter).__name__}", segmenter(frames))
    for one in filters:
        cutouts = watch.timed(f"{quality}: {type(one).__name__}", one(cutouts))
    return cutouts


def _encode(name: str, made: list[Frame], effect: Effect, opened: Source, folder: Path, watch: Stopwatch) -> None:
    suffix, encoding = ENCODED[name]
    watch.enter(f"encode: {name.partition(',')[0]}")
    with Sink(folder / f"a{suffix}", encoding, opened, Notes(), overwrite=True, flat=effect.flat) as sink:
        for frame in made:
            sink.write(frame)
        sink.finish()
    watch.leave()


def table(measured: dict[str, dict[str, dict[str, float]]]) -> str:
    """Rows of stages, a column for each clip, in Markdown."""
    names = list(dict.fromkeys(name for stages in measured.values() for name in stages if name != "rest"))
    lines = ["| ms a frame, wall / CPU | " + " | ".join(measured) + " |", "| --- |" + " --- |" * len(measured)]
    for name in names:
        cells = (stages[name] for stages in measured.values())
        lines.append(f"| {name} | " + " | ".join(f"{c['wall_ms']:.1f} / {c['cpu_ms']:.1f}" for c in cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", nargs="+", choices=clips.SIZES, default=["720p", "1080p", "4K"])
    parser.add_argument("--frames", type=int, default=48, help="of each clip; half as many at 4K")
    parser.add_argument("--source", type=Path, help="a real file instead")
    parser.add_argument("--folder", type=Path, help="where made clips are kept [default: a temporary folder]")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    keep_large_blocks_apart()  # as the command does
    loading.mediapipe()  # that is start-up, not a stage's time
    measured: dict[str, dict[str, dict[str, float]]] = {}
    with tempfile.TemporaryDirectory(prefix="vidseg-bench-") as temporary:
        for name in [given.source.name] if given.source else given.size:
            count = given.frames // 2 if name == "4K" else given.frames
            source = given.source
            if source is None:
                seconds = -(-count // clips.SIZES[name].rate)
                source = clips.clip((given.folder or Path(temporary)).resolve(), name, seconds)
            count, watch = measure(source, count, Path(temporary))
            measured[f"{name}, {count} frames"] = {
                stage: {"wall_ms": wall / count * 1e3, "cpu_ms": watch.cpu[stage] / count * 1e3}
                for stage, wall in watch.wall.items()
            }
            figures.write(given.json, {"what": "stages", "machine": figures.machine(), "clips": measured})
    print(table(measured))


if __name__ == "__main__":
    main()
