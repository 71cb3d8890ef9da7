"""Batch: jobs to outcomes, one after the other; one that fails stops none."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator

from vidseg.errors import SourceError, VidsegError
from vidseg.job import Failed, Job, Outcome, Progress
from vidseg.render import render

log = logging.getLogger(__name__)


def run(
    jobs: Iterable[Job],
    progress: Callable[[Job, Progress], None] = lambda _job, _progress: None,
    *,
    overwrite: bool = False,
) -> Iterator[Outcome]:
    """An outcome for each job, in order."""
    for job in jobs:
        try:
            yield render(job, lambda now, job=job: progress(job, now), overwrite=overwrite)  # type: ignore[misc]
        except VidsegError as error:
            yield Failed(job, _reason(error))
        except Exception as error:
            log.debug("unforeseen", exc_info=True)
            yield Failed(job, " ".join(f"unforeseen {type(error).__name__}: {error}".rstrip(": ").split()))


def _reason(error: VidsegError) -> str:
    if isinstance(error, SourceError):
        return error.reason  # its file is the job's source, which is named anyway
    return str(error)
