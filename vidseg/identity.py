"""Identity: what a job is, so that it is known again: its source, its recipe and the version that does it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vidseg.job import Job
from vidseg.version import VERSION


def identity(job: Job) -> dict[str, str]:
    """Short sums over what decides a job's output, each under the name of what has changed where it is another.

    A file is known by its size and the time of its last change; the recipe's own files (a background, a model) count as
    the recipe.
    """
    recipe = json.loads(job.recipe.to_json())
    files = sorted({text for text in _texts(recipe) if _is_file(text)})
    span = [str(job.span.start), str(job.span.end)]
    return {
        "source": _sum(_file(job.source)),
        "recipe": _sum([recipe, span, [[name, _file(Path(name))] for name in files]]),
        "version": VERSION,
    }


def key(job: Job, *more: object) -> str:
    """One sum over all of it, and of more that matters, of 16 digits."""
    return _sum([identity(job), *map(str, more)])


def _sum(value: Any) -> str:
    text = json.dumps(value, sort_keys=True)
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:16]


def _file(path: Path) -> list[int]:
    """Size and time; nothing where it can't be asked, which is told when it is opened."""
    try:
        status = path.stat()
    except OSError:
        return []
    return [status.st_size, status.st_mtime_ns]


def _texts(value: Any) -> Iterator[str]:
    """Every text in plain JSON values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _is_file(text: str) -> bool:
    try:
        return os.path.isfile(text)  # noqa: PTH113 - any text
    except ValueError:
        return False
