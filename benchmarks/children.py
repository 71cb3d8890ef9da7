"""Runs a command as a process of its own and says what it took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.clips import ROOT

VIDSEG = Path(sys.executable).with_name("vidseg")
"""The installed command."""

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Ended:
    """A process that ended well: its wall time, its CPU time, what everybody else took of the CPU meanwhile, its peak
    of resident memory in MB (10^6 bytes), and the object that it printed."""

    seconds: float
    cpu: float
    others: float
    peak: float
    said: dict[str, Any]


def run(command: Sequence[str | Path]) -> Ended:
    """Run it in the repository's folder; ends the program, with what it said, if it fails."""
    busy, began = _busy(), time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
        assert child.stdout is not None
        with child.stdout:
            printed = child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)  # of this child and those it waited for
        seconds = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            errors.seek(0)
            said = errors.read().decode(errors="replace")
            raise SystemExit(f"{said}{' '.join(map(str, command))} ended with {child.returncode}")
    cpu = used.ru_utime + used.ru_stime
    others = max(_busy() - busy - cpu, 0)
    return Ended(seconds, cpu, others, used.ru_maxrss * 1024 / 1e6, json.loads(printed) if printed else {})


def module(name: str, *arguments: str | Path) -> list[str | Path]:
    """The command that runs one of this package's modules."""
    return [sys.executable, "-m", f"benchmarks.{name}", *arguments]


def replace(source: Path, target: Path, background: Path, *more: str) -> list[str | Path]:
    """The command that a user writes."""
    return [VIDSEG, "replace", source, "--bg", background, "-o", target, "--existing", "overwrite", "-q", *more]


def _busy() -> float:
    """Seconds that the CPUs have worked or were taken by the hypervisor; 0 where the system doesn't say."""
    try:
        first = Path("/proc/stat").read_text().partition("\n")[0]
    except OSError:
        return 0.0
    user, nice, system, _idle, _waiting, interrupts, soft, stolen, *_ = (int(n) for n in first.split()[1:])
    return (user + nice + system + interrupts + soft + stolen) / _TICKS
