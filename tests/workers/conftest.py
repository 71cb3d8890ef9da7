"""What tests of workers share."""

from __future__ import annotations

import time

import pytest


class Clock:
    """Stands still until it is let go: on a busy machine what is only slow isn't taken for hung."""

    def __init__(self) -> None:
        self._before, self._since = time.monotonic(), 0.0

    def go(self) -> None:
        self._since = time.monotonic()

    def stop(self) -> None:
        self._before, self._since = self.monotonic(), 0.0

    def monotonic(self) -> float:
        """In the place of ``time.monotonic``."""
        return self._before + (time.monotonic() - self._since if self._since else 0)


@pytest.fixture
def clock() -> Clock:
    return Clock()
