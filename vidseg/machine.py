"""The machine: how many processors and how much memory this process may use, by what the system says."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
_GROUP = Path("/proc/self/cgroup")
_GROUPS = Path("/sys/fs/cgroup")


def available_processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Memory:
    """In bytes: all there is for this process, and what of it is available without swapping."""

    total: int
    available: int


def memory() -> Memory | None:
    """By the kernel and, inside a container, its bound; ``None`` where neither says anything.

    What is available counts the files that are kept in memory and can be let go (``MemAvailable`` of proc(5)): free
    memory alone is next to nothing on a machine that has read a few videos.
    """
    found = _of_the_kernel()
    if found is None:
        return None
    for total, used in _bounds():
        found = Memory(min(found.total, total), max(min(found.available, total - used), 0))
    return found


def _of_the_kernel() -> Memory | None:
    with suppress(OSError, ValueError, KeyError):
        said = dict(line.split(":", 1) for line in _MEMINFO.read_text().splitlines() if ":" in line)
        total, available = (int(said[name].split()[0]) * 1024 for name in ("MemTotal", "MemAvailable"))
        return Memory(total, available)
    with suppress(OSError, ValueError, AttributeError):
        page = os.sysconf("SC_PAGE_SIZE")
        total = os.sysconf("SC_PHYS_PAGES") * page
        return Memory(total, total // 2)  # macOS doesn't say what is available
    return None


def _bounds() -> list[tuple[int, int]]:
    """The bound of each control group that this process is in, and how much of it is used; cgroups(7), 1 and 2."""
    found = []
    for root, inside, names in _groups():
        for folder in (root / inside, *(root / inside).parents):
            with suppress(OSError, ValueError):
                bound = int((folder / names.bound).read_text())  # "max" where version 2 has none
                used = int((folder / names.used).read_text())
                found.append((bound, used - _let_go(folder, names.let_go)))
            if folder == root:
                break
    return found


@dataclass(frozen=True)
class _Names:
    """Of the files of a control group, and of the line in its statistics about what can be let go."""

    bound: str
    used: str
    let_go: str


_FIRST = _Names("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
_SECOND = _Names("memory.max", "memory.current", "inactive_file")


def _groups() -> list[tuple[Path, str, _Names]]:
    """Where the groups for memory are, the one that this process is in, and how its files are named."""
    found = []
    with suppress(OSError):
        for line in _GROUP.read_text().splitlines():
            _, controllers, inside = line.split(":", 2)
            if not controllers:
                found.append((_GROUPS, inside.lstrip("/"), _SECOND))
            elif "memory" in controllers.split(","):
                found.append((_GROUPS / "memory", inside.lstrip("/"), _FIRST))
    return found


def _let_go(folder: Path, name: str) -> int:
    """What of a group's memory are files that can be let go."""
    with suppress(OSError, ValueError):
        for line in (folder / "memory.stat").read_text().splitlines():
            said, _, count = line.partition(" ")
            if said == name:
                return int(count)
    return 0
