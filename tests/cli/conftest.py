"""What tests of commands share."""

from __future__ import annotations

from typing import Any

import pytest

from vidseg.cli import run as run_module


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, str, dict[str, Any]]]:
    """What ``run_jobs`` is called with, instead of its work."""
    calls: list[tuple[Any, str, dict[str, Any]]] = []

    def run_jobs(effect: Any, label: str, others: dict[str, Any]) -> int:
        calls.append((effect, label, others))
        return 0

    monkeypatch.setattr(run_module, "run_jobs", run_jobs)
    return calls


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, str, Any, str]]:
    """The same of commands that say themselves how their output is encoded, and its usual suffix."""
    calls: list[tuple[Any, str, Any, str]] = []

    def run_jobs(effect: Any, label: str, _: Any, *, encoding: Any, suffix: str) -> int:
        calls.append((effect, label, encoding, suffix))
        return 0

    monkeypatch.setattr(run_module, "run_jobs", run_jobs)
    return calls
