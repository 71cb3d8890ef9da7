"""``vidseg doctor``: on this machine, where everything is there, and where something isn't."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Callable
from typing import Any

import pytest

from vidseg import health
from vidseg.health import Fact, Health

Run = Callable[..., Any]


def test_all_is_there_for_a_program(vidseg: Run) -> None:
    ran = vidseg("doctor", "--json")
    said = json.loads(ran.out)
    assert (ran.code, ran.err, said["sound"]) == (0, "", True)
    versions = {fact["name"]: fact["text"] for fact in said["versions"]}
    assert versions["av"] == importlib.metadata.version("av")
    assert {fact["state"] for fact in said["models"]} == {"ok"}
    (test,) = said["self-test"]
    assert test["text"].startswith("12 frames in, 12 out, each at its time")


@pytest.mark.parametrize("broken", [False, True])
def test_a_person_reads_a_line_for_each_thing(vidseg: Run, monkeypatch: pytest.MonkeyPatch, broken: bool) -> None:
    facts = [Fact("av", "18.1.0"), Fact("h264_nvenc", "no\x1b[31m card", "absent")]
    if broken:
        facts.append(Fact("libGL.so.1", "missing: sudo apt-get install -y libgl1", "broken"))
    monkeypatch.setattr(health, "examine", lambda: Health({"things": tuple(facts)}))
    ran = vidseg("doctor")
    assert (ran.code, ran.err) == (int(broken), "")
    lines = ran.out.splitlines()
    assert lines[:3] == ["things", "  av          18.1.0", "- h264_nvenc  no\\x1b[31m card"]
    if broken:
        assert lines[3:] == ["! libGL.so.1  missing: sudo apt-get install -y libgl1", "broken: libGL.so.1"]
    else:
        assert lines[3:] == ["all that is needed works"]
