"""Five hundred clips of a second: what a job costs beside its frames, and whether anything grows.

python -m benchmarks.many [--clips 500] [--workers 2] [--json FILE]

While they are done, the memory, open files and threads of vidseg's process and its workers are read from /proc. Asked:
no growth from the first quarter to the last, and less than 0.4 s of start-up a job in the mean: what a job takes beside
what its frames take in one long run.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import figures
from benchmarks.children import VIDSEG
from vidseg.testing import Clip

FRAMES = 25
ASKED = 0.4


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()]


def _state(pid: int) -> tuple[float, int, int]:
    """Resident memory in MB (10^6 bytes), open files, threads."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6, files, len(list(Path(f"/proc/{pid}/task").iterdir()))


def run(folder: Path, sources: Path, workers: int) -> tuple[float, list[dict[str, Any]]]:
    """Seconds, and what was seen on the way."""
    seen: list[dict[str, Any]] = []
    began = time.perf_counter()
    command: list[str | Path] = [
        VIDSEG,
        "replace",
        sources,
        "--bg",
        "green",
        "--out-dir",
        folder,
        "-q",
        "--workers",
        str(workers),
    ]
    with subprocess.Popen(command) as running:
        while running.poll() is None:
            time.sleep(0.25)
            try:
                states = [_state(running.pid), *map(_state, _children(running.pid))]
            except (OSError, IndexError):
                continue
            done = sum(1 for path in folder.glob("*.mp4")) if folder.is_dir() else 0
            if len(states) == workers + 1 and done:
                memory, files, threads = (sum(state[n] for state in states) for n in range(3))
                seen.append({"done": done, "memory": memory, "files": files, "threads": threads})
        if running.returncode:
            raise SystemExit(f"it ended with {running.returncode}")
    return time.perf_counter() - began, seen


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=500)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vidseg-bench-") as name:
        temporary = Path(name)
        many, one = temporary / "many", temporary / "one"
        many.mkdir()
        one.mkdir()
        first = Clip(frames=FRAMES, width=320, height=240).write(many / "0.mp4")
        for n in range(1, given.clips):
            os.link(first, many / f"{n}.mp4")
        Clip(frames=FRAMES * given.clips, width=320, height=240).write(one / "long.mp4")
        seconds, seen = run(temporary / "out-many", many, given.workers)
        frames_alone, _ = run(temporary / "out-one", one, given.workers)
    quarter = max(len(seen) // 4, 1)
    ends = {
        what: (median(s[what] for s in seen[:quarter]), median(s[what] for s in seen[-quarter:]))
        for what in ("memory", "files", "threads")
    }
    start_up = (seconds - frames_alone) / given.clips * given.workers
    result = {
        "what": "many", "machine": figures.machine(), "clips": given.clips, "workers": given.workers,
        "seconds": seconds, "frames alone": frames_alone, "start-up": start_up, "first and last quarter": ends,
    }  # fmt: skip
    figures.write(given.json, result)
    print(f"{given.clips} clips in {seconds:.1f} s; their frames in one clip: {frames_alone:.1f} s")
    verdict = "kept" if start_up < ASKED else "MISSED"
    print(f"start-up of a job in its worker: {start_up:.3f} s, asked {ASKED:g}: {verdict}")
    for what, (before, after) in ends.items():
        print(f"{what} of all processes: {before:.0f} in the first quarter, {after:.0f} in the last")


if __name__ == "__main__":
    main()
