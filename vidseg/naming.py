"""Naming: an output's name by a template like ``{stem}-beach{suffix}``."""

from __future__ import annotations

import difflib
import string
from pathlib import Path, PurePosixPath

from vidseg.errors import OptionError

FIELDS = ("stem", "suffix", "label", "folder", "number")
"""The source's name without its suffix; the output's suffix with its dot; the command; the name of the folder that the
source lies in; the source's number in this run, from 1."""


def check(template: str) -> None:
    """Raise ``OptionError`` unless a template can be filled in."""
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        raise OptionError("--name", f"{template!r} can't be read: {error}") from None
    for _, name, spec, conversion in parts:
        if name is None:
            continue
        if name not in FIELDS:
            near = difflib.get_close_matches(name, FIELDS, 1)
            advice = f": did you mean {{{near[0]}}}?" if near else f"; there are {', '.join(FIELDS)}"
            raise OptionError("--name", f"{{{name}}} is no field{advice}")
        if conversion or (spec and not (name == "number" and spec.isdecimal())):
            raise OptionError("--name", "only {number} takes a width, as {number:03}")


def named(template: str, source: Path, suffix: str, label: str, number: int) -> Path:
    """A source's output, relative to where outputs go; raises ``OptionError`` where that would be left."""
    name = template.format(
        stem=source.stem, suffix=suffix, label=label, folder=source.absolute().parent.name, number=number
    )
    made = PurePosixPath(name)
    if made.is_absolute() or ".." in made.parts or not made.name or "\0" in name:
        raise OptionError("--name", f"{name!r} leaves the folder that outputs go to: give a name inside it")
    return Path(made)
