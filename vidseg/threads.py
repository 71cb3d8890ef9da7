"""Threads: how many the libraries may use in this process, so that workers side by side share out the processors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vidseg.errors import OptionError

_most = 0


def share(count: int) -> None:
    """From now on no codec of this process takes more than ``count`` threads; 0 takes the bound away."""
    global _most
    _most = count


@contextmanager
def bounded(count: int | None) -> Iterator[None]:
    """Within it the bound is ``count``, where there is one to be set. Raises ``OptionError`` for what is none."""
    if count is None:
        yield
        return
    if count < 1:
        raise OptionError("--threads", f"{count} is fewer than one")
    before = most()
    share(count)
    try:
        yield
    finally:
        share(before)


def most() -> int:
    """The bound, 0 where there is none: FFmpeg's own word for as many threads as there are processors."""
    return _most


def told(encoder: str, options: dict[str, str]) -> dict[str, str]:
    """An encoder's options with the bound for the threads that FFmpeg's own setting doesn't reach."""
    if not _most or encoder not in _OWN:
        return options
    name, setting = _OWN[encoder]
    return options | {name: ":".join(filter(None, (options.get(name, ""), f"{setting}={_most}")))}


_OWN = {"libx265": ("x265-params", "pools"), "libsvtav1": ("svtav1-params", "lp")}
