"""Where a job's pieces are kept until they are joined."""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from vidseg.identity import key
from vidseg.job import Job, Piece
from vidseg.media.containers import output_of


def folder_for(job: Job, length: Fraction | None) -> Path:
    """A folder beside the target; another recipe, source or length of piece has another one."""
    place = output_of(job)
    return place.parent / f"{pieces_of(place)}{key(job, length)}"


def pieces_of(output: Path) -> str:
    """How the names of all folders begin that hold pieces of one output."""
    return f".vidseg-{zlib.crc32(os.fsencode(output.name)):08x}-"


def remove(pieces: Iterable[Piece]) -> None:
    """Remove the files of pieces with their folder."""
    for folder in {piece.file.parent for piece in pieces}:
        shutil.rmtree(folder, ignore_errors=True)
