"""Where the time goes: milliseconds a frame of each stage of ``vidseg replace``.

python -m benchmarks.stages SOURCE [--seconds 5] [--json FILE]

First everything is decoded, then all mattes and pictures are made, then all is encoded: so that no stage's CPU time
has another's in it. Where the encoder keeps every core busy, CPU time is what a stage costs; elsewhere they overlap.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import mediapipe.tasks.python.vision  # noqa: F401 - vidseg loads it late; that is start-up, not a stage's time

from benchmarks import clips, figures
from vidseg.api import recipe
from vidseg.effects.replace import Replace
from vidseg.frame import Cutout
from vidseg.job import Span
from vidseg.media.notes import Notes
from vidseg.media.sink import Sink
from vidseg.media.source import Source
from vidseg.stages import Stage

T = TypeVar("T")


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


def measure(source: Path, end: Fraction, folder: Path) -> tuple[int, Stopwatch]:
    """Render once; gives the number of frames."""
    watch, notes = Stopwatch(), Notes()
    how = recipe(Replace(str(clips.BACKGROUND)))
    with (
        Source(source, Span(end=end), notes) as opened,
        Sink(folder / "result.mp4", how.encoding, opened, notes, overwrite=True) as sink,
    ):
        frames = list(watch.timed("source", opened.frames()))
        cutouts: Iterator[Cutout] = watch.timed(_name(how.segmenter), how.segmenter(frames))
        for one in how.filters:
            cutouts = watch.timed(_name(one), one(cutouts))
        made = list(watch.timed(_name(how.effect), how.effect(cutouts)))
        watch.enter("sink")
        for frame in made:
            sink.write(frame)
        sink.finish()
        watch.leave()
    return len(made), watch


def _name(stage: Stage) -> str:
    return type(stage).__name__


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("--seconds", type=Fraction, default=Fraction(5))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vidseg-bench-") as folder:
        count, watch = measure(given.source, given.seconds, Path(folder))
    stages = {
        name: {"wall_ms": wall / count * 1e3, "cpu_ms": watch.cpu[name] / count * 1e3}
        for name, wall in watch.wall.items()
    }
    rows: list[tuple[object, ...]] = [(name, *took.values()) for name, took in stages.items()]
    rows.append(("all", *(sum(took[what] for took in stages.values()) for what in ("wall_ms", "cpu_ms"))))
    print(figures.table((f"{count} frames; ms a frame", "wall", "CPU"), rows))
    figures.write(given.json, {"what": "stages", "machine": figures.machine(), "frames": count, "stages": stages})


if __name__ == "__main__":
    main()
