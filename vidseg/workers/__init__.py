"""Where tasks are done: in this process, in processes of this machine, on the machines of a cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # processes are begun before any of that is loaded
    from vidseg.job import Progress
    from vidseg.tasks import Answer, Task


@dataclass(frozen=True)
class Lost:
    """What became of a task whose worker is gone: how it ended, in words that follow "its worker".

    ``begun`` is whether the worker had the task at all: one that was lost before isn't the task's fault. ``starved`` is
    whether it may have died for want of memory, so that more of it may help.
    """

    reason: str
    begun: bool = True
    starved: bool = False


Told = Callable[[int, int, "Progress"], None]
"""Called with a task's number, a worker's number (from 0), and how far the task is."""


class Workers(Protocol):
    """Workers of one kind; a context that ends them."""

    @property
    def count(self) -> int:
        """How many tasks are done at once; it may change."""

    def give(self, number: int, task: Task, shares: int = 1) -> None:
        """Have a task begun, whose ``number`` is the asker's own, with the memory of so many workers.

        Only while the shares of those that are under way are less than ``count`` together.
        """

    def wait(self, told: Told) -> list[tuple[int, Answer | Lost]]:
        """Wait until something happens and say what has ended; nothing, if it was progress only.

        Raises ``WorkersError`` where no worker can be had any more.
        """

    def close(self) -> None:
        """End all of them, at once."""
