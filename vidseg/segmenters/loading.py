"""MediaPipe, loaded without what it draws and records sound with: a quarter of the time that it takes otherwise."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

_UNUSED = ("matplotlib", "matplotlib.pyplot", "sounddevice")
"""What its ``drawing_utils`` and ``audio_record`` import, each for one function that nobody here calls."""

_loading = threading.Lock()


def mediapipe() -> Any:
    """The package, its tasks in it; may be called from several threads."""
    with _loading, later(*(() if "mediapipe" in sys.modules else _UNUSED)):
        import_module("mediapipe.tasks.python.vision")
        return sys.modules["mediapipe"]


class _Later(ModuleType):
    """Stands in for a module, and loads it when something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # the import system's own questions
            raise AttributeError(name)
        return getattr(import_module(self.__name__), name)


@contextmanager
def later(*names: str) -> Iterator[None]:
    """Inside, importing one of these modules (packages come first) gives one that loads itself when it is used.

    Afterwards an import gives the module itself again. Those that are loaded already stay what they are.
    """
    put = {name: _Later(name) for name in names if name not in sys.modules}
    for name, module in put.items():
        package, _, own = name.rpartition(".")
        if package in put:
            setattr(put[package], own, module)
    sys.modules.update(put)
    try:
        yield
    finally:
        for name, module in put.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
