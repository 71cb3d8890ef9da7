"""``vidseg.replace`` in a process that has already loaded everything: its time without start-up, and its memory.

python -m benchmarks.inside SOURCE BACKGROUND TARGET [END]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path


def resident(what: str = "VmRSS") -> float:
    """Resident memory of this process in MB (10^6 bytes), now or (``VmHWM``) at its peak; 0 off Linux."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0.0
    return float(status.partition(f"{what}:")[2].split()[0]) * 1024 / 1e6


def main() -> None:
    """The process that is measured."""
    memory = {"python": resident()}
    import mediapipe.tasks.python.vision  # noqa: F401 - vidseg loads it late; that is start-up

    import vidseg

    source, background, target, *end = sys.argv[1:]
    replace = vidseg.replace  # loads what is lazily loaded
    memory["imports"] = resident()

    def watch(progress: vidseg.Progress) -> None:
        if progress.frames in (0, 1, (progress.total or 0) // 2):
            memory[f"frame {progress.frames}"] = resident()

    began = time.perf_counter(), time.process_time()
    done = replace(
        source,
        target,
        background=background,
        end=float(end[0]) if end else None,
        existing="overwrite",
        progress=watch,
    )
    inside, inside_cpu = time.perf_counter() - began[0], time.process_time() - began[1]
    memory |= {"finished": resident(), "peak": resident("VmHWM")}

    from benchmarks.loop import report

    report(frames=done.frames, inside=inside, inside_cpu=inside_cpu, memory=memory)


if __name__ == "__main__":
    main()
