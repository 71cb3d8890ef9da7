"""A command line run in this process."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from vidseg.cli import main


class Ran(NamedTuple):
    """What came of a command line."""

    code: int
    out: str
    err: str


@pytest.fixture
def vidseg(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Ran]]:
    """``vidseg("replace", path, ...)`` gives the exit code and what was said where."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    on_terminate = signal.getsignal(signal.SIGTERM)

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        return Ran(code, *capsys.readouterr())

    yield run
    signal.signal(signal.SIGTERM, on_terminate)
    root.handlers[:] = handlers
    root.setLevel(level)
