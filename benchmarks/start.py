"""How long vidseg takes to start: to its help, and to the first frame that its encoder is given.

python -m benchmarks.start [--runs 5] [--json FILE]

Wall time from the start of the process and, beside it, CPU time of it and all its children up to that moment, which
says more on a busy machine. Each is the least of the runs. Asked: ``--help`` at most 0.15 s beyond a bare ``python -c
pass``, the first frame at most 2 s.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import children, clips, figures

ASKED_HELP, ASKED_FRAME = 0.15, 2.0
QUALITIES = ("fast", "good")

_TICKS = os.sysconf("SC_CLK_TCK")


def to_its_end(command: Sequence[str | Path]) -> tuple[float, float]:
    """Wall and CPU time of a process."""
    before, began = os.times(), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - began, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, cpu


def to_its_first_frame(quality: str, folder: Path) -> tuple[float, float]:
    """Wall and CPU time until ``vidseg replace`` has handed a frame to its encoder; then it is ended."""
    command = children.replace(clips.SAMPLE, folder / "a.mp4", clips.BACKGROUND, "--quality", quality)
    began = time.perf_counter()
    child = subprocess.Popen([*command, "--progress", "json"], stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None
    with child.stderr:
        for line in child.stderr:
            said: dict[str, Any] = json.loads(line)
            if said["event"] == "ended" or (said["event"] == "progress" and said["frames"]):
                took = time.perf_counter() - began, _cpu(child.pid)
                child.kill()
                child.wait()
                return took
    raise SystemExit("vidseg ended before its first frame")


def _cpu(process: int) -> float:
    """CPU seconds of a process and its children, those that have ended too."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        own = sum(int(ticks) for ticks in state[11:15]) / _TICKS
        inner = [Path(task, "children").read_text().split() for task in Path(f"/proc/{process}/task").iterdir()]
    except OSError:
        return 0.0
    return own + sum(_cpu(int(child)) for one in inner for child in one)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    bare, help_, first = [], [], {quality: list[tuple[float, float]]() for quality in QUALITIES}
    with tempfile.TemporaryDirectory(prefix="vidseg-bench-") as folder:
        for _ in range(given.runs):
            bare.append(to_its_end([sys.executable, "-c", "pass"]))
            help_.append(to_its_end([children.VIDSEG, "--help"]))
            for quality, took in first.items():
                took.append(to_its_first_frame(quality, Path(folder)))
    least = {
        name: {"wall": min(wall for wall, _ in took), "cpu": min(cpu for _, cpu in took)}
        for name, took in {
            "python -c pass": bare,
            "vidseg --help": help_,
            **{f"first frame, {quality}": took for quality, took in first.items()},
        }.items()
    }
    print(figures.table(("seconds", "wall", "CPU"), [(name, *took.values()) for name, took in least.items()]))
    beyond = least["vidseg --help"]["wall"] - least["python -c pass"]["wall"]
    print(f"--help beyond python: {beyond:.2f} s, asked {ASKED_HELP}{'' if beyond <= ASKED_HELP else ': MISSED'}")
    for quality in QUALITIES:
        wall = least[f"first frame, {quality}"]["wall"]
        print(f"first frame, {quality}: {wall:.2f} s, asked {ASKED_FRAME:g}{'' if wall <= ASKED_FRAME else ': MISSED'}")
    figures.write(given.json, {"what": "start", "machine": figures.machine(), "least": least})


if __name__ == "__main__":
    main()
