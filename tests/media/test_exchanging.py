"""Exchange: both names stay, each with what the other had, or nothing happens."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from typing import Any

import pytest

from vidseg.media.exchanging import exchange


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    one, other = tmp_path / "one", tmp_path / "\u00fc ber"
    for folder in (one, other):
        folder.mkdir()
        (folder / folder.name).touch()
    return one, other


def inside(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux's own")
def test_each_has_what_the_other_had(folders: tuple[Path, Path]) -> None:
    one, other = folders
    assert exchange(one, other)
    assert (inside(one), inside(other)) == ([other.name], [one.name])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux's own")
def test_what_is_not_there_is_an_error_and_nothing_happens(folders: tuple[Path, Path]) -> None:
    one, other = folders
    with pytest.raises(FileNotFoundError):
        exchange(one, other.with_name("nowhere"))
    assert inside(one) == ["one"]


def test_where_the_system_has_no_such_call_it_says_so(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = folders

    class OldLibrary:
        def __init__(self, *_: Any, **__: Any) -> None: ...

    monkeypatch.setattr(ctypes, "CDLL", OldLibrary)
    assert not exchange(one, other)
    monkeypatch.setattr(sys, "platform", "other")
    assert not exchange(one, other)
    assert (inside(one), inside(other)) == ([one.name], [other.name])
