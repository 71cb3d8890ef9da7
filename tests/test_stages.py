"""Stages: frozen settings that say what they are."""

from __future__ import annotations

import dataclasses
import json

import pytest

from vidseg.stages import Effect, Filter, Segmenter, Stage
from vidseg.testing import Disc, FailsAt


def test_settings_name_the_stage_and_every_value_in_json() -> None:
    settings = Disc(0.25, 32).settings()
    assert settings == {"stage": "Disc", "radius": 0.25, "size": 32}
    assert json.loads(json.dumps(settings)) == settings


def test_settings_do_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Disc().radius = 0.5  # type: ignore[misc]


def test_stages_with_equal_settings_are_equal_and_others_are_not() -> None:
    assert Disc(0.25) == Disc(0.25)
    assert Disc(0.25) != Disc(0.5)
    others: list[Stage] = [FailsAt(0)]
    assert Disc(0.25) not in others


@pytest.mark.parametrize("kind", [Segmenter, Filter, Effect])
def test_what_can_not_be_called_is_no_stage(kind: type[Stage]) -> None:
    with pytest.raises(TypeError, match="__call__"):
        kind()
