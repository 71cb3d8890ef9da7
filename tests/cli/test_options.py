"""Options: times as people write them."""

from __future__ import annotations

import signal
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from vidseg.cli import options
from vidseg.cli.options import Scale, Time
from vidseg.testing import Clip

Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", Fraction(0)),
        ("90", Fraction(90)),
        ("1.5", Fraction(3, 2)),
        (".25", Fraction(1, 4)),
        ("2.", Fraction(2)),
        ("0.1", Fraction(1, 10)),
        ("1:02", Fraction(62)),
        ("01:02", Fraction(62)),
        ("90:00", Fraction(5400)),
        ("1:02:03.5", Fraction(7447, 2)),
        ("1:02:03.001", Fraction(3723001, 1000)),
        ("100:00:00", Fraction(360000)),
        (" 5 ", Fraction(5)),
    ],
)
def test_a_time_is_read_exactly(text: str, seconds: Fraction) -> None:
    assert Time().convert(text, None, None) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "x", "noon", "-1", "+1", "1e3", "1,5", "1:2:3:4", "1::2", ":5", "1:", "1.5:00", "nan", "inf", "0x10",
        "1 2", "1/2", "٣", "5s", ".", "1:.",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        Time().convert(text, None, None)
    assert repr(text) in caught.value.message
    assert "h:mm:ss" in caught.value.message


def test_a_time_that_was_read_is_left_as_it_is() -> None:
    assert Time().convert(Fraction(1, 3), None, None) == Fraction(1, 3)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "half", "1/0", "nan", "inf", ""])
def test_what_is_no_scale_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="more than 0 and at most 1"):
        Scale().convert(text, None, None)


def test_a_scale_is_read_exactly() -> None:
    assert Scale().convert("0.1", None, None) == Fraction(1, 10)
    assert Scale().convert("1/3", None, None) == Fraction(1, 3)


