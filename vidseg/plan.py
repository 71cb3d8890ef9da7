"""Plan: inputs to jobs. Everything that can be wrong with a request is found here, before anything starts."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vidseg.errors import OptionError, SourcesError, TargetError
from vidseg.job import Content, Encoding, Job, Recipe, Skipped, Span
from vidseg.media import containers, forms

Existing = Literal["fail", "skip", "overwrite"]

VIDEO_SUFFIXES = frozenset(
    {
        ".3g2", ".3gp", ".asf", ".avi", ".dv", ".f4v", ".flv", ".gif", ".ivf", ".m2t", ".m2ts", ".m2v",
        ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf", ".nut", ".ogv", ".ts", ".vob",
        ".webm", ".wmv", ".y4m",
    }
)  # fmt: skip
"""What is taken out of a folder."""


@dataclass(frozen=True)
class Plan:
    """The jobs to do, in order, and those that are skipped because their target is there."""

    jobs: tuple[Job, ...]
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True)
class Outputs:
    """Where outputs go: to one ``file``, or a ``folder`` with names kept, or beside the source with ``label`` added.

    ``suffix`` ends the names that are made, else the source's own does where it is an output's.
    """

    label: str
    file: Path | None = None
    folder: Path | None = None
    existing: Existing = "fail"
    suffix: str | None = None


def plan(sources: Sequence[Path], outputs: Outputs, recipe: Recipe, span: Span | None = None) -> Plan:
    """The jobs for these sources; folders stand for the videos in them.

    Raises a ``RequestError``. The output folder is made last, when nothing else is wrong.
    """
    span = span or Span()
    if span.start < 0:
        raise OptionError("--start", "must not be before 0")
    if span.end is not None and span.end <= span.start:
        raise OptionError("--end", "must be later than --start")
    beside = outputs.file is None and outputs.folder is None
    files = _files(sources, f"-{outputs.label}" if beside else None)
    if outputs.file is not None and outputs.folder is not None:
        raise OptionError("--out-dir", "doesn't go with -o: one says the file, the other the folder")
    if outputs.file is not None and len(files) > 1:
        raise OptionError("-o", f"names one file, but there are {len(files)} sources: use --out-dir")
    content = recipe.encoding.content
    targets = [_target(file, outputs, content) for file in files]
    _check_clashes(files, targets)
    _check_encodings(targets, recipe.encoding)
    jobs, skipped = [], []
    for file, target in zip(files, targets, strict=True):
        job = Job(file, target, recipe, span)
        if _taken(target, content):
            _check_existing(target, content, outputs.existing)
            if outputs.existing == "skip":
                skipped.append(Skipped(job))
                continue
        jobs.append(job)
    recipe.check()
    for folder in dict.fromkeys(containers.file_of(target, content).parent for target in targets):
        _check_folder(folder, may_be_made=outputs.folder is not None)
    return Plan(tuple(jobs), tuple(skipped))


def to_be_written(source: Path, target: Path, existing: Existing) -> bool:
    """Whether one file's output that is no video is to be made, or skipped because it is there.

    Raises a ``RequestError`` where ``plan`` would.
    """
    if not source.exists():
        raise SourcesError(str(source), "no such file")
    if source.is_dir():
        raise SourcesError(str(source), "is a folder: give one file")
    _check_clashes([source], [target])
    if _there(target):
        _check_file(target, existing)
        if existing == "skip":
            return False
    _check_folder(target.parent, may_be_made=False)
    return True


def make_folders(plan: Plan) -> None:
    """Make the output folders that aren't there; raises ``TargetError``."""
    folders = (containers.file_of(job.target, job.recipe.encoding.content).parent for job in plan.jobs)
    for folder in dict.fromkeys(folders):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TargetError(str(folder), f"can't be made: {error.strerror}") from None


def _files(sources: Sequence[Path], own: str | None) -> list[Path]:
    """The files meant; ``own`` ends the names of outputs that an earlier run put beside them, which are no sources."""
    files: dict[Path, None] = {}
    for source in sources:
        try:
            files.update(dict.fromkeys(_videos(source, own)))
        except OSError as error:
            raise SourcesError(str(source), f"can't be read: {error.strerror}") from None
    if not files:
        raise SourcesError("sources", "none given")
    return list(files)


