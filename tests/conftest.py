"""What tests of several folders share."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

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
