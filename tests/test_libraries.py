"""The system libraries: found where they are, named where they aren't, and the list is the whole list."""

from __future__ import annotations

import ctypes
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

from vidseg import libraries
from vidseg.errors import MissingLibrary
from vidseg.libraries import NEEDED, Library

ABSENT = Library("libvidseg-nowhere.so.1", "libvidseg-nowhere1")
ALSO_ABSENT = Library("libvidseg-neither.so.2", "libvidseg-nowhere1")
C_LIBRARY = Library("libc.so.6", "libc6")
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the loader of Linux")

# What every Python on Linux, or the build of numpy that everything here stands on, has loaded already.
EVERYWHERE = re.compile(r"lib(c|m|mvec|dl|rt|pthread|gcc_s|stdc\+\+|z)\.so\.\d+|ld-linux.*")


@LINUX
def test_nothing_is_missing_where_everything_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "NEEDED", (C_LIBRARY,))
    assert libraries.missing() == []
    libraries.require()


@LINUX
def test_what_is_missing_is_named_once_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "NEEDED", (C_LIBRARY, ABSENT, ALSO_ABSENT))
    assert libraries.missing() == [ABSENT, ALSO_ABSENT]
    with pytest.raises(MissingLibrary) as caught:
        libraries.require()
    assert caught.value.libraries == (ABSENT.soname, ALSO_ABSENT.soname)
    assert caught.value.packages == (ABSENT.package,)
    sentence = str(pickle.loads(pickle.dumps(caught.value)))
    assert "\n" not in sentence
    assert ABSENT.soname in sentence
    assert re.search(rf"apt-get install .*{ABSENT.package}$", sentence)


def test_other_systems_bring_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "NEEDED", (ABSENT,))
    monkeypatch.setattr(sys, "platform", "darwin")
    assert libraries.missing() == []


@LINUX
def test_asking_again_loads_nothing() -> None:
    libraries.missing()  # the first time loads what OpenCV and MediaPipe would load anyway
    for library in NEEDED:
        ctypes.CDLL(library.soname, os.RTLD_NOW | os.RTLD_NOLOAD)  # an OSError where it isn't loaded


def test_as_a_file_it_needs_no_package() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(Path(libraries.__file__))], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == list(dict.fromkeys(library.package for library in libraries.missing()))
    assert done.stderr == ""


USES = {
    "opencv": "import cv2",
    "mediapipe": """
from mediapipe.tasks.python import vision
try:
    vision.ImageSegmenter.create_from_model_path("nowhere.tflite")
except Exception as error:
    assert "libEGL" not in str(error) and "nowhere" in str(error), error
""",
}


@LINUX
@pytest.mark.parametrize("use", USES)
def test_the_list_is_all_that_the_loader_was_asked_for(use: str) -> None:
    """glibc's loader says which wheel's file needs which library: what no wheel brings must be on the list."""
    done = subprocess.run(
        [sys.executable, "-c", USES[use]], env={"LD_DEBUG": "files"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, "\n".join(line for line in done.stderr.splitlines() if not re.match(r"\s*\d+:", line))
    asked = re.findall(r"file=(\S+) \[\d+\];  needed by \S*site-packages\S*", done.stderr)
    assert asked, "the loader said nothing"
    brought = {path.name for path in Path(sys.prefix).glob("lib/python*/site-packages/**/*.so*")}
    outside = {name for name in asked if "/" not in name} - brought
    assert {name for name in outside if not EVERYWHERE.fullmatch(name)} <= loaded_with_needed()


def loaded_with_needed() -> set[str]:
    """The list's own names, and those that come with one of them in the same Debian package."""
    return {library.soname for library in NEEDED} | {"libglib-2.0.so.0"}