def _videos(source: Path, own: str | None) -> list[Path]:
    """The source itself, or the videos in it."""
    if not source.is_dir():
        if not source.exists():
            raise SourcesError(str(source), "no such file")
        return [source]
    found = sorted(p for p in source.iterdir() if p.suffix.lower() in VIDEO_SUFFIXES and p.is_file())
    if own is not None:
        stems = {path.stem for path in found}
        found = [path for path in found if path.stem.removesuffix(own) not in stems - {path.stem}]
    if not found:
        raise SourcesError(str(source), "no video in this folder")
    return found


def _target(source: Path, outputs: Outputs, content: Content) -> Path:
    if outputs.file is not None:
        containers.container_of(outputs.file, content)
        return outputs.file
    suffix = outputs.suffix or containers.usual_suffix(source)
    if outputs.folder is not None:
        return outputs.folder / f"{source.stem}{suffix}"
    return source.with_name(f"{source.stem}-{outputs.label}{suffix}")


def _same_place(path: Path) -> str:
    """What two paths share if some file system takes them for one: links, case and Unicode form apart."""
    return unicodedata.normalize("NFC", str(Path(os.path.realpath(path.parent), path.name))).casefold()


def _there(target: Path) -> bool:
    """Whether something has this name, be it a link to nowhere; raises ``TargetError`` where that can't be known."""
    try:
        target.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise TargetError(str(target), f"can't be written: {error.strerror}") from None
    return True


def _check_clashes(sources: Iterable[Path], targets: Iterable[Path]) -> None:
    taken: dict[str, Path] = {}
    inputs = list(sources)
    files = {_file(source) for source in inputs}
    for source, target in zip(inputs, targets, strict=True):
        key = _same_place(target)
        if key in taken:
            raise TargetError(str(target), f"both {taken[key]} and {source} would be written there")
        taken[key] = source
        if _there(target) and target.exists() and _file(target) in files:
            raise TargetError(str(target), "is a source: an output never replaces one")


def _file(path: Path) -> tuple[int, int]:
    """What two names of one file share."""
    status = path.stat()
    return status.st_dev, status.st_ino


def _taken(target: Path, content: Content) -> bool:
    """Whether something is where the output would be; an empty folder is room for a sequence."""
    place = containers.file_of(target, content)
    if place == target or not place.is_dir():
        return _there(place)
    try:
        return any(place.iterdir())
    except OSError as error:
        raise TargetError(str(place), f"can't be read: {error.strerror}") from None


def _check_existing(target: Path, content: Content, existing: Existing) -> None:
    place = containers.file_of(target, content)
    if place != target:
        _check_full_folder(place, target, existing)
    else:
        _check_file(target, existing)


def _check_file(target: Path, existing: Existing) -> None:
    if target.is_dir():
        raise TargetError(str(target), "is a folder")
    if existing == "fail":
        raise TargetError(str(target), "is there already: use --existing overwrite or skip, or another name")
    if existing == "overwrite" and target.is_symlink():
        raise TargetError(str(target), "is a symbolic link: it isn't written through")


def _check_full_folder(folder: Path, target: Path, existing: Existing) -> None:
    """A sequence replaces one of its own name and nothing else."""
    if not folder.is_dir():
        raise TargetError(str(folder), "is a file: a sequence needs a folder")
    if existing == "fail":
        raise TargetError(str(folder), "is not empty: use --existing overwrite or skip, or another folder")
    if existing == "overwrite" and folder.is_symlink():
        raise TargetError(str(folder), "is a symbolic link: it isn't written through")
    foreign = [path.name for path in folder.iterdir() if not containers.belongs(target, path.name)]
    if existing == "overwrite" and foreign:
        raise TargetError(str(folder), f"holds {min(foreign)}, which is none of {target.name}: use another folder")


def _check_encodings(targets: Iterable[Path], encoding: Encoding) -> None:
    for container in dict.fromkeys(containers.container_of(target, encoding.content) for target in targets):
        forms.check(encoding, container)


def _check_folder(folder: Path, *, may_be_made: bool) -> None:
    there = folder.absolute()
    while may_be_made and not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        raise TargetError(str(folder), "no such folder" if not there.exists() else f"{there} is no folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise TargetError(str(folder), "can't be written to")
