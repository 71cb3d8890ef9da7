"""What more workers gain, and what pieces cost.

python -m benchmarks.scaling [--seconds 6] [--long 120] [--piece 30] [--size 1080p] [--runs 3] [--json FILE]

many    eight clips with one worker and with two.
long    one long clip: uncut in one process, in pieces with one worker, in pieces with two.
limit   two encodes of a clip's own frames, one after the other and side by side: what two processes can gain here.

They run in turn, and a ratio is the median of the rounds' ratios, so that what else the machine does falls on all
alike. Asked: two workers gain at least 0.9 of what two plain encodes side by side do, and pieces cost at most 5 %.
Where others had more than a tenth of the processors there is no verdict by the clock; processor time, workers included,
still says what pieces and workers cost.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import children, clips, figures
from benchmarks.children import VIDSEG
from vidseg.media import codecs

CLIPS = 8
ASKED_GAIN, ASKED_COST = 0.9, 1.05
DISTURBED = 0.1
"""What others may have of the processors, as a part of what a command itself took, for a verdict by the clock."""


@dataclass(frozen=True)
class Took:
    """Seconds of a command: by the clock, of the processors with all its workers, and of them what others had."""

    wall: float
    cpu: float
    others: float


def replace(sources: list[Path], folder: Path, *more: str) -> Took:
    """What the whole command takes."""
    shutil.rmtree(folder, ignore_errors=True)
    command: list[str | Path] = [
        VIDSEG,
        "replace",
        *sources,
        "--bg",
        clips.BACKGROUND,
        "--out-dir",
        folder,
        "-q",
        *more,
    ]
    ended = children.run(command)
    return Took(ended.seconds, ended.cpu, ended.others)


def encode(source: Path, folder: Path, *, together: bool) -> Took:
    """What two plain encodes of all its frames take, decoding included."""
    codec = codecs.usual("mp4", 8)
    code = (
        "import av, sys\n"
        "with av.open(sys.argv[1]) as source, av.open(sys.argv[2], 'w') as out:\n"
        "    video = source.streams.video[0]; video.thread_type = 'AUTO'\n"
        f"    made = out.add_stream({codec.encoder!r}, rate=video.average_rate, "
        f"options={{'crf': '{codec.crf:g}', 'preset': {codec.preset!r}}})\n"
        "    made.width, made.height, made.pix_fmt = video.width, video.height, 'yuv420p'\n"
        "    made.codec_context.thread_count = video.codec_context.thread_count = int(sys.argv[3])\n"
        "    for picture in source.decode(video):\n"
        "        picture.pict_type = 0\n"
        "        out.mux(made.encode(picture))\n"
        "    out.mux(made.encode(None))\n"
    )
    folder.mkdir(exist_ok=True)
    threads = str(max(len(os.sched_getaffinity(0)) // 2, 1)) if together else "0"
    began, before = time.perf_counter(), os.times()
    running = []
    for n in range(2):
        one = subprocess.Popen([sys.executable, "-c", code, source, folder / f"{n}.mp4", threads])
        running.append(one)
        if not together:
            one.wait()
    if any(one.wait() for one in running):
        raise SystemExit("a plain encode failed")
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Took(time.perf_counter() - began, cpu, 0.0)


def measure(clip: Path, long_clip: Path, piece: str, runs: int, folder: Path) -> dict[str, Any]:
    """Rounds, medians and ratios."""
    sources = []
    for n in range(CLIPS):
        sources.append(folder / f"clip{n}.mp4")
        shutil.copy(clip, sources[-1])
    out = folder / "out"
    rounds = []
    for _ in range(runs):
        rounds.append(
            {
                "many, 1 worker": replace(sources, out, "--workers", "1"),
                "many, 2 workers": replace(sources, out, "--workers", "2"),
                "long, uncut": replace([long_clip], out, "--workers", "1", "--piece", "0"),
                "long, pieces, 1 worker": replace([long_clip], out, "--workers", "1", "--piece", piece),
                "long, pieces, 2 workers": replace([long_clip], out, "--workers", "2", "--piece", piece),
                "limit, in turn": encode(clip, out, together=False),
                "limit, side by side": encode(clip, out, together=True),
            }
        )
        print(".", end="", flush=True)
    print()

    def ratio(above: str, below: str, what: str = "wall") -> float:
        return float(median(getattr(one[above], what) / getattr(one[below], what) for one in rounds))

    limit = ratio("limit, in turn", "limit, side by side")
    many = ratio("many, 1 worker", "many, 2 workers")
    long_ = ratio("long, uncut", "long, pieces, 2 workers")
    return {
        "rounds": [{name: asdict(took) for name, took in one.items()} for one in rounds],
        "medians": {
            name: {what: median(getattr(one[name], what) for one in rounds) for what in ("wall", "cpu", "others")}
            for name in rounds[0]
        },
        "gains": {"limit": limit, "many": many, "long": long_},
        "of the limit": {"many": many / limit, "long": long_ / limit},
        "cost of pieces": ratio("long, pieces, 1 worker", "long, uncut"),
        "cpu": {
            "two workers over one, many": ratio("many, 2 workers", "many, 1 worker", "cpu"),
            "pieces over uncut, 1 worker": ratio("long, pieces, 1 worker", "long, uncut", "cpu"),
            "pieces over uncut, 2 workers": ratio("long, pieces, 2 workers", "long, uncut", "cpu"),
        },
        "disturbed": any(took.others > DISTURBED * took.cpu for one in rounds for took in one.values()),
    }


def show(measured: dict[str, Any]) -> str:
    """The figures as text."""
    rows = [(name, took["wall"], took["cpu"], took["others"]) for name, took in measured["medians"].items()]
    lines = [figures.table(("", "seconds", "cpu", "others cpu"), rows), ""]
    for name, gain in measured["gains"].items():
        lines.append(f"gain of two over one, {name}: {gain:.2f}")

    def verdict(kept: bool) -> str:
        return "can't tell, others were at work" if measured["disturbed"] else "kept" if kept else "MISSED"

    for name, part in measured["of the limit"].items():
        lines.append(f"{name}: {part:.2f} of what the limit gains, asked {ASKED_GAIN:g}: {verdict(part >= ASKED_GAIN)}")
    cost = measured["cost of pieces"]
    lines.append(f"pieces cost {cost:.3f}, asked {ASKED_COST:g}: {verdict(cost <= ASKED_COST)}")
    for name, more in measured["cpu"].items():
        lines.append(f"cpu time, {name}: {more:.3f}")
    return "\n".join(lines)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--long", type=int, default=120)
    parser.add_argument("--piece", default="30", help="seconds")
    parser.add_argument("--size", choices=clips.SIZES, default="1080p")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where made clips are kept [default: a temporary folder]")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vidseg-bench-") as name:
        temporary = Path(name)
        made = (given.folder or temporary).resolve()
        clip, long_clip = (clips.clip(made, given.size, seconds) for seconds in (given.seconds, given.long))
        measured = measure(clip, long_clip, given.piece, given.runs, temporary)
    figures.write(given.json, {"what": "scaling", "machine": figures.machine(), **measured})
    print(show(measured))


if __name__ == "__main__":
    main()
