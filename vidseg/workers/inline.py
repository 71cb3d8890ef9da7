"""Inline: the one worker that is this process itself."""

from __future__ import annotations

from vidseg.room import Room
from vidseg.tasks import Answer, Task, perform
from vidseg.workers import Lost, Told


class Inline:
    """Does a task when it is waited for."""

    count = 1

    def __init__(self, room: Room | None = None) -> None:
        """``room`` is the memory that a task may take, none for as much as there is."""
        self._room = room
        self._given: list[tuple[int, Task]] = []

    def give(self, number: int, task: Task, shares: int = 1) -> None:
        """Remember it."""
        self._given.append((number, task))

    def wait(self, told: Told) -> list[tuple[int, Answer | Lost]]:
        """Do what was given."""
        number, task = self._given.pop(0)
        return [(number, perform(task, lambda now: told(number, 0, now), self._room))]

    def close(self) -> None:
        """Nothing to end."""
