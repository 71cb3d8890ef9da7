"""What parses people's text gets any text: only vidseg's own errors come out of it, and what it took, it gives back.

The same examples each time, a bounded number of them; a failing one is shrunk to the smallest that fails.
"""

from __future__ import annotations

import re
import string
import tomllib
from contextlib import chdir
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any

import click
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from vidseg import naming
from vidseg.cli import recipe_file
from vidseg.cli.main import commands
from vidseg.cli.options import Size, Time
from vidseg.cli.printable import printable
from vidseg.errors import ColourError, OptionError, SourcesError, VidsegError
from vidseg.media.backdrop import check_colour, parse_colour
from vidseg.sources import find, read_list

fuzzed = settings(
    max_examples=120, derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

MEAN = "\x00\x1b\x9b\u202e\u0664\u00b2\ufeff\ud800 \t\n\r-+.:,#%{}[]()!/\\\"'~$*?0123456789abcdefGKMTnaninfe"
TEXT = st.text() | st.text(MEAN, max_size=12) | st.text(st.characters(), max_size=8)


# Colours.


@fuzzed
@given(TEXT | st.text("#0123456789abcdefgABCDEF", max_size=9))
@example("#")
@example("#\u0664\u0664\u0664")
def test_any_text_is_a_colour_or_none(text: str) -> None:
    known = parse_colour(text)
    if known is None:
        with pytest.raises(ColourError):
            check_colour(text)
    else:
        assert all(0 <= value <= 255 for value in known)
        check_colour(text)


@fuzzed
@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_a_colour_comes_back(rgb: tuple[int, int, int]) -> None:
    assert parse_colour("#{:02x}{:02X}{:02x}".format(*rgb)) == rgb


# Times and sizes.


@fuzzed
@given(TEXT | st.text("0123456789:. ", max_size=14))
@example("1" * 5000)
@example("." * 3)
@example("\u0661:00")
def test_any_text_is_a_time_or_is_refused(text: str) -> None:
    try:
        seconds = Time().convert(text, None, None)
    except click.BadParameter:
        return
    assert isinstance(seconds, Fraction)
    assert seconds >= 0
    assert re.fullmatch(r"[0-9:.]+", text.strip())


@fuzzed
@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59_999))
def test_a_time_comes_back(hours: int, minutes: int, thousandths: int) -> None:
    text = f"{hours}:{minutes:02}:{thousandths // 1000:02}.{thousandths % 1000:03}"
    assert Time().convert(text, None, None) == hours * 3600 + minutes * 60 + Fraction(thousandths, 1000)


@fuzzed
@given(TEXT | st.text("0123456789.KMGTBi ", max_size=14))
@example("9" * 5000 + "T")
def test_any_text_is_a_size_or_is_refused(text: str) -> None:
    try:
        size = Size().convert(text, None, None)
    except click.BadParameter:
        return
    assert isinstance(size, int)
    assert size >= 0


@fuzzed
@given(st.integers(0, 10**6), st.sampled_from(["", "K", "M", "G", "T"]), st.sampled_from(["", "B", "iB"]))
def test_a_size_comes_back(count: int, unit: str, tail: str) -> None:
    assert Size().convert(f"{count}{unit}{tail}", None, None) == count * 1000 ** ["", "K", "M", "G", "T"].index(unit)


# Templates.

FIELDS = st.sampled_from(["{stem}", "{suffix}", "{label}", "{folder}", "{number}", "{number:03}", "/", "..", "."])
NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=20)


@fuzzed
@given(TEXT | st.lists(FIELDS | TEXT, max_size=5).map("".join), NAMES)
@example("{number:99999999}", "a")
@example("{number:0\u0663}", "a")
@example("{stem", "a")
@example("{}", "a")
@example("{stem.__class__}", "a")
@example("{stem[0]}", "a")
@example("{stem!r}", "a")
@example("{number:{number}}", "a")
@example("a/" * 2000 + "{stem}", "a")
def test_any_template_makes_a_name_inside_the_folder_or_is_refused(template: str, name: str) -> None:
    source = Path("/videos") / f"{name}.mp4"
    try:
        naming.check(template)
        made = naming.named(template, source, ".mp4", "blur", 7)
    except OptionError:
        return
    assert not made.is_absolute()
    assert ".." not in PurePosixPath(made).parts
    assert made.name
    assert "\0" not in str(made)


