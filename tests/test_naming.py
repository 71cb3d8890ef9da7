"""Naming: templates, and what they may not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from vidseg import naming
from vidseg.errors import OptionError


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{stem}-beach{suffix}", "talk.1-beach.mp4"),
        ("{number:03}.mkv", "007.mkv"),
        ("{folder}/{label}-{stem}.mov", "day 2/blur-talk.1.mov"),
        ("{{{stem}}}{suffix}", "{talk.1}.mp4"),
    ],
)
def test_fields_are_filled_in(template: str, name: str) -> None:
    naming.check(template)
    assert naming.named(template, Path("/films/day 2/talk.1.mp4"), ".mp4", "blur", 7) == Path(name)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{stam}{suffix}", "did you mean {stem}?"),
        ("{zzz}", "there are stem, suffix, label, folder, number"),
        ("{}", "is no field"),
        ("{stem.parent}", "is no field"),
        ("{stem[0]}", "is no field"),
        ("{stem!r}", "only {number} takes a width"),
        ("{stem:>9999999999}", "only {number} takes a width"),
        ("{stem", "can't be read"),
        ("stem}", "can't be read"),
    ],
)
def test_what_is_no_template_is_refused(template: str, said: str) -> None:
    with pytest.raises(OptionError) as caught:
        naming.check(template)
    assert said in str(caught.value)


@pytest.mark.parametrize("template", ["../{stem}.mp4", "/tmp/{stem}.mp4", "a/../../{stem}.mp4", "..", ""])
def test_a_name_that_leaves_the_folder_is_refused(template: str) -> None:
    with pytest.raises(OptionError, match="leaves the folder"):
        naming.named(template, Path("talk.mp4"), ".mp4", "blur", 1)
