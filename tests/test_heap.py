from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from vidseg.heap import give_back, keep_large_blocks_apart


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's heap")
def test_it_can_be_told_twice_and_large_blocks_still_come() -> None:
    for _ in range(2):
        keep_large_blocks_apart()
        assert np.ones(8 << 20, np.uint8).sum() == 8 << 20


def test_nothing_is_done_where_there_is_no_such_heap(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_: object) -> None:
        raise AssertionError("the C library was asked")

    monkeypatch.setattr(ctypes, "CDLL", never)
    monkeypatch.setattr(sys, "platform", "darwin")
    keep_large_blocks_apart()
    give_back()


def test_a_c_library_without_it_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    keep_large_blocks_apart()
    give_back()


def resident() -> int:
    """MB of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="glibc's heap")
def test_what_a_thread_has_freed_in_the_midst_of_its_heap_goes_back() -> None:
    keep_large_blocks_apart()

    def fill_and_free() -> Sequence[object]:
        blocks = [np.ones(1 << 20, np.uint8) for _ in range(100)]
        return blocks[::10]

    with ThreadPoolExecutor(1) as thread:
        kept = thread.submit(fill_and_free).result()
        before = resident()
        give_back()
        assert before - resident() > 60
    assert len(kept) == 10
