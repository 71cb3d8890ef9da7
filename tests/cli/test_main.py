"""``vidseg`` itself: every ending is one line and an exit code."""

from __future__ import annotations

import runpy
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click
import pytest

from vidseg import errors
from vidseg.cli import main as exported
from vidseg.cli.main import commands
from vidseg.cli.replace import replace as command

Run = Callable[..., Any]


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_names_every_command_and_the_exit_codes(vidseg: Run, option: str) -> None:
    ran = vidseg(option)
    assert (ran.code, ran.err) == (0, "")
    for name in commands.commands:
        assert f"\n  {name} " in ran.out
    for promised in ("0 all done", "1 some failed", "2 the request was wrong", "130 interrupted"):
        assert promised in " ".join(ran.out.split())


def test_help_shows_its_examples_as_lines(vidseg: Run) -> None:
    lines = vidseg("--help").out.splitlines()
    assert "  vidseg replace talk.mp4 --bg beach.jpg             another background" in lines
    assert not any("\b" in line or "\\b" in line for line in lines)


def test_version_is_said(vidseg: Run) -> None:
    import vidseg as package

    assert vidseg("--version") == (0, f"vidseg {package.__version__}\n", "")


def test_without_a_command_the_help_is_shown_and_it_is_an_error(vidseg: Run) -> None:
    ran = vidseg()
    assert ran.code == 2
    assert ran.out == ""
    assert "Commands:" in ran.err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["blurr"], "blurr"),
        (["--nonsense"], "--nonsense"),
        (["replace"], "SOURCES"),
        (["replace", "a.mp4"], "--bg"),
        (["replace", "a.mp4", "--bg", "green", "--nonsense"], "--nonsense"),
        (["replace", "a.mp4", "--bg", "green", "--fit", "tile"], "--fit"),
        (["replace", "a.mp4", "--bg", "green", "--existing", "ask"], "--existing"),
        (["replace", "a.mp4", "--bg", "green", "--crf", "good"], "--crf"),
        (["replace", "a.mp4", "--bg", "green", "--start", "noon"], "--start"),
        (["replace", "a.mp4", "--bg", "green", "--end", "-1"], "--end"),
        (["replace", "a.mp4", "--bg"], "--bg"),
    ],
    ids=" ".join,
)
def test_a_command_line_that_is_wrong_is_one_line_and_exit_code_2(
    vidseg: Run, arguments: list[str], named: str
) -> None:
    ran = vidseg(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert len(ran.err.splitlines()) == 1
    assert ran.err.startswith("vidseg: ")
    assert named in ran.err


def ending(monkeypatch: pytest.MonkeyPatch, ends: BaseException) -> None:
    """A ``replace`` that ends so."""

    def callback(**_: object) -> NoReturn:
        raise ends

    monkeypatch.setattr(command, "callback", callback)


@pytest.mark.parametrize(
    ("ends", "code", "line"),
    [
        (errors.ColourError("#12345"), 2, "vidseg: '#12345' is no colour: give a name like green, or #00b140"),
        (errors.SourcesError("a.mp4", "no such file"), 2, "vidseg: a.mp4: no such file"),
        (errors.WriteError("a.mp4", "the disk is full"), 1, "vidseg: a.mp4: the disk is full"),
        (errors.MissingLibrary(("libGL.so.1",), ("libgl1",)), 2, "vidseg: missing system libraries: libGL.so.1; "
         "install them with: sudo apt-get install -y libgl1"),
        (OSError(28, "No space left on device"), 1, "vidseg: the system: No space left on device"),
        (OSError(5, "Input/output error", "a.jpg"), 1, "vidseg: a.jpg: Input/output error"),
        (
            ImportError("a.so: failed to map segment"),
            2,
            "vidseg: a library can't be loaded (a.so: failed to map segment): either the memory that this process may "
            "have is too little for it (ulimit -v), or the installation is damaged: install vidseg anew",
        ),
        (
            MemoryError(),
            1,
            "vidseg: there is too little memory for this: close other programs, or take --workers 1 and --scale 0.5",
        ),
        (click.ClickException("from click"), 2, "vidseg: from click"),
        (click.Abort(), 130, "vidseg: interrupted: nothing half-written was left"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)  # fmt: skip
def test_every_ending_is_one_line_and_its_exit_code(
    vidseg: Run, monkeypatch: pytest.MonkeyPatch, ends: Exception, code: int, line: str
) -> None:
    ending(monkeypatch, ends)
    assert vidseg("replace", "a.mp4", "--bg", "green") == (code, "", f"{line}\n")


def test_ctrl_c_is_exit_code_130(vidseg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    ending(monkeypatch, KeyboardInterrupt())
    ran = vidseg("replace", "a.mp4", "--bg", "green")
    assert (ran.code, ran.out) == (130, "")
    assert ran.err.strip() == "vidseg: interrupted: nothing half-written was left"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_a_termination_is_exit_code_143(vidseg: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def callback(**_: object) -> None:
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(command, "callback", callback)
    ran = vidseg("replace", "a.mp4", "--bg", "green")
    assert ran == (143, "", "vidseg: terminated: nothing half-written was left\n")


@pytest.mark.parametrize("code", [0, 1])
def test_a_command_s_own_exit_code_is_the_program_s(vidseg: Run, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    monkeypatch.setattr(command, "callback", lambda **_: code)
    assert vidseg("replace", "a.mp4", "--bg", "green") == (code, "", "")


def test_control_characters_in_an_error_do_not_reach_the_terminal(vidseg: Run, tmp_path: Path) -> None:
    ran = vidseg("replace", tmp_path / "a\x1b]0;title\x07\nb\x9b31m.mp4", "--bg", "green")
    assert ran.code == 2
    assert ran.err.splitlines() == [f"vidseg: {tmp_path}/a\\x1b]0;title\\x07\\nb\\x9b31m.mp4: no such file"]


def test_letters_of_every_script_do(vidseg: Run, tmp_path: Path) -> None:
    assert "/ünï 映画 🎬.mp4: no such file" in vidseg("replace", tmp_path / "ünï 映画 🎬.mp4", "--bg", "green").err


def loaded(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print('LOADED', *{{n.partition('.')[0] for n in sys.modules}})"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(done.stdout.rpartition("LOADED")[2].split())


@pytest.mark.parametrize("arguments", [["--help"], ["replace", "--help"], ["--version"], ["replace", "--bg"]])
def test_help_waits_for_no_heavy_import(arguments: list[str]) -> None:
    names = loaded(f"from vidseg.cli import main; main({arguments!r})")
    assert "click" in names
    assert not names & {"mediapipe", "cv2", "av", "numpy", "tqdm", "distributed"}


def test_python_m_vidseg_is_the_same(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["vidseg", "--version"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("vidseg", run_name="__main__")
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("vidseg ")
    assert callable(exported)
