"""What tests of several folders share."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from vidseg.cli import main

NOBODY = 65534


@contextmanager
def _nobody() -> Iterator[None]:
    if not hasattr(os, "setresuid"):
        pytest.skip("needs the users of Unix")
    if os.getuid() != 0:  # nobody special already: permissions hold
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.fixture
def as_nobody() -> Callable[[], AbstractContextManager[None]]:
    """Within it the process has no more rights than any user, root's tests included."""
    return _nobody


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that every user may read and write; pytest's own are its user's alone."""
    folder = Path(tempfile.mkdtemp(prefix="vidseg-test-"))
    folder.chmod(0o777)
    try:
        yield folder
    finally:
        for inner in folder.rglob("*"):
            if inner.is_dir() and not inner.is_symlink():
                inner.chmod(0o700)
        shutil.rmtree(folder)


class Ran(NamedTuple):
    """What came of a command line."""

    code: int
    out: str
    err: str


@pytest.fixture
def vidseg(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Ran]]:
    """``vidseg("replace", path, ...)`` gives the exit code and what was said where.

    Without ``--workers`` it works in this process, which saves each test a second.
    """
    monkeypatch.setenv("VIDSEG_WORKERS", "0")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        return Ran(code, *capsys.readouterr())

    yield run
    root.handlers[:] = handlers
    root.setLevel(level)
