"""What tests of the installed command share."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def two_seconds() -> Callable[[], float]:
    """Two seconds on a machine that has time for us; asked at once after what they are for, more on one that hasn't.

    The yardstick is how long the command takes to say its version: a quarter of a second where nothing else is at work.
    """

    def as_long_here_now() -> float:
        began = time.monotonic()
        subprocess.run([Path(sys.executable).with_name("vidseg"), "--version"], check=True, capture_output=True)
        return max(2.0, 8 * (time.monotonic() - began))

    return as_long_here_now
