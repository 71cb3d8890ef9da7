"""Text for a terminal: nothing in it moves the cursor."""

from __future__ import annotations

from pathlib import Path

import pytest

from vidseg.cli.printable import printable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("talk.mp4", "talk.mp4"),
        ("ünï 映画 🎬 (1).mp4", "ünï 映画 🎬 (1).mp4"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("a\x9b31mb", "a\\x9b31mb"),
        ("a\x7fb", "a\\x7fb"),
        ("a\u202eb\u2028", "a\\u202eb\\u2028"),  # right-to-left override, line separator
        ("a\udcffb", "a\\udcffb"),  # a byte that was no UTF-8
        ("it's \\ here", "it's \\ here"),
        ("'", "'"),
    ],
)
def test_what_can_not_be_seen_is_spelled_out(text: str, expected: str) -> None:
    assert printable(text) == expected


def test_paths_are_text() -> None:
    assert printable(Path("a") / "b\n.mp4") == "a/b\\n.mp4"
