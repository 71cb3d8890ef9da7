"""``vidseg.replace`` in a process that has already loaded everything: its time without start-up, and its memory.

python -m benchmarks.inside SOURCE BACKGROUND TARGET [END [QUALITY]]
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
    import vidseg
    from vidseg.segmenters import loading

    loading.mediapipe()  # vidseg loads it late; that is start-up

    source, background, target, end, quality = (*sys.argv[1:], *("", "good")[len(sys.argv) - 4 :])
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
        quality=quality,  # type: ignore[arg-type]
        end=float(end) if end else None,
        existing="overwrite",
        progress=watch,
    )
    inside, inside_cpu = time.perf_counter() - began[0], time.process_time() - began[1]
    memory |= {"finished": resident(), "peak": resident("VmHWM")}

    from benchmarks.loop import report

    report(frames=done.frames, inside=inside, inside_cpu=inside_cpu, memory=memory)


if __name__ == "__main__":
    main()
