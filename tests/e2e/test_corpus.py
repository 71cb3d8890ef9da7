"""Every file of a corpus: right, or refused in one line.

The corpus is the folder that ``VIDSEG_CORPUS`` names, with a ``MANIFEST.tsv`` (see ``benchmarks.corpus``); without it
there is nothing to run.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.corpus import MANIFEST, Entry, judge, read
from benchmarks.rules import Limits, Listener

FOLDER = Path(os.environ.get("VIDSEG_CORPUS") or os.devnull)
ENTRIES = read(FOLDER) if (FOLDER / MANIFEST).is_file() else []


@pytest.mark.skipif(not ENTRIES, reason="VIDSEG_CORPUS names no folder with a MANIFEST.tsv")
@pytest.mark.parametrize("entry", [pytest.param(entry, id=entry.path.name) for entry in ENTRIES])
def test_a_file_is_done_right_or_refused_in_one_line(tmp_path: Path, entry: Entry) -> None:
    with Listener() as listener:
        screened, told, wrong = judge(entry, tmp_path, listener, Limits(seconds=1800, cpu=1800))
    assert screened.keeps, screened
    assert told.keeps, told
    assert not wrong, wrong
