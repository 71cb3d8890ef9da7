"""``import vidseg``: quick, and with everything that it says it has."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

import pytest

import vidseg


def test_all_that_is_named_is_there() -> None:
    for name in vidseg.__all__:
        assert getattr(vidseg, name) is not None


@pytest.mark.parametrize("name", vidseg.__all__)
def test_a_name_is_what_its_home_has(name: str) -> None:
    home = sys.modules[vidseg._HOMES[name]] if getattr(vidseg, name) is not None else None
    assert getattr(vidseg, name) is getattr(home, name)


def test_every_lazy_name_is_public_and_the_other_way_round() -> None:
    assert sorted(vidseg._HOMES) == sorted(vidseg.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_thing"):
        vidseg.no_such_thing  # noqa: B018


def test_the_version_is_the_package_s() -> None:
    assert vidseg.__version__ == importlib.metadata.version("vidseg")


def imported(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has after this code."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*{{name.partition('.')[0] for name in sys.modules}})"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(done.stdout.split())


HEAVY = {"mediapipe", "cv2", "av", "numpy", "click", "tqdm", "distributed"}


def test_importing_it_imports_nothing_heavy() -> None:
    assert not imported("import vidseg") & HEAVY


def test_catching_its_errors_imports_nothing_heavy() -> None:
    assert not imported("from vidseg import VidsegError") & HEAVY


def test_using_it_imports_what_it_needs_and_no_command_line() -> None:
    names = imported("from vidseg import replace")
    assert {"av", "cv2"} <= names
    assert not names & {"click", "tqdm", "mediapipe"}  # MediaPipe takes a second: only what segments waits for it
