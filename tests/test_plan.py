"""Plan: what can be wrong with a request is found before anything starts, and nothing is made by finding it."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from vidseg.effects.cutout import Cutout
from vidseg.effects.replace import Replace
from vidseg.errors import BackgroundError, ColourError, OptionError, RequestError, SourcesError, TargetError
from vidseg.filters.enlarge import Enlarge
from vidseg.job import Encoding, Recipe, Span
from vidseg.plan import Outputs, Plan, make_folders, plan
from vidseg.testing import Disc

Snapshot = dict[str, tuple[int, bytes | None]]
RECIPE = Recipe(Disc(), (Enlarge(),), Replace("green"))


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder in which planning makes and changes nothing, whatever comes of it."""
    (tmp_path / "talk.mp4").write_bytes(b"a video, for all that planning knows")
    (tmp_path / "walk.mkv").write_bytes(b"another")
    return tmp_path


def snapshot(folder: Path) -> Snapshot:
    """Everything in a folder, with its content and mode."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            path.read_bytes() if path.is_file() and not path.is_symlink() else None,
        )
        for path in sorted(folder.rglob("*"))
    }


def outputs(**changes: Any) -> Outputs:
    return Outputs("replace", **changes)


def refused(
    error: type[RequestError],
    sources: list[Path],
    outputs_: Outputs | None = None,
    recipe: Recipe = RECIPE,
    span: Span | None = None,
) -> str:
    """The sentence with which a request is refused; nothing was made or changed by that."""
    folder = next((path.parent for path in sources if path.parent != path), Path())
    before = snapshot(folder)
    with pytest.raises(error) as caught:
        plan(sources, outputs_ or outputs(), recipe, span)
    assert snapshot(folder) == before
    assert caught.value.exit_code == 2
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def targets(planned: Plan) -> list[Path]:
    return [job.target for job in planned.jobs]


# Where outputs go.


def test_without_a_name_the_output_is_beside_the_source(here: Path) -> None:
    planned = plan([here / "talk.mp4", here / "walk.mkv"], outputs(), RECIPE)
    assert targets(planned) == [here / "talk-replace.mp4", here / "walk-replace.mkv"]


def test_o_names_the_output(here: Path) -> None:
    assert targets(plan([here / "talk.mp4"], outputs(file=here / "done.mov"), RECIPE)) == [here / "done.mov"]


def test_an_out_dir_keeps_the_names(here: Path) -> None:
    planned = plan([here / "talk.mp4", here / "walk.mkv"], outputs(folder=here / "done"), RECIPE)
    assert targets(planned) == [here / "done" / "talk.mp4", here / "done" / "walk.mkv"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a.mp4", "a.mp4"),
        ("a.MOV", "a.MOV"),
        ("a.webm", "a.webm"),
        ("a.m4v", "a.m4v"),
        ("a.avi", "a.mp4"),
        ("a.mts", "a.mp4"),
        ("a", "a.mp4"),
        ("a.b.avi", "a.b.mp4"),
        ("talk (1) ünï.mp4", "talk (1) ünï.mp4"),
    ],
)
def test_a_suffix_that_vidseg_can_not_write_becomes_mp4(here: Path, name: str, kept: str) -> None:
    (here / name).write_bytes(b"")
    assert targets(plan([here / name], outputs(folder=here / "done"), RECIPE)) == [here / "done" / kept]


def test_jobs_carry_their_source_recipe_and_span(here: Path) -> None:
    span = Span(Fraction(1), Fraction(2))
    (job,) = plan([here / "talk.mp4"], outputs(), RECIPE, span).jobs
    assert (job.source, job.recipe, job.span) == (here / "talk.mp4", RECIPE, span)


def test_jobs_are_in_the_order_of_the_request(here: Path) -> None:
    planned = plan([here / "walk.mkv", here / "talk.mp4"], outputs(), RECIPE)
    assert [job.source.name for job in planned.jobs] == ["walk.mkv", "talk.mp4"]


def test_a_source_given_twice_is_done_once(here: Path) -> None:
    assert len(plan([here / "talk.mp4", here / "." / "talk.mp4", here], outputs(), RECIPE).jobs) == 2


def test_a_folder_stands_for_its_videos_by_name(here: Path) -> None:
    for name in ("b.MP4", "a.mov", "notes.txt", "picture.jpg", ".hidden", "no suffix"):
        (here / name).write_bytes(b"")
    (here / "inner.mp4").mkdir()
    planned = plan([here], outputs(), RECIPE)
    assert [job.source.name for job in planned.jobs] == ["a.mov", "b.MP4", "talk.mp4", "walk.mkv"]


def test_a_file_named_outright_is_taken_whatever_its_suffix(here: Path) -> None:
    (here / "odd.xyz").write_bytes(b"")
    assert [job.source.name for job in plan([here / "odd.xyz"], outputs(), RECIPE).jobs] == ["odd.xyz"]


# Sources that are wrong.


def test_no_source_at_all_is_refused() -> None:
    with pytest.raises(SourcesError, match="none"):
        plan([], outputs(), RECIPE)


def test_a_source_that_is_not_there_is_refused(here: Path) -> None:
    assert "no such file" in refused(SourcesError, [here / "talk.mp4", here / "nowhere.mp4"])


def test_a_link_to_nowhere_is_refused(here: Path) -> None:
    (here / "link.mp4").symlink_to(here / "gone.mp4")
    assert "no such file" in refused(SourcesError, [here / "link.mp4"])


def test_a_folder_without_video_is_refused(here: Path) -> None:
    (here / "empty").mkdir()
    (here / "empty" / "notes.txt").write_text("no video")
    assert "no video" in refused(SourcesError, [here / "empty"])


@pytest.mark.parametrize("length", [300, 5000])
def test_a_name_too_long_for_the_system_is_refused(here: Path, length: int) -> None:
    refused(SourcesError, [here / ("a" * length + ".mp4")])


def test_a_folder_that_may_not_be_listed_is_refused(public: Path, as_nobody: Callable[[], Any]) -> None:
    (public / "locked").mkdir(0o300)
    with as_nobody(), pytest.raises(SourcesError):
        plan([public / "locked"], outputs(), RECIPE)


def test_a_file_in_a_folder_that_may_not_be_entered_is_refused(public: Path, as_nobody: Callable[[], Any]) -> None:
    (public / "locked").mkdir(0o600)
    (public / "locked" / "talk.mp4").write_bytes(b"")
    with as_nobody(), pytest.raises(SourcesError):
        plan([public / "locked" / "talk.mp4"], outputs(), RECIPE)


# Outputs that clash.


def test_o_with_two_sources_is_refused(here: Path) -> None:
    said = refused(OptionError, [here / "talk.mp4", here / "walk.mkv"], outputs(file=here / "done.mp4"))
    assert "-o" in said
    assert "2" in said


def test_o_with_a_folder_of_two_videos_is_refused(here: Path) -> None:
    with pytest.raises(OptionError, match="-o"):
        plan([here], outputs(file=here / "done.mp4"), RECIPE)


def test_o_with_a_folder_of_one_video_is_fine(here: Path) -> None:
    (here / "walk.mkv").unlink()
    assert targets(plan([here], outputs(file=here / "done.mp4"), RECIPE)) == [here / "done.mp4"]


def test_o_and_out_dir_together_are_refused(here: Path) -> None:
    assert "--out-dir" in refused(OptionError, [here / "talk.mp4"], outputs(file=here / "a.mp4", folder=here))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("talk.avi", "talk.mp4"),
        ("talk.mp4", "TALK.mp4"),
        ("talk.mp4", "talk.MP4"),
        (unicodedata.normalize("NFC", "é.mp4"), unicodedata.normalize("NFD", "é.mp4")),
        ("straße.mp4", "STRASSE.mp4"),
    ],
    ids=["suffix", "case", "case of suffix", "unicode form", "case folding"],
)
def test_two_sources_for_one_output_are_refused(here: Path, one: str, other: str) -> None:
    for folder, name in (("first", one), ("second", other)):
        (here / folder).mkdir()
        (here / folder / name).write_bytes(b"")
    said = refused(TargetError, [here / "first" / one, here / "second" / other], outputs(folder=here / "done"))
    assert one in said
    assert other in said


def test_one_folder_by_two_paths_is_one_place(here: Path) -> None:
    (here / "done").mkdir()
    (here / "alias").symlink_to(here / "done")
    for folder in ("done", "alias"):
        (here / folder / f"{folder}.txt").write_text("")
    (here / "done" / "talk.mp4").write_bytes(b"")
    refused(TargetError, [here / "done" / "talk.mp4", here / "alias" / "talk.mp4"])


@pytest.mark.parametrize("existing", ["fail", "skip", "overwrite"])
def test_an_output_that_is_its_source_is_refused(here: Path, existing: str) -> None:
    assert "source" in refused(TargetError, [here / "talk.mp4"], outputs(file=here / "talk.mp4", existing=existing))


def test_an_out_dir_that_is_the_sources_folder_is_refused(here: Path) -> None:
    assert "source" in refused(TargetError, [here / "talk.mp4"], outputs(folder=here, existing="overwrite"))


def test_an_output_that_is_another_source_is_refused(here: Path) -> None:
    (here / "talk-replace.mp4").write_bytes(b"")
    assert "source" in refused(
        TargetError, [here / "talk.mp4", here / "talk-replace.mp4"], outputs(existing="overwrite")
    )


@pytest.mark.parametrize("link", ["symbolic", "hard"])
def test_an_output_linked_to_its_source_is_refused(here: Path, link: str) -> None:
    target = here / "link.mp4"
    if link == "hard":
        target.hardlink_to(here / "talk.mp4")
    else:
        target.symlink_to("talk.mp4")
    assert "source" in refused(TargetError, [here / "talk.mp4"], outputs(file=target, existing="overwrite"))


def test_an_output_that_is_a_linked_source_s_file_is_refused(here: Path) -> None:
    (here / "link.mp4").symlink_to("talk.mp4")
    assert "source" in refused(TargetError, [here / "link.mp4"], outputs(file=here / "talk.mp4", existing="overwrite"))


def test_an_output_that_is_its_source_by_another_path_is_refused(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here)
    (here / "inner").mkdir()
    with pytest.raises(TargetError, match="source"):
        plan([Path("talk.mp4")], outputs(file=here / "inner" / ".." / "talk.mp4", existing="overwrite"), RECIPE)


# Outputs that are there.


@pytest.fixture
def done(here: Path) -> Path:
    """An output of an earlier run."""
    target = here / "talk-replace.mp4"
    target.write_bytes(b"from an earlier run")
    return target


def test_an_existing_output_is_refused(here: Path, done: Path) -> None:
    said = refused(TargetError, [here / "talk.mp4"])
    assert str(done) in said
    assert "--existing" in said


def test_one_existing_output_refuses_the_whole_request(here: Path, done: Path) -> None:
    refused(TargetError, [here / "walk.mkv", here / "talk.mp4"])


def test_an_existing_output_is_skipped_where_that_is_asked(here: Path, done: Path) -> None:
    planned = plan([here / "talk.mp4", here / "walk.mkv"], outputs(existing="skip"), RECIPE)
    assert [skipped.job.target for skipped in planned.skipped] == [done]
    assert [job.source.name for job in planned.jobs] == ["walk.mkv"]


def test_an_existing_output_is_a_job_where_overwriting_is_asked(here: Path, done: Path) -> None:
    planned = plan([here / "talk.mp4"], outputs(existing="overwrite"), RECIPE)
    assert targets(planned) == [done]
    assert planned.skipped == ()
    assert done.read_bytes() == b"from an earlier run"


@pytest.mark.parametrize("existing", ["fail", "skip", "overwrite"])
def test_a_folder_of_the_output_s_name_is_refused(here: Path, existing: str) -> None:
    (here / "talk-replace.mp4").mkdir()
    assert "folder" in refused(TargetError, [here / "talk.mp4"], outputs(existing=existing))


@pytest.mark.parametrize("aim", ["elsewhere.mp4", "nowhere.mp4"])
def test_an_output_is_not_written_through_a_symbolic_link(here: Path, aim: str) -> None:
    (here / "elsewhere.mp4").write_bytes(b"precious")
    (here / "talk-replace.mp4").symlink_to(aim)
    assert "symbolic link" in refused(TargetError, [here / "talk.mp4"], outputs(existing="overwrite"))


def test_a_symbolic_link_counts_as_an_existing_output_even_to_nowhere(here: Path) -> None:
    (here / "talk-replace.mp4").symlink_to("nowhere.mp4")
    assert "there already" in refused(TargetError, [here / "talk.mp4"])


def test_an_output_s_name_too_long_for_the_system_is_refused(here: Path) -> None:
    refused(TargetError, [here / "talk.mp4"], outputs(file=here / ("a" * 300 + ".mp4")))


# Folders for outputs.


def test_planning_makes_no_folder_and_make_folders_does(here: Path) -> None:
    planned = plan([here / "talk.mp4"], outputs(folder=here / "deep" / "done"), RECIPE)
    assert not (here / "deep").exists()
    make_folders(planned.places)
    assert (here / "deep" / "done").is_dir()
    make_folders(planned.places)


def test_a_folder_that_can_not_be_made_is_a_wrong_request(here: Path) -> None:
    planned = plan([here / "talk.mp4"], outputs(folder=here / "done"), RECIPE)
    (here / "done").write_text("in the way since then")
    with pytest.raises(TargetError, match="can't be made"):
        make_folders(planned.places)


def test_an_out_dir_that_is_a_file_is_refused(here: Path) -> None:
    assert "no folder" in refused(TargetError, [here / "talk.mp4"], outputs(folder=here / "walk.mkv"))


def test_an_out_dir_below_a_file_is_refused(here: Path) -> None:
    assert "no folder" in refused(TargetError, [here / "talk.mp4"], outputs(folder=here / "walk.mkv" / "done"))


def test_o_in_a_folder_that_is_not_there_is_refused(here: Path) -> None:
    assert "no such folder" in refused(TargetError, [here / "talk.mp4"], outputs(file=here / "nowhere" / "done.mp4"))


@pytest.fixture
def locked(public: Path) -> Iterator[Path]:
    """A folder that may be entered and not written to."""
    (public / "talk.mp4").write_bytes(b"")
    folder = public / "locked"
    folder.mkdir()
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)


@pytest.mark.parametrize("inner", ["", "done/deep"])
def test_an_out_dir_that_can_not_be_written_to_is_refused(
    locked: Path, inner: str, as_nobody: Callable[[], AbstractContextManager[None]]
) -> None:
    with as_nobody():
        said = refused(TargetError, [locked.parent / "talk.mp4"], outputs(folder=locked / inner))
    assert "can't be written" in said
    assert list(locked.iterdir()) == []


def test_a_source_s_folder_that_can_not_be_written_to_is_refused(
    locked: Path, as_nobody: Callable[[], AbstractContextManager[None]]
) -> None:
    locked.chmod(0o755)
    (locked / "talk.mp4").write_bytes(b"")
    locked.chmod(0o555)
    with as_nobody():
        assert "can't be written" in refused(TargetError, [locked / "talk.mp4"])


# Settings.


@pytest.mark.parametrize(
    "span",
    [
        Span(Fraction(5), Fraction(5)),
        Span(Fraction(5), Fraction(4)),
        Span(Fraction(0), Fraction(0)),
        Span(Fraction(-1), Fraction(4)),
    ],
    ids=["empty", "backward", "empty at 0", "before the beginning"],
)
def test_a_span_that_holds_nothing_is_refused(here: Path, span: Span) -> None:
    assert refused(OptionError, [here / "talk.mp4"], span=span).startswith("--")


def encoded(**changes: Any) -> Recipe:
    return dataclasses.replace(RECIPE, encoding=Encoding(**changes))


@pytest.mark.parametrize("name", ["done.txt", "done", "done.mp3", "done.mp4.", "done.gif"])
def test_an_output_s_suffix_that_is_no_container_is_refused(here: Path, name: str) -> None:
    assert ".mp4" in refused(TargetError, [here / "talk.mp4"], outputs(file=here / name))


@pytest.mark.parametrize("codec", ["h265", "H264", "", "libx264", "prores"])
def test_a_codec_that_is_none_is_refused_and_those_that_are_are_named(here: Path, codec: str) -> None:
    said = refused(OptionError, [here / "talk.mp4"], recipe=encoded(codec=codec))
    assert "--codec" in said
    for name in ("h264", "hevc", "av1", "vp9"):
        assert name in said


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_a_container_that_can_not_hold_the_codec_is_refused(here: Path, codec: str) -> None:
    said = refused(OptionError, [here / "talk.mp4"], outputs(file=here / "done.webm"), encoded(codec=codec))
    assert "webm" in said
    assert "vp9" in said


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".m4v", ".MP4"])
@pytest.mark.parametrize("codec", ["h264", "hevc", "av1", "vp9"])
def test_a_container_that_holds_the_codec_is_taken(here: Path, suffix: str, codec: str) -> None:
    target = here / f"done{suffix}"
    assert targets(plan([here / "talk.mp4"], outputs(file=target), encoded(codec=codec))) == [target]


def test_one_source_whose_container_can_not_hold_the_codec_refuses_the_whole_request(here: Path) -> None:
    (here / "clip.webm").write_bytes(b"")
    said = refused(OptionError, [here / "talk.mp4", here / "clip.webm"], recipe=encoded(codec="hevc"))
    assert "webm" in said


@pytest.mark.parametrize("crf", [-1, 51.5, 1000, float("nan"), float("inf")])
def test_a_crf_that_the_codec_has_not_is_refused(here: Path, crf: float) -> None:
    assert "--crf" in refused(OptionError, [here / "talk.mp4"], recipe=encoded(crf=crf))


@pytest.mark.parametrize("crf", [0, 23.5, 51])
def test_a_crf_that_the_codec_has_is_taken(here: Path, crf: float) -> None:
    assert len(plan([here / "talk.mp4"], outputs(), encoded(crf=crf)).jobs) == 1


@pytest.mark.parametrize(
    ("codec", "preset"), [(None, "fastest"), ("h264", "8"), ("av1", "medium"), ("vp9", "13"), ("h264", "")]
)
def test_a_preset_that_the_codec_has_not_is_refused(here: Path, codec: str | None, preset: str) -> None:
    assert "--preset" in refused(OptionError, [here / "talk.mp4"], recipe=encoded(codec=codec, preset=preset))


def test_the_limits_are_those_of_the_codec_asked_for(here: Path) -> None:
    assert plan([here / "talk.mp4"], outputs(), encoded(codec="av1", crf=60, preset="13"))


@pytest.mark.parametrize(("background", "error"), [("#12345", ColourError), ("nowhere.jpg", BackgroundError)])
def test_what_a_stage_can_not_work_with_is_refused(here: Path, background: str, error: type[RequestError]) -> None:
    refused(error, [here / "talk.mp4"], recipe=dataclasses.replace(RECIPE, effect=Replace(background)))


def test_planning_twice_gives_the_same(here: Path) -> None:
    first, second = (plan([here], outputs(folder=here / "done"), RECIPE) for _ in range(2))
    assert first == second


# --- sequences ---

STRAIGHT = Recipe(Disc(), (Enlarge(),), Cutout(), Encoding(content="straight"))


def test_a_made_name_ends_as_is_told(here: Path) -> None:
    planned = plan([here / "talk.mp4"], Outputs("cutout", suffix=".webm"), STRAIGHT)
    assert [job.target for job in planned.jobs] == [here / "talk-cutout.webm"]
    planned = plan([here / "talk.mp4"], Outputs("cutout", folder=here / "d", suffix=".mov"), STRAIGHT)
    assert [job.target for job in planned.jobs] == [here / "d" / "talk.mov"]


@pytest.mark.parametrize("there", [False, True])
def test_a_sequence_needs_its_folder_empty_or_not_there_and_makes_none(here: Path, there: bool) -> None:
    if there:
        (here / "frames").mkdir()
    planned = plan([here / "talk.mp4"], outputs(file=here / "frames" / "%d.png"), STRAIGHT)
    make_folders(planned.places)
    assert [job.target for job in planned.jobs] == [here / "frames" / "%d.png"]
    assert (here / "frames").exists() == there


def test_a_sequence_s_folder_is_made_in_one_that_is_there(here: Path) -> None:
    line = refused(TargetError, [here / "talk.mp4"], outputs(file=here / "a" / "frames" / "%d.png"), STRAIGHT)
    assert line == f"{here / 'a'}: no such folder"


def test_a_full_folder_is_refused_skipped_or_overwritten(here: Path) -> None:
    target = here / "frames" / "%d.png"
    target.parent.mkdir()
    (target.parent / "1.png").write_bytes(b"old")
    line = refused(TargetError, [here / "talk.mp4"], outputs(file=target), STRAIGHT)
    assert line == f"{target.parent}: is not empty: use --existing overwrite or skip, or another folder"
    assert len(plan([here / "talk.mp4"], outputs(file=target, existing="skip"), STRAIGHT).skipped) == 1
    assert len(plan([here / "talk.mp4"], outputs(file=target, existing="overwrite"), STRAIGHT).jobs) == 1


def test_a_folder_with_other_files_is_never_overwritten(here: Path) -> None:
    target = here / "frames" / "%d.png"
    target.parent.mkdir()
    (target.parent / "1.png").write_bytes(b"old")
    (target.parent / "notes.txt").write_bytes(b"mine")
    line = refused(TargetError, [here / "talk.mp4"], outputs(file=target, existing="overwrite"), STRAIGHT)
    assert line == f"{target.parent}: holds notes.txt, which is none of %d.png: use another folder"


@pytest.mark.parametrize("existing", ["fail", "skip", "overwrite"])
def test_a_file_where_the_folder_would_be_is_refused(here: Path, existing: str) -> None:
    line = refused(
        TargetError, [here / "talk.mp4"], outputs(file=here / "walk.mkv" / "%d.png", existing=existing), STRAIGHT
    )
    assert line == f"{here / 'walk.mkv'}: is a file: a sequence needs a folder"


def test_a_linked_folder_is_not_written_through(here: Path) -> None:
    (here / "real").mkdir()
    (here / "real" / "1.png").write_bytes(b"old")
    (here / "frames").symlink_to(here / "real")
    line = refused(
        TargetError, [here / "talk.mp4"], outputs(file=here / "frames" / "%d.png", existing="overwrite"), STRAIGHT
    )
    assert line == f"{here / 'frames'}: is a symbolic link: it isn't written through"


def test_a_folder_that_may_not_be_listed_is_no_target(public: Path, as_nobody: Callable[[], Any]) -> None:
    (public / "talk.mp4").write_bytes(b"a video")
    (public / "frames").mkdir()
    (public / "frames").chmod(0o311)
    with as_nobody(), pytest.raises(TargetError, match="can't be read: Permission denied"):
        plan([public / "talk.mp4"], outputs(file=public / "frames" / "%d.png"), STRAIGHT)


# Trees and templates.


def test_a_tree_is_kept_below_the_output_folder(here: Path) -> None:
    (here / "day" / "two").mkdir(parents=True)
    (here / "day" / "two" / "talk.mp4").write_bytes(b"")
    planned = plan([here], outputs(folder=here / "done"), RECIPE, recursive=True)
    assert targets(planned) == [here / "done/talk.mp4", here / "done/walk.mkv", here / "done/day/two/talk.mp4"]


def test_a_template_names_the_outputs(here: Path) -> None:
    planned = plan([here], outputs(folder=here / "done", name="{number}/{stem}-sea{suffix}"), RECIPE)
    assert targets(planned) == [here / "done/1/talk-sea.mp4", here / "done/2/walk-sea.mkv"]


def test_outputs_that_a_template_put_beside_their_sources_are_no_sources(here: Path) -> None:
    (here / "talk-sea.mp4").write_bytes(b"")
    planned = plan([here], outputs(name="{stem}-sea{suffix}", existing="overwrite"), RECIPE)
    assert targets(planned) == [here / "talk-sea.mp4", here / "walk-sea.mkv"]


@pytest.mark.parametrize(
    ("template", "said"),
    [("{stem}", "without a suffix"), ("same.mp4", "both"), ("../{stem}.mp4", "leaves the folder"), ("{x}", "no field")],
)
def test_a_template_that_can_not_work_is_refused(here: Path, template: str, said: str) -> None:
    assert said in refused(RequestError, [here], outputs(folder=here / "done", name=template))


def test_a_template_does_not_go_with_o(here: Path) -> None:
    refused(OptionError, [here / "talk.mp4"], outputs(file=here / "a.mp4", name="{stem}.mp4"))


def test_names_that_differ_by_case_alone_clash(here: Path) -> None:
    (here / "Talk.mp4").write_bytes(b"")
    assert "both" in refused(TargetError, [here], outputs(folder=here / "done"))
