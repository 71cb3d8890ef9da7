"""How much memory ``vidseg replace`` takes, and that a longer film takes no more.

python -m benchmarks.memory [--size 1080p] [--seconds 10 60] [--runs 1] [--folder DIR] [--json FILE]

The peak is the kernel's own figure for the installed command's process (``ru_maxrss``; of the largest, where it has
processes of its own), in MB of 10^6 bytes. Asked: at most 700 MB (1500 at 4K), and for the longest clip at most 5 %
more than for the shortest. Below it stands where the memory goes, told by a second process that does the same through
Python.
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import children, clips, figures

ASKED_PEAK, ASKED_PEAK_4K, ASKED_GROWTH = 700.0, 1500.0, 1.05


def measure(source: Path, folder: Path, runs: int) -> dict[str, Any]:
    """The peaks of one clip, and what was resident at some moments of another run."""
    target = folder / "result.mp4"
    peaks = [children.run(children.replace(source, target, clips.BACKGROUND)).peak for _ in range(runs)]
    inside = children.run(children.module("inside", source, clips.BACKGROUND, target)).said
    return {"frames": inside["frames"], "peaks": peaks, "peak": max(peaks), "inside": inside["memory"]}


def show(measured: dict[int, dict[str, Any]]) -> str:
    """The figures as text."""
    head = ("MB", *(f"{seconds} s" for seconds in measured))
    rows: list[tuple[object, ...]] = [("peak of vidseg replace", *(one["peak"] for one in measured.values()))]
    moments = zip(*(one["inside"].items() for one in measured.values()), strict=True)
    rows += [(f"  inside, {same[0][0]}", *(value for _, value in same)) for same in moments]
    return figures.table(head, rows)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=clips.SIZES, default="1080p")
    parser.add_argument("--seconds", nargs="+", type=int, default=[10, 60])
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where made clips are kept [default: a temporary folder]")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    measured: dict[int, dict[str, Any]] = {}
    with ExitStack() as stack:
        temporary = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vidseg-bench-")))
        for seconds in sorted(given.seconds):
            source = clips.clip((given.folder or temporary).resolve(), given.size, seconds)
            measured[seconds] = measure(source, temporary, given.runs)
    peaks = [one["peak"] for one in measured.values()]
    growth = peaks[-1] / peaks[0]
    print(show(measured))
    most = ASKED_PEAK_4K if given.size == "4K" else ASKED_PEAK
    print(f"peak: {max(peaks):.0f} MB, asked {most:.0f}" + ("" if max(peaks) <= most else ": MISSED"))
    print(f"longest / shortest: {growth:.3f}, asked {ASKED_GROWTH:g}" + ("" if growth <= ASKED_GROWTH else ": MISSED"))
    figures.write(
        given.json,
        {"what": "memory", "machine": figures.machine(), "size": given.size, "seconds": measured, "growth": growth},
    )


if __name__ == "__main__":
    main()
