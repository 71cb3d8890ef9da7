"""Keeping: what a run leaves in the folders of its outputs while it works, and what it takes away again."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from vidseg.job import Done, Job, Outcome, Skipped
from vidseg.manifest import Manifest, file_state, of_folder, of_target, read
from vidseg.media.containers import output_of
from vidseg.media.whole import sweep
from vidseg.pieces import folder_for, pieces_of
from vidseg.tasks import Terms


class Keeping:
    """The manifests of a run's jobs, and its pieces.

    A context, which raises ``TargetError`` where another run is at work, ``WriteError`` where a disk is full. A
    manifest stays in a ``folder`` that was given for outputs. Elsewhere, among the user's own files, it stays only
    while something in it is needed: after an interruption.
    """

    def __init__(self, jobs: Sequence[Job], folder: Path | None, terms: Terms) -> None:
        self._jobs, self._folder, self._terms = jobs, folder, terms
        self._manifests: dict[Path, Manifest] = {}
        self._begun: dict[Job, list[int] | None] = {}
        """What each job's output was when it was begun."""
        self._ended: set[Job] = set()
        self._done: set[Path] = set()

    def __enter__(self) -> Keeping:
        with ExitStack() as opened:
            for path in dict.fromkeys(map(self._path, self._jobs)):
                self._manifests[path] = Manifest(path)
                opened.callback(self._manifests[path].close)
            opened.pop_all()
        try:
            self._tidy(self._jobs, keep=True)
            for path, manifest in self._manifests.items():
                manifest.run([job for job in self._jobs if self._path(job) == path])
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _path(self, job: Job) -> Path:
        if self._folder is not None:
            return of_folder(self._folder)
        place = output_of(job)
        return of_folder(place.parent) if len(self._jobs) > 1 else of_target(place)

    def begun(self, job: Job) -> None:
        """Before a job is begun."""
        self._begun[job] = file_state(output_of(job))
        self._manifests[self._path(job)].begun(job)

    def ended(self, outcome: Outcome) -> None:
        """After it."""
        if isinstance(outcome, Skipped):
            return
        path = self._path(outcome.job)
        self._manifests[path].ended(outcome)
        self._ended.add(outcome.job)
        if isinstance(outcome, Done):
            self._done.add(path)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        open_ = [job for job in self._jobs if job not in self._ended]
        self._tidy([job for job in self._jobs if job in self._ended], keep=False)
        in_pieces = self._tidy(open_, keep=True)
        needed = {self._path(job) for job in open_ if job in in_pieces or self._may_be_done(job)}
        needed |= self._done if open_ else set()
        for path, manifest in self._manifests.items():
            kept = path in needed or (self._folder is not None and _says_something(path))
            manifest.close(remove=not kept)

    def _may_be_done(self, job: Job) -> bool:
        """Whether a worker has given a job's output its name, or may on its own, before it could say so."""
        if job not in self._begun:
            return False
        return self._folder is not None or file_state(output_of(job)) not in (None, self._begun[job])

    def _tidy(self, jobs: Sequence[Job], *, keep: bool) -> list[Job]:
        """Remove what dead workers left, and pieces: all, or those of other recipes. Gives the jobs that keep some."""
        for folder in {output_of(job).parent for job in jobs}:
            sweep(folder)
        kept = []
        for job in jobs:
            mine = folder_for(job, self._terms.piece)
            place = output_of(job)
            for folder in place.parent.glob(f"{pieces_of(place)}*"):
                if not folder.is_dir():
                    continue
                if keep and folder == mine and any(folder.glob("*.piece")):
                    sweep(folder)
                    kept.append(job)
                else:
                    shutil.rmtree(folder, ignore_errors=True)
        return kept


def _says_something(path: Path) -> bool:
    """Whether a manifest tells of a job that is over."""
    return any(entry["event"] in ("done", "failed") for entry in read(path))
