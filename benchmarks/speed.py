"""How fast ``vidseg replace`` is, beside what can't be beaten and beside what people write.

python -m benchmarks.speed [--size 1080p 720p] [--quality good fast] [--behind picture video] [--seconds 10] [--runs 3]
                           [--source FILE] [--folder DIR] [--json FILE]

A   vidseg replace, as it is installed, with a picture or a video (the clip itself) behind.
B   the limit: the source decoded and A's own result frames encoded with A's settings, in one process, nothing else.
C   the plain loop: RGB, the model on the full picture, float32 compositing, the same encoder settings.

Each is a process; each is timed from its start to its end ("process") and from after its imports on ("inside"; for A
``vidseg.replace`` in a process of its own). They run in turn, and a ratio is the median of the rounds' ratios, so that
what else the machine does falls on all alike. Asked of the processes: A / B at most 1.3 with ``good`` (1.2 at 4K), 1.12
with ``fast``; A / C at most 0.5. B decodes no video for behind the person, and C is measured with a picture alone.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import children, clips, figures, loop
from vidseg.media import codecs, formats
from vidseg.media.hdr import StaticMetadata
from vidseg.media.source import Source


def asked(letter: str, size: str, quality: str) -> float:
    """The most that a ratio may be."""
    if letter == "C":
        return 0.5
    return {"fast": 1.12, "good": 1.2 if size == "4K" else 1.3}[quality]


QUIET = 0.1
"""What others may take of the CPU while something is measured, as a part of what that takes itself."""

NAMES = {"A": "vidseg replace", "B": "the limit", "C": "the plain loop"}


@dataclass(frozen=True)
class Took:
    """What one of A, B, C took in one round, in seconds: wall and CPU time of its whole process, and of what that does
    after its imports; and the CPU time that everybody else had while the process ran."""

    process: float
    inside: float
    process_cpu: float
    inside_cpu: float
    others_cpu: float


Round = dict[str, Took]


@dataclass(frozen=True)
class Work:
    """One clip, how it is done, and where its results go."""

    source: Path
    end: str | None
    folder: Path
    quality: str = "good"
    behind: str = "picture"

    @property
    def background(self) -> Path:
        """What comes behind the person."""
        return clips.BACKGROUND if self.behind == "picture" else self.source

    @property
    def letters(self) -> str:
        """What is measured."""
        return "ABC" if self.behind == "picture" else "AB"

    def prepare(self) -> tuple[Path, int]:
        """The result's frames in a file without loss (8 bits; nearly so above), and how many they are."""
        finished = self.folder / "finished.mkv"
        lossless = ("--codec", "h264", "--crf", "0", "--preset", "ultrafast", "--json")
        ended = children.run(children.replace(self.source, finished, self.background, *lossless, *self._how()))
        return finished, int(ended.said["frames"])

    def round(self, finished: Path, frames: int) -> Round:
        """A, B and C, one after the other."""
        source, target, background = self.source, self.folder / "result.mp4", self.background
        encoder = self.encoder()
        whole = children.run(children.replace(source, target, background, *self._how()))
        loaded = children.run(children.module("inside", source, background, target, self.end or "", self.quality))
        limit = children.run(children.module("limit", source, finished, target, encoder))
        took = {"A": _took(whole, loaded), "B": _took(limit)}
        if "C" in self.letters:
            plain = children.run(children.module("plain", source, background, target, encoder, str(frames)))
            took["C"] = _took(plain)
        return took

    def _how(self) -> tuple[str, ...]:
        return ("--quality", self.quality, *(("--end", self.end) if self.end else ()))

    def encoder(self) -> str:
        """What vidseg encodes with, at its defaults."""
        with Source(self.source) as opened:
            frame = next(iter(opened.frames()))
            hdr: StaticMetadata = opened.static_metadata
        codec = codecs.usual("mp4", frame.depth)
        encoded = codecs.encoded_format(
            codec, formats.same_planes(frame.picture.format.name), frame.width, frame.height
        )
        assert encoded is not None
        return loop.settings(codec.encoder, encoded, codec.options(f"{codec.crf:g}", codec.preset, hdr))


