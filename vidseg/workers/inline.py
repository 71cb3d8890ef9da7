"""Inline: the one worker that is this process itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

from vidseg.job import Progress
from vidseg.room import Room
from vidseg.tasks import Answer, Task, perform
from vidseg.workers import Lost, Told
from vidseg.workers.watchdog import watching


class Inline:
    """Does a task when it is waited for."""

    count = 1

    def __init__(
        self, room: Room | None = None, stall: float | None = None, hung: Callable[[Task], None] = lambda _: None
    ) -> None:
        """``room`` is the memory that a task may take, none for as much as there is.

        ``hung`` is called in another thread with a task that has given no frame for ``stall`` seconds, if that is set:
        nobody can end the task but by ending the process.
        """
        self._room, self._stall, self._hung = room, stall, hung
        self._given: list[tuple[int, Task]] = []

    def give(self, number: int, task: Task, shares: int = 1) -> None:
        """Remember it."""
        self._given.append((number, task))

    def wait(self, told: Told) -> list[tuple[int, Answer | Lost]]:
        """Do what was given."""
        number, task = self._given.pop(0)
        watch = nullcontext(_unseen) if self._stall is None else watching(self._stall, lambda: self._hung(task))
        with watch as sign:

            def progress(now: Progress) -> None:
                sign(now)
                told(number, 0, now)

            return [(number, perform(task, progress, self._room))]

    def close(self) -> None:
        """Nothing to end."""


def _unseen(_: Progress) -> None:
    """Nobody watches."""