def parsed(*arguments: str) -> dict[str, Any]:
    """What a command with all shared options is called with."""
    seen: dict[str, Any] = {}

    @click.command()
    @options.sources
    @options.shared
    def command(**values: Any) -> None:
        seen.update(values)

    result = CliRunner().invoke(command, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    del seen["begun"]
    return seen


def test_the_workers_have_begun_before_the_command_and_end_with_it() -> None:
    seen: list[Any] = []

    @click.command()
    @options.sources
    @options.shared
    def command(begun: Any, **_: Any) -> None:
        processes = [slot.process for slot in begun.of_this_run._slots]
        seen.extend(processes)
        assert [process.poll() for process in processes] == [None]

    result = CliRunner().invoke(command, ["a.mp4", "--workers", "1"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert [process.poll() for process in seen] == [-signal.SIGKILL]


def test_what_is_not_given_is_left_to_the_program() -> None:
    values = parsed("a.mp4")
    assert [str(path) for path in values.pop("sources")] == ["a.mp4"]
    assert values == {
        "output": None, "out_dir": None, "existing": "fail", "codec": None, "crf": None, "preset": None,
        "start": Fraction(0), "end": None, "quality": "good", "model": None, "categories": (),
        "threshold": 0.5, "softness": 0.6,
        "grow": 0, "shrink": 0, "feather": 0, "feather_in": 0, "keep_largest": False, "invert": False, "dry_run": False,
        "quiet": False, "verbose": False, "as_json": False,
        "recursive": False, "name": None,
        "encoder": "software", "scale": Fraction(1), "hwaccel": "none", "threads": None,
        "workers": None, "cluster": None, "memory": None, "piece": Fraction(30), "stall": 120, "progress": "bar",
        "reports": (), "save_recipe": None,
        "on_damage": "keep", "on_resize": "refuse", "max_pixels": 67108864, "max_streams": 100,
        "max_gap": Fraction(86400),
    }  # fmt: skip


def test_what_is_given_arrives() -> None:
    values = parsed(
        "a.mp4", "b", "-o", "out.mp4", "--out-dir", "done", "--existing", "skip", "--codec", "hevc", "--crf", "20.5",
        "--preset", "fast", "--start", "1:00", "--end", "90.5", "--model", "mine.tflite", "--quality", "best",
        "--category", "hair", "--category", "body-skin",
        "--threshold", "0.4", "--softness", "0.2", "--grow", "1", "--shrink", "2", "--feather", "3",
        "--feather-in", "4", "--keep-largest", "--invert", "--dry-run", "-q", "-v",
        "--json",
        "--recursive", "--name", "{stem}.mp4",
        "--encoder", "auto", "--scale", "0.3", "--hwaccel", "cuda", "--threads", "5",
        "--workers", "3", "--cluster", "tcp://host:8786", "--piece", "1:30", "--stall", "5.5", "--progress", "json",
        "--report", "r.html", "--report", "r.json", "--save-recipe", "r.toml", "--on-damage", "fail",
        "--on-resize", "scale", "--max-pixels", "9", "--max-streams", "8", "--max-gap", "1:00",
    )  # fmt: skip
    assert [str(path) for path in values.pop("sources")] == ["a.mp4", "b"]
    assert (str(values.pop("output")), str(values.pop("out_dir"))) == ("out.mp4", "done")
    assert values == {
        "existing": "skip", "codec": "hevc", "crf": 20.5, "preset": "fast", "start": Fraction(60),
        "end": Fraction(181, 2), "model": "mine.tflite", "categories": ("hair", "body-skin"),
        "quality": "best", "threshold": 0.4, "softness": 0.2,
        "on_damage": "fail", "on_resize": "scale", "max_pixels": 9, "max_streams": 8, "max_gap": Fraction(60),
        "grow": 1, "shrink": 2, "feather": 3, "feather_in": 4, "keep_largest": True,
        "invert": True, "dry_run": True, "quiet": True, "verbose": True,
        "as_json": True,
        "recursive": True, "name": "{stem}.mp4",
        "encoder": "auto", "scale": Fraction(3, 10), "hwaccel": "cuda", "threads": 5,
        "memory": None,
        "workers": 3, "cluster": "tcp://host:8786", "piece": Fraction(90), "stall": 5.5, "progress": "json",
        "reports": (Path("r.html"), Path("r.json")), "save_recipe": Path("r.toml"),
    }  # fmt: skip


def test_a_file_whose_name_begins_with_a_dash_is_taken_after_two() -> None:
    assert [str(path) for path in parsed("--", "-q.mp4")["sources"]] == ["-q.mp4"]


def test_the_names_of_a_list_are_sources_like_those_written_out(tmp_path: Path) -> None:
    (tmp_path / "b.mp4").write_bytes(b"")
    (tmp_path / "list").write_text(f"{tmp_path}/b.mp4\n")
    values = parsed("a.mp4", "--from-file", str(tmp_path / "list"))
    assert values["sources"] == (Path("a.mp4"), tmp_path / "b.mp4")
    assert "from_file" not in values
    assert parsed("--from-file", str(tmp_path / "list"))["sources"] == (tmp_path / "b.mp4",)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("4G", 4 * 10**9), ("1.5 GB", 1_500_000_000), ("800m", 800 * 10**6), ("512MiB", 512 * 10**6),
        ("700000000", 7 * 10**8), ("1T", 10**12),
    ],
)  # fmt: skip
def test_sizes(text: str, size: int) -> None:
    assert options.Size().convert(text, None, None) == size


@pytest.mark.parametrize("text", ["", "G", "-1G", "4X", "1e9", "4 4G", "nan", "1,5G", "\u0664G"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is no size"):
        options.Size().convert(text, None, None)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--memory", "100M"], "--memory: a worker needs 500M at least"),
        (["--memory", "2G", "--cluster", "tcp://127.0.0.1:1"], "--memory: doesn't go with --cluster"),
    ],
)
def test_memory_that_can_not_be(vidseg: Run, tmp_path: Path, more: list[str], said: str) -> None:
    clip = Clip(frames=2).write(tmp_path / "a.mp4")
    ran = vidseg("replace", clip, "--bg", "green", *more)
    assert ran.code == 2
    assert ran.err.startswith(f"vidseg: {said}")


def test_memory_in_this_process_alone(vidseg: Run, tmp_path: Path) -> None:
    clip = Clip(frames=2).write(tmp_path / "a.mp4")
    ran = vidseg("replace", clip, "--bg", "green", "--memory", "20G", "--quality", "fast")
    assert ran.code == 0, ran.err


def test_memory_arrives_where_the_workers_are_this_machine_s() -> None:
    assert parsed("a.mp4", "--workers", "0", "--memory", "1.5G")["memory"] == 1_500_000_000