def _took(whole: children.Ended, loaded: children.Ended | None = None) -> Took:
    """From the process, and the one that tells what happens inside; without what reading the finished frames took."""
    said = (loaded or whole).said
    loading, loading_cpu = said.get("loading", 0.0), said.get("loading_cpu", 0.0)
    return Took(whole.seconds - loading, said["inside"], whole.cpu - loading_cpu, said["inside_cpu"], whole.others)


def measure(work: Work, runs: int) -> dict[str, Any]:
    """Rounds, medians and ratios of one clip."""
    finished, frames = work.prepare()
    rounds = []
    for _ in range(runs):
        rounds.append(work.round(finished, frames))
        print(".", end="", flush=True)
    print()
    return {
        "source": str(work.source),
        "frames": frames,
        "encoder": work.encoder(),
        "disturbed": any(took.others_cpu > QUIET * took.process_cpu for one in rounds for took in one.values()),
        "rounds": [{letter: vars(took) for letter, took in one.items()} for one in rounds],
        "medians": {
            letter: {what: median(getattr(one[letter], what) for one in rounds) for what in Took.__annotations__}
            for letter in work.letters
        },
        "ratios": {
            f"A/{letter}": {
                what: median(getattr(one["A"], what) / getattr(one[letter], what) for one in rounds)
                for what in list(Took.__annotations__)[:4]
            }
            for letter in work.letters[1:]
        },
    }


def show(name: str, size: str, quality: str, measured: dict[str, Any]) -> str:
    """One clip's figures as text."""
    head = (f"{name}, {measured['frames']} frames; seconds", *(what.replace("_", " ") for what in Took.__annotations__))
    rows = [(f"{letter}  {NAMES[letter]}", *medians.values()) for letter, medians in measured["medians"].items()]
    rows += [(ratio.replace("/", " / "), *values.values(), "") for ratio, values in measured["ratios"].items()]
    verdicts = [verdict(ratio[-1], asked(ratio[-1], size, quality), measured) for ratio in measured["ratios"]]
    return "\n".join([figures.table(head, rows), *verdicts])


def verdict(letter: str, most: float, measured: dict[str, Any]) -> str:
    """Whether what was asked of a ratio is kept, if the machine was quiet enough to tell."""
    ratio = measured["ratios"][f"A/{letter}"]["process"]
    of_cpu = measured["ratios"][f"A/{letter}"]["process_cpu"]
    said = f"A / {letter} of the processes: {ratio:.2f} (of their CPU time: {of_cpu:.2f}), asked {most:g}"
    if measured["disturbed"]:
        return f"{said}: CAN'T TELL, others used the CPU; measure again"
    return said + (": kept" if ratio <= most else ": MISSED")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", nargs="+", choices=clips.SIZES, default=["1080p", "720p"])
    parser.add_argument("--quality", nargs="+", choices=["fast", "good"], default=["good"])
    parser.add_argument("--behind", nargs="+", choices=["picture", "video"], default=["picture"])
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--source", type=Path, help="a real file instead; its first --seconds are used")
    parser.add_argument("--folder", type=Path, help="where made clips are kept [default: a temporary folder]")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    result: dict[str, Any] = {"what": "speed", "machine": figures.machine(), "runs": given.runs, "clips": {}}
    with ExitStack() as stack:
        temporary = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vidseg-bench-")))
        for name in [given.source.name] if given.source else given.size:
            if given.source:
                source, end = given.source.resolve(), _end(given.source, given.seconds)
            else:
                source, end = clips.clip((given.folder or temporary).resolve(), name, given.seconds), None
            for quality, behind in itertools.product(given.quality, given.behind):
                how = f"{name}, {quality}, {behind} behind"
                measured = measure(Work(source, end, temporary, quality, behind), given.runs)
                result["clips"][how] = measured
                figures.write(given.json, result)
                print(show(how, name, quality, measured), end="\n\n", flush=True)


def _end(source: Path, seconds: int) -> str | None:
    """Where to stop in a real file, if it is longer."""
    with Source(source) as opened:
        duration = opened.media.duration or Fraction(0)
    return str(seconds) if duration > seconds else None


if __name__ == "__main__":
    main()
