"""What every command does with its recipe, and how it tells of it: here by ``vidseg replace``."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from vidseg.job import Recipe
from vidseg.testing import Clip, Disc, FailsAt

Run = Callable[..., Any]
FRAMES = 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two clips and a file that is none."""
    for name in ("a.mp4", "c.mkv"):
        Clip(frames=FRAMES).write(tmp_path / name)
    (tmp_path / "b.mp4").write_text("no video")
    return tmp_path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return Clip(frames=FRAMES).write(tmp_path / "talk.mp4")


def names(folder: Path) -> list[str]:
    """What is in a folder, without the manifest that a folder for outputs keeps."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".vidseg.jsonl")


def frames_in(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


# One file.


def test_a_file_is_done_beside_its_source_and_told_in_one_line(vidseg: Run, clip: Path) -> None:
    ran = vidseg("replace", clip, "--bg", "green")
    target = clip.with_name("talk-replace.mp4")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.splitlines()[0].startswith(f"done: {target}: {FRAMES} frames in ")
    assert len(ran.err.splitlines()) == 1
    assert names(clip.parent) == ["talk-replace.mp4", "talk.mp4"]
    assert frames_in(target) == FRAMES


def test_quiet_says_nothing_of_what_went_well(vidseg: Run, clip: Path) -> None:
    assert vidseg("replace", clip, "--bg", "green", "-q") == (0, "", "")
    assert names(clip.parent) == ["talk-replace.mp4", "talk.mp4"]


def test_quiet_still_says_what_failed(vidseg: Run, clip: Path) -> None:
    clip.write_text("no video")
    ran = vidseg("replace", clip, "--bg", "green", "--quiet")
    assert (ran.code, ran.out) == (1, "")
    assert len(ran.err.splitlines()) == 1
    assert ran.err.startswith(f"FAILED: {clip}: ")


def test_quiet_and_verbose_do_not_go_together(vidseg: Run, clip: Path) -> None:
    ran = vidseg("replace", clip, "--bg", "green", "-q", "-v")
    assert (ran.code, ran.err) == (2, "vidseg: --quiet: doesn't go with --verbose\n")


def test_verbose_says_what_was_guessed(vidseg: Run, tmp_path: Path) -> None:
    clip = Clip(frames=2, tags=(0, 2, 2, 2)).write(tmp_path / "untagged.mkv")
    assert "colour tags were missing" not in vidseg("replace", clip, "--bg", "green", "--existing", "overwrite").err
    ran = vidseg("replace", clip, "--bg", "green", "--existing", "overwrite", "-v")
    assert ran.code == 0
    assert "colour tags were missing" in ran.err


def test_what_the_user_must_know_is_in_the_closing_line(vidseg: Run, tmp_path: Path) -> None:
    clip = Clip(frames=2, width=63, height=47, pixel_format="yuv420p").write(tmp_path / "odd.mkv")
    ran = vidseg("replace", clip, "--bg", "green")
    assert ran.code == 0
    (line,) = ran.err.splitlines()
    assert "; 63x47 is odd" in line


def test_the_span_is_worked_on_and_nothing_else(vidseg: Run, tmp_path: Path) -> None:
    clip = Clip(frames=25).write(tmp_path / "talk.mp4")
    vidseg("replace", clip, "--bg", "green", "--start", "0.2", "--end", "0:00.6")
    assert frames_in(clip.with_name("talk-replace.mp4")) == 10


def test_the_encoding_is_as_asked(vidseg: Run, clip: Path) -> None:
    target = clip.with_name("out.mkv")
    vidseg("replace", clip, "--bg", "green", "-o", target, "--codec", "vp9", "--preset", "8", "--crf", "50")
    with av.open(str(target)) as container:
        assert container.streams.video[0].codec_context.name == "vp9"


# Many files.


def test_a_folder_s_files_are_all_done_but_those_that_fail(vidseg: Run, folder: Path) -> None:
    ran = vidseg("replace", folder, "--bg", "green", "--out-dir", folder / "done")
    assert ran.code == 1
    first, second, third, summary = ran.err.splitlines()
    assert first.startswith(f"done: {folder}/done/a.mp4: ")
    assert second.startswith(f"FAILED: {folder}/b.mp4: ")
    assert third.startswith(f"done: {folder}/done/c.mkv: ")
    assert summary == "2 done, 1 failed, 0 skipped"
    assert names(folder / "done") == ["a.mp4", "c.mkv"]


def test_json_is_one_object_for_each_source_and_nothing_else_on_standard_output(vidseg: Run, folder: Path) -> None:
    (folder / "done").mkdir()
    (folder / "done" / "c.mkv").write_bytes(b"from an earlier run")
    ran = vidseg("replace", folder, "--bg", "green", "--out-dir", folder / "done", "--json", "--existing", "skip")
    said = {Path(one["source"]).name: one for one in map(json.loads, ran.out.splitlines())}
    assert len(said) == 3
    assert {name: one["outcome"] for name, one in said.items()} == {
        "a.mp4": "done", "b.mp4": "failed", "c.mkv": "skipped",
    }  # fmt: skip
    assert said["a.mp4"]["target"] == str(folder / "done" / "a.mp4")
    assert said["a.mp4"]["frames"] == FRAMES
    assert said["a.mp4"]["seconds"] >= 0
    assert said["a.mp4"]["notes"] == []
    assert said["b.mp4"]["reason"]


def test_json_and_quiet_leave_standard_error_to_failures(vidseg: Run, folder: Path) -> None:
    ran = vidseg("replace", folder, "--bg", "green", "--out-dir", folder / "done", "--json", "-q")
    assert [json.loads(line)["outcome"] for line in ran.out.splitlines()] == ["done", "failed", "done"]
    assert len(ran.err.splitlines()) == 1
    assert ran.err.startswith("FAILED: ")


def test_json_of_a_refused_request_is_nothing(vidseg: Run, folder: Path) -> None:
    ran = vidseg("replace", folder, "--bg", "#12345", "--out-dir", folder / "done", "--json")
    assert (ran.code, ran.out) == (2, "")


def test_an_unforeseen_error_is_one_line_and_the_others_go_on(
    vidseg: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vidseg import api

    monkeypatch.setattr(api, "recipe", lambda _effect, **_: Recipe(Disc(), (), FailsAt(1, ZeroDivisionError)))
    (folder / "b.mp4").unlink()
    ran = vidseg("replace", folder, "--bg", "green", "--out-dir", folder / "done")
    assert ran.code == 1
    assert ran.err.splitlines() == [
        f"FAILED: {folder}/a.mp4: unforeseen ZeroDivisionError: as asked",
        f"FAILED: {folder}/c.mkv: unforeseen ZeroDivisionError: as asked",
        "0 done, 2 failed, 0 skipped",
    ]
    assert names(folder / "done") == []


# Outputs that are there.


def test_an_existing_output_stops_everything_before_it_starts(vidseg: Run, folder: Path) -> None:
    (folder / "done").mkdir()
    (folder / "done" / "c.mkv").write_bytes(b"from an earlier run")
    ran = vidseg("replace", folder, "--bg", "green", "--out-dir", folder / "done")
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 1
    assert names(folder / "done") == ["c.mkv"]


def test_skip_does_what_is_missing(vidseg: Run, folder: Path) -> None:
    (folder / "b.mp4").unlink()
    arguments = ("replace", folder, "--bg", "green", "--out-dir", folder / "done", "--existing", "skip")
    (folder / "done").mkdir()
    (folder / "done" / "a.mp4").write_bytes(b"from an earlier run")
    ran = vidseg(*arguments)
    assert ran.code == 0
    assert f"skipped: {folder}/done/a.mp4 is there already" in ran.err.splitlines()
    assert ran.err.splitlines()[-1] == "1 done, 0 failed, 1 skipped"
    assert (folder / "done" / "a.mp4").read_bytes() == b"from an earlier run"
    again = vidseg(*arguments)
    assert (again.code, again.err.splitlines()[-1]) == (0, "0 done, 0 failed, 2 skipped")


def test_overwrite_does_all(vidseg: Run, clip: Path) -> None:
    target = clip.with_name("talk-replace.mp4")
    target.write_bytes(b"from an earlier run")
    assert vidseg("replace", clip, "--bg", "green", "--existing", "overwrite").code == 0
    assert frames_in(target) == FRAMES


def test_overwrite_keeps_what_was_there_where_the_new_one_fails(vidseg: Run, clip: Path) -> None:
    target = clip.with_name("talk-replace.mp4")
    target.write_bytes(b"from an earlier run")
    clip.write_text("no video")
    assert vidseg("replace", clip, "--bg", "green", "--existing", "overwrite").code == 1
    assert target.read_bytes() == b"from an earlier run"
    assert names(clip.parent) == ["talk-replace.mp4", "talk.mp4"]


# A dry run.


def test_a_dry_run_says_what_would_be_done_and_does_nothing(vidseg: Run, folder: Path) -> None:
    before = names(folder)
    ran = vidseg("replace", folder, "--bg", "green", "--out-dir", folder / "done", "--dry-run")
    assert (ran.code, ran.err) == (0, "")
    *lines, sums = ran.out.splitlines()
    assert [line.partition(" (")[0] for line in lines] == [
        f"{folder}/{name} -> {folder}/done/{name}" for name in ("a.mp4", "b.mp4", "c.mkv")
    ]
    assert sums.startswith("3 to do: ")
    assert names(folder) == before


def test_a_dry_run_in_json(vidseg: Run, folder: Path) -> None:
    (folder / "done").mkdir()
    (folder / "done" / "c.mkv").write_bytes(b"")
    ran = vidseg(
        "replace", folder, "--bg", "green", "--out-dir", folder / "done", "--dry-run", "--json", "--existing", "skip"
    )
    said = {Path(one["source"]).name: one["outcome"] for one in map(json.loads, ran.out.splitlines())}
    assert said == {"a.mp4": "planned", "b.mp4": "planned", "c.mkv": "skipped"}


def test_a_dry_run_finds_what_is_wrong_with_the_request(vidseg: Run, clip: Path) -> None:
    assert vidseg("replace", clip, "--bg", "nowhere.jpg", "--dry-run").code == 2


# Text and terminals.


def test_control_characters_in_names_do_not_reach_the_terminal(vidseg: Run, tmp_path: Path) -> None:
    name = "a\x1b[2J\nb"
    Clip(frames=2).write(tmp_path / "plain.mp4").rename(tmp_path / f"{name}.mp4")
    (tmp_path / f"{name}-broken.mp4").write_text("no video")
    done = tmp_path / "done"
    for more in ((), ("--existing", "skip"), ("--existing", "skip", "--dry-run"), ("--existing", "fail")):
        ran = vidseg("replace", tmp_path, "--bg", "green", "--out-dir", done, *more)
        for text in (ran.out, ran.err):
            assert all(c.isprintable() or c == "\n" for c in text)
            assert "a\\x1b[2J\\nb" in text or not text
    assert names(done) == [f"{name}.mp4"]


def test_names_in_json_are_exact(vidseg: Run, tmp_path: Path) -> None:
    source = Clip(frames=2).write(tmp_path / "plain.mp4").rename(tmp_path / 'a\x1b"\nü.mp4')
    (line,) = vidseg("replace", source, "--bg", "green", "--json").out.splitlines()
    assert json.loads(line)["source"] == str(source)
    assert line.isprintable()


def test_a_name_that_is_no_text_is_done_and_told(vidseg: Run, tmp_path: Path) -> None:
    name = b"not utf-8 \xff.mp4".decode(errors="surrogateescape")
    source = Clip(frames=2).write(tmp_path / "plain.mp4").rename(tmp_path / name)
    ran = vidseg("replace", source, "--bg", "green", "--json")
    assert ran.code == 0
    assert "not utf-8 \\udcff-replace.mp4" in ran.err
    assert json.loads(ran.out)["source"] == str(source)


def test_times_are_handed_on_exactly(vidseg: Run, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from vidseg import plan as plan_module

    spans: list[Any] = []

    def plan(_sources: Any, _outputs: Any, _recipe: Any, span: Any, **_: Any) -> Any:
        spans.append(span)
        return plan_module.Plan(())

    monkeypatch.setattr(plan_module, "plan", plan)
    assert vidseg("replace", clip, "--bg", "green", "--start", "0.1", "--end", "1:00.3") == (0, "", "")
    assert (spans[0].start, spans[0].end) == (Fraction(1, 10), Fraction(603, 10))
