"""Locks: one holder, taken back when that ends; and what dead writers leave is swept away."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vidseg import locking
from vidseg.errors import WriteError
from vidseg.media.whole import Temporary, sweep


def test_a_file_has_one_holder(tmp_path: Path) -> None:
    first, second = (os.open(tmp_path / "file", os.O_CREAT | os.O_RDWR) for _ in range(2))
    assert locking.lock(first)
    assert not locking.lock(second)
    os.close(first)
    assert locking.lock(second)
    os.close(second)


def test_a_file_that_was_removed_or_replaced_is_not_what_has_its_name(tmp_path: Path) -> None:
    path = tmp_path / "file"
    held = os.open(path, os.O_CREAT | os.O_RDWR)
    assert locking.still_named(held, path)
    path.unlink()
    assert not locking.still_named(held, path)
    path.write_bytes(b"")
    assert not locking.still_named(held, path)
    os.close(held)


def test_what_is_being_written_is_not_swept_away_and_what_is_left_is(tmp_path: Path) -> None:
    mine = Temporary(tmp_path / "out.mp4")
    left = tmp_path / ".vidseg-0123456789ab.part"
    left.write_bytes(b"of a dead process")
    other = tmp_path / "talk.part"
    other.write_bytes(b"somebody else's")
    sweep(tmp_path)
    sweep(tmp_path / "nowhere")
    assert {path.name for path in tmp_path.iterdir()} == {mine.path.name, "talk.part"}
    mine.remove()
    mine.remove()
    assert [path.name for path in tmp_path.iterdir()] == ["talk.part"]


def test_one_that_was_published_is_let_go(tmp_path: Path) -> None:
    mine = Temporary(tmp_path / "out.mp4")
    mine.publish(overwrite=False)
    mine.remove()
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]
    late = Temporary(tmp_path / "out.mp4")
    with pytest.raises(WriteError, match="appeared meanwhile"):
        late.publish(overwrite=False)
    late.remove()
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]
