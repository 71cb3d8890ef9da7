"""Sources: files, folders, patterns and lists of names."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import pytest

from vidseg.errors import SourcesError
from vidseg.sources import Found, find, read_list


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """``a.mp4``, ``one/b.mkv``, ``one/two/a.mp4``, and what is no source."""
    for name in ("a.mp4", "one/b.mkv", "one/two/a.mp4", "one/notes.txt", "one/._b.mkv", ".hidden/c.mp4"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    return tmp_path


def test_a_folder_is_its_own_videos_only(tree: Path) -> None:
    assert find([tree]) == [Found(tree / "a.mp4")]


def test_recursive_takes_the_tree_and_says_where_each_lies(tree: Path) -> None:
    assert find([tree], recursive=True) == [
        Found(tree / "a.mp4"),
        Found(tree / "one/b.mkv", Path("one")),
        Found(tree / "one/two/a.mp4", Path("one/two")),
    ]


def test_the_folder_for_outputs_is_no_source(tree: Path) -> None:
    found = find([tree], recursive=True, apart=tree / "one" / "two")
    assert [one.path for one in found] == [tree / "a.mp4", tree / "one/b.mkv"]


def test_links_in_a_circle_come_to_an_end_and_nothing_is_taken_twice(tree: Path) -> None:
    (tree / "one" / "two" / "back").symlink_to(tree)
    (tree / "one" / "self").symlink_to("self")
    (tree / "other").symlink_to(tree / "one" / "two")
    paths = [one.path for one in find([tree], recursive=True)]
    assert len(paths) == len({path.resolve() for path in paths}) == 3


def test_a_linked_folder_is_followed(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "d.mp4").write_bytes(b"")
    (tree / "linked").symlink_to(elsewhere)
    assert Found(tree / "linked/d.mp4", Path("linked")) in find([tree], recursive=True)


def test_a_folder_whose_videos_are_deeper_says_how_to_reach_them(tree: Path) -> None:
    (tree / "one" / "b.mkv").unlink()
    with pytest.raises(SourcesError, match="--recursive looks into its folders"):
        find([tree / "one"])


def test_a_pattern_stands_for_the_videos_it_fits(tree: Path) -> None:
    assert [one.path for one in find([tree / "one" / "*"])] == [tree / "one/b.mkv"]
    assert [one.path for one in find([tree / "**" / "a.*"])] == [tree / "a.mp4", tree / "one/two/a.mp4"]


def test_a_pattern_that_fits_nothing_is_refused(tree: Path) -> None:
    with pytest.raises(SourcesError, match="fits no video"):
        find([tree / "*.mov"])


def test_a_name_that_looks_like_a_pattern_is_a_name_first(tree: Path) -> None:
    (tree / "take[1].mp4").write_bytes(b"")
    assert find([tree / "take[1].mp4"]) == [Found(tree / "take[1].mp4")]


def test_each_source_is_taken_once(tree: Path) -> None:
    assert len(find([tree / "a.mp4", tree, tree / "a.mp4"])) == 1


def test_a_list_holds_a_name_a_line(tree: Path) -> None:
    names = tree / "list.txt"
    names.write_bytes(b"\xef\xbb\xbf# my clips\r\n" + f"{tree}/a.mp4\r\n\n{tree}/one\n".encode())
    assert read_list(names) == [tree / "a.mp4", tree / "one"]


def test_a_list_may_end_its_names_by_nul_and_come_from_standard_input(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "new\nline.mp4").write_bytes(b"")
    content = f"{tree}/a.mp4\0{tree}/new\nline.mp4\0".encode()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    assert read_list(Path("-")) == [tree / "a.mp4", tree / "new\nline.mp4"]


def test_a_name_that_is_missing_is_told_with_its_line(tree: Path) -> None:
    names = tree / "list.txt"
    names.write_text(f"{tree}/a.mp4\n{tree}/gone.mp4\nlost.mp4\n")
    with pytest.raises(SourcesError) as caught:
        read_list(names)
    assert str(caught.value) == f"{names}, line 2: {tree}/gone.mp4: no such file (and 1 more of its names)"


@pytest.mark.parametrize("content", [b"", b"\n# nothing\n"])
def test_a_list_of_nothing_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "list.txt").write_bytes(content)
    with pytest.raises(SourcesError, match="names no file"):
        read_list(tmp_path / "list.txt")


def test_a_list_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourcesError, match="can't be read"):
        read_list(tmp_path / "list.txt")
