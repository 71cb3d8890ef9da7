"""Threads: how many the libraries may use in this process, so that workers side by side share out the processors."""

from __future__ import annotations

_most = 0


def share(count: int) -> None:
    """From now on no codec of this process takes more than ``count`` threads; 0 takes the bound away."""
    global _most
    _most = count


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
