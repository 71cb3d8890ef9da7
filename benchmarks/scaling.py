"""What more workers gain, and what pieces cost.

python -m benchmarks.scaling [--seconds 6] [--long 120] [--size 1080p] [--runs 3] [--folder DIR] [--json FILE]

many    eight clips with one worker and with two.
long    one long clip: uncut in one process, in pieces with one worker, in pieces with two.
limit   two encodes of a clip's own frames, one after the other and side by side: what two processes can gain here.

They run in turn, and a ratio is the median of the rounds' ratios, so that what else the machine does falls on all
alike. Asked: two workers gain at least 0.9 of what two plain encodes side by side do, and pieces cost at most 5 %.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import children, clips, figures
from benchmarks.children import VIDSEG
from vidseg.media import codecs

CLIPS = 8
ASKED_GAIN, ASKED_COST = 0.9, 1.05


def replace(sources: list[Path], folder: Path, *more: str) -> float:
    """Seconds of the whole command."""
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
    return children.run(command).seconds


def encode(source: Path, folder: Path, *, together: bool) -> float:
    """Seconds of two plain encodes of all its frames, decoding included."""
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
    began = time.perf_counter()
    running = []
    for n in range(2):
        one = subprocess.Popen([sys.executable, "-c", code, source, folder / f"{n}.mp4", threads])
        running.append(one)
        if not together:
            one.wait()
    if any(one.wait() for one in running):
        raise SystemExit("a plain encode failed")
    return time.perf_counter() - began


def measure(clip: Path, long_clip: Path, runs: int, folder: Path) -> dict[str, Any]:
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
                "long, pieces, 1 worker": replace([long_clip], out, "--workers", "1"),
                "long, pieces, 2 workers": replace([long_clip], out, "--workers", "2"),
                "limit, in turn": encode(clip, out, together=False),
                "limit, side by side": encode(clip, out, together=True),
            }
        )
        print(".", end="", flush=True)
    print()

    def ratio(above: str, below: str) -> float:
        return median(one[above] / one[below] for one in rounds)

    limit = ratio("limit, in turn", "limit, side by side")
    many = ratio("many, 1 worker", "many, 2 workers")
    long_ = ratio("long, uncut", "long, pieces, 2 workers")
    return {
        "rounds": rounds,
        "medians": {name: median(one[name] for one in rounds) for name in rounds[0]},
        "gains": {"limit": limit, "many": many, "long": long_},
        "of the limit": {"many": many / limit, "long": long_ / limit},
        "cost of pieces": ratio("long, pieces, 1 worker", "long, uncut"),
    }


def show(measured: dict[str, Any]) -> str:
    """The figures as text."""
    rows = [(name, seconds) for name, seconds in measured["medians"].items()]
    lines = [figures.table(("", "seconds"), rows), ""]
    for name, gain in measured["gains"].items():
        lines.append(f"gain of two over one, {name}: {gain:.2f}")
    for name, part in measured["of the limit"].items():
        verdict = "kept" if part >= ASKED_GAIN else "MISSED"
        lines.append(f"{name}: {part:.2f} of what the limit gains, asked {ASKED_GAIN:g}: {verdict}")
    cost = measured["cost of pieces"]
    lines.append(f"pieces cost {cost:.3f}, asked {ASKED_COST:g}: {'kept' if cost <= ASKED_COST else 'MISSED'}")
    return "\n".join(lines)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--long", type=int, default=120)
    parser.add_argument("--size", choices=clips.SIZES, default="1080p")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where made clips are kept [default: a temporary folder]")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vidseg-bench-") as name:
        temporary = Path(name)
        made = (given.folder or temporary).resolve()
        clip, long_clip = (clips.clip(made, given.size, seconds) for seconds in (given.seconds, given.long))
        measured = measure(clip, long_clip, given.runs, temporary)
    figures.write(given.json, {"what": "scaling", "machine": figures.machine(), **measured})
    print(show(measured))


if __name__ == "__main__":
    main()
