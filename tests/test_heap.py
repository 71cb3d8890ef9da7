from __future__ import annotations

import ctypes
import sys

import numpy as np
import pytest

from vidseg.heap import keep_large_blocks_apart


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


def test_a_c_library_without_it_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    keep_large_blocks_apart()
