"""The machine: processors and memory as the system says, and a container's bound where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from vidseg import machine
from vidseg.machine import Memory
from vidseg.workers import local

GB = 10**9


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of 16 GB, 10 of which are available, as its files say it."""
    (tmp_path / "meminfo").write_text(
        f"MemTotal: {16 * GB // 1024} kB\nMemFree: 12 kB\nMemAvailable: {10 * GB // 1024} kB\nHugePages_Total: 0\n"
    )
    (tmp_path / "cgroup").write_text("")
    (tmp_path / "groups").mkdir()
    monkeypatch.setattr(machine, "_MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(machine, "_GROUP", tmp_path / "cgroup")
    monkeypatch.setattr(machine, "_GROUPS", tmp_path / "groups")
    return tmp_path


def group(folder: Path, bound: object, used: int, let_go: int, names: tuple[str, str, str]) -> None:
    folder.mkdir(parents=True)
    (folder / names[0]).write_text(f"{bound}\n")
    (folder / names[1]).write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 1\n{names[2]} {let_go}\n")


FIRST = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
SECOND = ("memory.max", "memory.current", "inactive_file")


def test_what_the_kernel_says(system: Path) -> None:
    known = machine.memory()
    assert known is not None
    assert abs(known.total - 16 * GB) < 1024
    assert abs(known.available - 10 * GB) < 1024


def test_a_container_s_bound_and_what_it_has_used_without_files_that_can_be_let_go(system: Path) -> None:
    (system / "cgroup").write_text("0::/box/inner\n")
    group(system / "groups" / "box", 4 * GB, 3 * GB, GB, SECOND)
    group(system / "groups" / "box" / "inner", "max", 2 * GB, 0, SECOND)
    assert machine.memory() == Memory(4 * GB, 2 * GB)


def test_the_older_kind_of_groups(system: Path) -> None:
    (system / "cgroup").write_text("5:devices:/\n4:memory:/box\n0::/\n")
    group(system / "groups" / "memory" / "box", 3 * GB, GB, 0, FIRST)
    assert machine.memory() == Memory(3 * GB, 2 * GB)


def test_where_nothing_is_said(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (system / "meminfo").write_text("nothing of the kind")
    monkeypatch.delattr("os.sysconf")
    assert machine.memory() is None


def test_as_many_workers_as_there_is_memory_for_and_one_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory that holds files which can be let go is available: that free alone was asked for left one worker."""
    monkeypatch.setattr(local, "available_processors", lambda: 8)
    for available, wanted in ((100 * GB, 8), (5 * GB, 3), (GB, 1)):
        monkeypatch.setattr(local, "memory", lambda available=available: Memory(200 * GB, available))
        assert local.usual_count() == wanted
