"""Promises: every test that the page names is there, and every promise names one."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROWS = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in (ROOT / "docs" / "promises.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith(("| vidseg promises", "| ---"))
]


def test_there_are_promises() -> None:
    assert len(ROWS) > 20


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_promise_names_tests_that_are_there(row: list[str]) -> None:
    _, held = row
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", held)
    assert named
    assert len(named) == held.count("`") // 2
    for file, name in named:
        assert name in defined_in(file)


@cache
def defined_in(file: str) -> set[str]:
    module = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {one.name for one in module.body if isinstance(one, ast.FunctionDef)}