@fuzzed
@given(NAMES.filter(lambda name: name not in (".", "..")))
def test_a_template_that_is_the_name_itself_gives_it_back(name: str) -> None:
    source = Path("/videos", name)
    assert naming.named("{stem}{suffix}", source, source.suffix, "blur", 1) == Path(name)


# Recipes.

KNOWN = {name: one for name, one in commands.commands.items() if "save_recipe" in {p.name for p in one.params}}
OPTIONS = sorted({key for one in KNOWN.values() for key in recipe_file._options(one)})
SCALARS = st.booleans() | st.integers(-(10**9), 10**9) | st.floats() | TEXT.filter(lambda text: "\ud800" not in text)
VALUES = SCALARS | st.lists(SCALARS, max_size=3)


def toml(value: Any) -> str:
    """By the standard's own rules, not by those of the module that is tested."""
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    return '"' + "".join(c if c in string.ascii_letters + string.digits else f"\\U{ord(c):08x}" for c in value) + '"'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recipes")


@fuzzed
@given(content=st.binary() | TEXT.map(lambda text: text.encode(errors="replace")))
@example(content=b"command = " + b"[" * 5000)
@example(content=b"a = " + b"1" * 5000)
@example(content=b"a." * 3000 + b"b = 1")
def test_any_bytes_are_a_recipe_or_are_refused(folder: Path, content: bytes) -> None:
    path = folder / "any.toml"
    path.write_bytes(content)
    with pytest.raises(OptionError):  # none of these names a command
        recipe_file.arguments(path, KNOWN)


@fuzzed
@given(name=st.sampled_from(sorted(KNOWN)), said=st.dictionaries(st.sampled_from(OPTIONS), VALUES, max_size=4))
def test_any_values_become_a_command_line_or_are_refused(folder: Path, name: str, said: dict[str, Any]) -> None:
    path = folder / "values.toml"
    lines = [f'command = "{name}"', *(f"{key} = {toml(value)}" for key, value in said.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    try:
        command, written = recipe_file.arguments(path, KNOWN)
        with command.make_context(name, ["a.mp4", *written], resilient_parsing=False):
            pass
    except (VidsegError, click.ClickException):
        return
    assert command is KNOWN[name]
    assert all(text.startswith("--") for text in written)


@fuzzed
@given(value=SCALARS | st.lists(SCALARS, max_size=3))
def test_a_value_that_is_saved_is_read_again(value: Any) -> None:
    read = tomllib.loads(f"a = {recipe_file._toml(value)}")["a"]
    assert read == value or repr(read) == repr(value)  # nan is not itself


@fuzzed
@given(st.integers(0, 10**9), st.integers(0, 6))
def test_a_time_that_is_saved_is_the_same(count: int, digits: int) -> None:
    value = Fraction(count, 10**digits)
    saved = tomllib.loads(f"a = {recipe_file._toml(value)}")["a"]
    assert Time().convert(saved, None, None) == value


# Lists of names.


@fuzzed
@given(
    content=st.binary(max_size=200) | st.lists(TEXT, max_size=6).map(lambda t: "\n".join(t).encode(errors="replace"))
)
@example(content=b"a" * 5000)
@example(content=b"[\n")
@example(content=b"\xff\xfe\x00")
@example(content=b"**/*[\n")
def test_any_list_names_files_or_is_refused(folder: Path, content: bytes) -> None:
    path = folder / "list.txt"
    path.write_bytes(content)
    with chdir(folder):
        try:
            find(read_list(path))
        except SourcesError:
            return


@fuzzed
@given(
    names=st.lists(
        NAMES.filter(lambda n: n.strip() and n[0] not in "#.\ufeff" and not set(n) & set("\n\r*?[")),
        min_size=1,
        max_size=5,
    ),
    ended=st.sampled_from(["\n", "\r\n", "\0"]),
)
def test_names_that_are_listed_come_back(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], ended: str
) -> None:
    folder = tmp_path_factory.mktemp("names")
    paths = [folder / name for name in names if len(name.encode()) < 200]
    for path in paths:
        path.touch()
    listed = folder / ".list"
    listed.write_bytes(
        ended.join(map(str, paths)).encode() + (b"" if ended == "\0" and len(paths) > 1 else ended.encode())
    )
    if paths:
        assert read_list(listed) == paths


# What reaches a terminal.


@fuzzed
@given(TEXT)
def test_nothing_that_a_terminal_obeys_is_printed(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    if text.isprintable():
        assert shown == text
