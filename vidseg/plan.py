"""Plan: inputs to jobs. Everything that can be wrong with a request is found here, before anything starts."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vidseg import naming
from vidseg.errors import OptionError, TargetError
from vidseg.job import Content, Encoding, Job, Recipe, Skipped, Span
from vidseg.manifest import Earlier
from vidseg.media import containers, decoders, encoders, forms
from vidseg.sources import Found, find

Existing = Literal["fail", "skip", "overwrite"]


@dataclass(frozen=True)
class Plan:
    """The jobs to do, in order, and those that are skipped because their target is there."""

    jobs: tuple[Job, ...]
    skipped: tuple[Skipped, ...] = ()

    @property
    def places(self) -> list[Path]:
        """What appears when the jobs are done: files, and folders of pictures."""
        return [containers.output_of(job) for job in self.jobs]


@dataclass(frozen=True)
class Outputs:
    """Where outputs go: to one ``file``, or a ``folder`` with names kept, or beside the source with ``label`` added.

    ``suffix`` ends the names that are made, else the source's own does where it is an output's. ``name`` is a template
    for the names instead (see ``vidseg.naming``).
    """

    label: str
    file: Path | None = None
    folder: Path | None = None
    existing: Existing = "fail"
    suffix: str | None = None
    name: str | None = None


def plan(
    sources: Sequence[Path],
    outputs: Outputs,
    recipe: Recipe,
    span: Span | None = None,
    *,
    recursive: bool = False,
    earlier: Callable[[Job], Earlier] = lambda _: Earlier(),
    check: bool = True,
) -> Plan:
    """The jobs for these sources; folders stand for the videos in them, and patterns for the videos that they fit.

    With ``recursive`` folders inside folders too, whose tree is kept below the output folder. ``earlier`` is asked
    what earlier runs say of a job whose output is there: those that are done are skipped. The recipe is looked at last,
    unless ``check`` leaves that to whom it will be given. Raises a ``RequestError``; makes no folder.
    """
    span = span or Span()
    _check_options(outputs, span)
    content = recipe.encoding.content
    files, targets = _files(sources, outputs, content, recursive=recursive)
    _check_encodings(targets, recipe.encoding)
    jobs, skipped = [], []
    for file, target in zip(files, targets, strict=True):
        job = Job(file, target, recipe, span)
        if _taken(target, content):
            said = earlier(job)
            if said.done:
                skipped.append(Skipped(job, "was done already, from this source by this recipe"))
                continue
            _check_existing(target, content, outputs.existing, said.changed)
            if outputs.existing == "skip":
                skipped.append(Skipped(job))
                continue
        jobs.append(job)
    if check:
        recipe.check()
        encoders.check(recipe.encoding)
        decoders.check(recipe.reading)
    _check_folders((containers.file_of(target, content).parent for target in targets), outputs)
    return Plan(tuple(jobs), tuple(skipped))


def _files(
    sources: Sequence[Path], outputs: Outputs, content: Content | None, *, recursive: bool
) -> tuple[list[Path], list[Path]]:
    """The files meant and where each goes, which may not be the same place twice; no ``content`` is no video's."""
    found = find(sources, recursive=recursive, own=_own(outputs), apart=outputs.folder)
    if outputs.file is not None and len(found) > 1:
        raise OptionError("-o", f"names one file, but there are {len(found)} sources: use --out-dir")
    files = [one.path for one in found]
    targets = [_target(one, outputs, content, number) for number, one in enumerate(found, 1)]
    _check_clashes(files, [_place(target, content) for target in targets])
    return files, targets


def _check_options(outputs: Outputs, span: Span) -> None:
    if span.start < 0:
        raise OptionError("--start", "must not be before 0")
    if span.end is not None and span.end <= span.start:
        raise OptionError("--end", "must be later than --start")
    if outputs.file is not None and outputs.folder is not None:
        raise OptionError("--out-dir", "doesn't go with -o: one says the file, the other the folder")
    if outputs.name is not None:
        if outputs.file is not None:
            raise OptionError("--name", "doesn't go with -o: both say the output's name")
        naming.check(outputs.name)


def _check_folders(folders: Iterable[Path], outputs: Outputs) -> None:
    for folder in dict.fromkeys(folders):
        _check_folder(folder, may_be_made=outputs.folder is not None or outputs.name is not None)


def plan_sheets(
    sources: Sequence[Path], outputs: Outputs, *, recursive: bool = False
) -> tuple[list[tuple[Path, Path]], list[tuple[Path, Path]]]:
    """The sources and targets of contact sheets to be made, and of those that are skipped; else as ``plan``."""
    _check_options(outputs, Span())
    files, targets = _files(sources, outputs, None, recursive=recursive)
    made, skipped = [], []
    for file, target in zip(files, targets, strict=True):
        if target.suffix.lower() != ".png":
            raise TargetError(str(target), "a contact sheet is a .png")
        if _there(target):
            _check_file(target, outputs.existing, "")
            if outputs.existing == "skip":
                skipped.append((file, target))
                continue
        made.append((file, target))
    _check_folders((target.parent for target in targets), outputs)
    return made, skipped


def make_folders(places: Iterable[Path]) -> None:
    """Make the folders of outputs that aren't there; raises ``TargetError``."""
    folders = (place.parent for place in places)
    for folder in dict.fromkeys(folders):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TargetError(str(folder), f"can't be made: {error.strerror}") from None


def _own(outputs: Outputs) -> str | None:
    """How the names of outputs end that an earlier run put beside their sources."""
    if outputs.file is not None or outputs.folder is not None:
        return None
    if outputs.name is None:
        return f"-{outputs.label}"
    before, stem, after = outputs.name.removesuffix("{suffix}").partition("{stem}")
    return after if stem and not before and after and "{" not in after else None


def _place(target: Path, content: Content | None) -> Path:
    return target if content is None else containers.file_of(target, content)


def _target(source: Found, outputs: Outputs, content: Content | None, number: int) -> Path:
    path = source.path
    if outputs.file is not None:
        return outputs.file
    suffix = outputs.suffix or containers.usual_suffix(path)
    folder = path.parent if outputs.folder is None else outputs.folder / source.below
    if outputs.name is not None:
        return folder / naming.named(outputs.name, path, suffix, outputs.label, number)
    return folder / (f"{path.stem}{suffix}" if outputs.folder is not None else f"{path.stem}-{outputs.label}{suffix}")


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


def _check_existing(target: Path, content: Content, existing: Existing, changed: str) -> None:
    place = containers.file_of(target, content)
    if place != target:
        _check_full_folder(place, target, existing, changed)
    else:
        _check_file(target, existing, changed)


def _check_file(target: Path, existing: Existing, changed: str) -> None:
    if target.is_dir():
        raise TargetError(str(target), "is a folder")
    if existing == "fail":
        since = f", and {changed} has changed since it was made" if changed else ""
        raise TargetError(str(target), f"is there already{since}: use --existing overwrite or skip, or another name")
    if existing == "overwrite" and target.is_symlink():
        raise TargetError(str(target), "is a symbolic link: it isn't written through")


def _check_full_folder(folder: Path, target: Path, existing: Existing, changed: str) -> None:
    """A sequence replaces one of its own name and nothing else."""
    if not folder.is_dir():
        raise TargetError(str(folder), "is a file: a sequence needs a folder")
    if existing == "fail":
        since = f", and {changed} has changed since it was made" if changed else ""
        raise TargetError(str(folder), f"is not empty{since}: use --existing overwrite or skip, or another folder")
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
