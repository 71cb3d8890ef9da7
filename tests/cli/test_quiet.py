"""Quiet: what C++ writes to file descriptor 2 goes nowhere; what we say does not."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest

from vidseg.cli.quiet import libraries_silenced

SCRIPT = """
import os, sys
from vidseg.cli.quiet import libraries_silenced

os.write(2, b"library before\\n")
print("python before", file=sys.stderr)
try:
    with libraries_silenced(silent={silent}) as stream:
        os.write(2, b"library inside\\n")
        print("python inside", file=sys.stderr)
        print("spoken ünï", file=stream)
        print("result")
        {inside}
except ArithmeticError:
    pass
os.write(2, b"library after\\n")
print("python after", file=sys.stderr)
"""


def said(*, silent: bool, inside: str = "") -> tuple[str, list[str]]:
    """What a process says on standard output, and the lines of its standard error in any order."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(silent=silent, inside=inside)],
        capture_output=True, check=True, env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    return done.stdout.decode(), sorted(done.stderr.decode().splitlines())


AROUND = ["library after", "library before", "python after", "python before"]


def test_silenced_only_what_is_spoken_is_heard() -> None:
    out, err = said(silent=True)
    assert out == "result\n"
    assert err == sorted([*AROUND, "spoken ünï"])


def test_not_silenced_everything_is_heard() -> None:
    out, err = said(silent=False)
    assert out == "result\n"
    assert err == sorted([*AROUND, "library inside", "python inside", "spoken ünï"])


def test_an_error_inside_gives_standard_error_back() -> None:
    _, err = said(silent=True, inside="raise ArithmeticError")
    assert err == sorted([*AROUND, "spoken ünï"])


def test_it_may_be_entered_again() -> None:
    _, err = said(
        silent=True, inside="\n        with libraries_silenced(silent=True) as again: print('again', file=stream)"
    )
    assert err == sorted([*AROUND, "again", "spoken ünï"])


def test_a_name_that_the_terminal_s_encoding_has_not_is_spoken_with_escapes() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from vidseg.cli.quiet import libraries_silenced\n"
            "with libraries_silenced(silent=True) as stream: print('\\u6620\\udcff', file=stream)",
        ],
        capture_output=True, check=True, env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.stderr == b"\\u6620\\udcff\n"


def test_where_standard_error_is_no_file_nothing_is_turned_off(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with libraries_silenced(silent=True) as given:
        print("said", file=given)
    assert stream.getvalue() == "said\n"


def test_it_leaves_no_file_open() -> None:
    def opened() -> int:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - only their number

    if not sys.platform.startswith("linux"):
        pytest.skip("counts files in /proc")
    before = opened()
    for _ in range(3):
        with libraries_silenced(silent=True):
            pass
    assert opened() <= before  # others of this process may have closed theirs
