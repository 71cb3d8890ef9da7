"""Bad input, as users have it: one line, the exit code that was promised, and nothing left behind.

Most of it runs in this process, through ``vidseg.cli.main``; a few of each kind through the installed command.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from vidseg.testing import Clip

COMMAND = Path(sys.executable).with_name("vidseg")
SAMPLES = Path(__file__).parents[2] / "sample_media"
Run = Callable[..., Any]
AsNobody = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with a clip ``talk.mp4`` and an empty folder ``out``."""
    Clip(frames=3).write(tmp_path / "talk.mp4")
    (tmp_path / "out").mkdir()
    return tmp_path


def everything(folder: Path) -> dict[str, bytes | None]:
    """All that is in a folder, hidden files included, with its content where that may be read."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() and os.access(path, os.R_OK) else None
        for path in sorted(folder.rglob("*"))
    }


def refused(vidseg: Run, folder: Path, *arguments: object) -> str:
    """The one line with which a request is refused, before anything starts: exit code 2."""
    before = everything(folder)
    ran = vidseg("replace", *arguments)
    assert (ran.code, ran.out) == (2, ""), ran.err
    assert ran.err.startswith("vidseg: ")
    assert len(ran.err.splitlines()) == 1
    assert everything(folder) == before
    return str(ran.err)


def failed(vidseg: Run, folder: Path, source: Path, *arguments: object) -> str:
    """The one line with which a file fails: exit code 1."""
    before = everything(folder)
    ran = vidseg("replace", source, "--bg", "green", "-o", folder / "out" / "done.mp4", *arguments)
    assert (ran.code, ran.out) == (1, ""), ran.err
    assert ran.err.startswith(f"FAILED: {source}: ")
    assert len(ran.err.splitlines()) == 1
    assert "unforeseen" not in ran.err
    assert everything(folder) == before
    return str(ran.err)


# Sources.


def test_no_such_file(vidseg: Run, here: Path) -> None:
    assert "no such file" in refused(vidseg, here, here / "nowhere.mp4", "--bg", "green", "--out-dir", here / "out")


def test_one_missing_among_many_stops_all(vidseg: Run, here: Path) -> None:
    said = refused(vidseg, here, here / "talk.mp4", here / "nowhere.mp4", "--bg", "green", "--out-dir", here / "out")
    assert "nowhere.mp4" in said


def test_a_folder_without_video(vidseg: Run, here: Path) -> None:
    (here / "notes").mkdir()
    (here / "notes" / "notes.txt").write_text("no video")
    assert "no video" in refused(vidseg, here, here / "notes", "--bg", "green", "--out-dir", here / "out")


def test_a_list_with_missing_names(vidseg: Run, here: Path) -> None:
    (here / "list.txt").write_text(f"{here}/talk.mp4\n{here}/gone.mp4\n")
    said = refused(vidseg, here, "--from-file", here / "list.txt", "--bg", "green", "--out-dir", here / "out")
    assert f"list.txt, line 2: {here}/gone.mp4: no such file" in said


def test_a_template_that_leaves_the_folder(vidseg: Run, here: Path) -> None:
    said = refused(
        vidseg, here, here / "talk.mp4", "--bg", "green", "--out-dir", here / "out", "--name", "../{stem}.mp4"
    )
    assert "leaves the folder" in said


def test_links_in_a_circle(vidseg: Run, here: Path) -> None:
    (here / "more").mkdir()
    (here / "more" / "back").symlink_to(here)
    ran = vidseg("replace", here, "--recursive", "--bg", "green", "--out-dir", here / "out", "--dry-run", "--json")
    assert ran.code == 0
    assert len(ran.out.splitlines()) == 1


def test_a_file_that_may_not_be_read(vidseg: Run, public: Path, as_nobody: AsNobody) -> None:
    (public / "out").mkdir()
    (public / "out").chmod(0o777)
    source = Clip(frames=3).write(public / "locked.mp4")
    assert vidseg("replace", source, "--bg", "green", "--dry-run").code == 0  # imports all, while it may
    source.chmod(0)
    with as_nobody():
        assert "ermission denied" in failed(vidseg, public, source)


def test_text_named_as_a_video(vidseg: Run, here: Path) -> None:
    source = here / "text.mp4"
    source.write_text("no video at all\n" * 100)
    failed(vidseg, here, source)


def test_an_empty_file(vidseg: Run, here: Path) -> None:
    source = here / "empty.mp4"
    source.write_bytes(b"")
    assert "empty" in failed(vidseg, here, source)


def test_only_sound(vidseg: Run, here: Path) -> None:
    import av

    source = here / "sound.mp4"
    with av.open(str(SAMPLES / "astronaut.mp4")) as whole, av.open(str(source), "w") as sound:
        track = sound.add_stream_from_template(whole.streams.audio[0])
        for packet in whole.demux(whole.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = track
                sound.mux(packet)
    assert "no video" in failed(vidseg, here, source)


def test_no_frame(vidseg: Run, here: Path) -> None:
    """A whole, valid file with a video stream and nothing in it."""
    import av

    source = here / "none.mkv"
    with av.open(str(source), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.start_encoding()
    assert "frame" in failed(vidseg, here, source)


def test_a_file_cut_short_before_its_index(vidseg: Run, here: Path) -> None:
    source = here / "cut.mp4"
    whole = (here / "talk.mp4").read_bytes()
    index = whole.index(b"moov")
    assert index > whole.index(b"mdat")
    source.write_bytes(whole[: index - 4])
    failed(vidseg, here, source)


def test_a_picture_is_no_video(vidseg: Run, here: Path) -> None:
    source = here / "picture.mp4"
    shutil.copy(SAMPLES / "launch.jpg", source)
    failed(vidseg, here, source)


def test_a_playlist_is_not_followed(vidseg: Run, here: Path) -> None:
    source = here / "list.mp4"
    source.write_text(f"ffconcat version 1.0\nfile {here / 'talk.mp4'}\n")
    failed(vidseg, here, source)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes of Unix")
def test_a_pipe_that_nobody_writes_to(vidseg: Run, here: Path) -> None:
    source = here / "pipe.mp4"
    os.mkfifo(source)
    assert "not a file" in failed(vidseg, here, source)


def test_a_part_that_holds_no_frame(vidseg: Run, here: Path) -> None:
    assert "--start" in failed(vidseg, here, here / "talk.mp4", "--start", "1:00")


# Backgrounds.


@pytest.mark.parametrize("background", ["#12345", "#xyz", "nowhere.jpg", "greem", ""])
def test_a_background_that_is_neither_a_file_nor_a_colour(vidseg: Run, here: Path, background: str) -> None:
    said = refused(vidseg, here, here / "talk.mp4", "--bg", background, "--out-dir", here / "out")
    assert background in said


@pytest.mark.parametrize("content", [b"no picture", b"", b"\xff\xd8\xff\xe0broken"], ids=["text", "empty", "broken"])
@pytest.mark.parametrize("name", ["text.jpg", "text.png", "text.mp4"])
def test_a_background_that_is_no_picture(vidseg: Run, here: Path, name: str, content: bytes) -> None:
    (here / name).write_bytes(content)
    said = refused(vidseg, here, here / "talk.mp4", "--bg", here / name, "--out-dir", here / "out")
    assert name in said


def test_a_background_that_is_a_folder(vidseg: Run, here: Path) -> None:
    refused(vidseg, here, here / "talk.mp4", "--bg", here / "out", "--out-dir", here / "out")


def test_a_background_that_is_only_sound(vidseg: Run, here: Path) -> None:
    import av

    with av.open(str(here / "sound.wav"), "w") as sound:
        stream = sound.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame(format="s16", layout="mono", samples=800)
        frame.planes[0].update(bytes(frame.planes[0].buffer_size))
        frame.sample_rate = 8000
        sound.mux(stream.encode(frame))
        sound.mux(stream.encode(None))
    refused(vidseg, here, here / "talk.mp4", "--bg", here / "sound.wav", "--out-dir", here / "out")


# Outputs.


def test_o_with_two_sources(vidseg: Run, here: Path) -> None:
    Clip(frames=3).write(here / "walk.mp4")
    said = refused(vidseg, here, here / "talk.mp4", here / "walk.mp4", "--bg", "green", "-o", here / "out" / "done.mp4")
    assert "--out-dir" in said


def test_an_out_dir_that_can_not_be_written_to(vidseg: Run, public: Path, as_nobody: AsNobody) -> None:
    Clip(frames=3).write(public / "talk.mp4")
    assert vidseg("replace", public, "--bg", "green", "--dry-run").code == 0  # imports all, while it may
    (public / "out").mkdir(mode=0o555)
    with as_nobody():
        said = refused(vidseg, public, public / "talk.mp4", "--bg", "green", "--out-dir", public / "out")
    assert "can't be written" in said


def test_an_out_dir_that_is_a_file(vidseg: Run, here: Path) -> None:
    refused(vidseg, here, here / "talk.mp4", "--bg", "green", "--out-dir", here / "talk.mp4")


def test_an_existing_output(vidseg: Run, here: Path) -> None:
    (here / "out" / "talk.mp4").write_bytes(b"from an earlier run")
    assert "--existing" in refused(vidseg, here, here / "talk.mp4", "--bg", "green", "--out-dir", here / "out")


@pytest.mark.parametrize("existing", ["fail", "skip", "overwrite"])
def test_an_output_that_is_its_source(vidseg: Run, here: Path, existing: str) -> None:
    source = here / "talk.mp4"
    assert "source" in refused(vidseg, here, source, "--bg", "green", "-o", source, "--existing", existing)


@pytest.mark.parametrize("name", ["done.txt", "done", "done.jpg"])
def test_a_suffix_that_is_no_container(vidseg: Run, here: Path, name: str) -> None:
    assert ".mkv" in refused(vidseg, here, here / "talk.mp4", "--bg", "green", "-o", here / "out" / name)


def test_a_name_that_is_too_long(vidseg: Run, here: Path) -> None:
    long = "a" * 300 + ".mp4"
    refused(vidseg, here, here / "talk.mp4", "--bg", "green", "-o", here / "out" / long)
    refused(vidseg, here, here / long, "--bg", "green", "--out-dir", here / "out")
    refused(vidseg, here, here / "talk.mp4", "--bg", "green", "--out-dir", here / "out", "--model", long)


def test_a_background_s_name_that_is_too_long(vidseg: Run, here: Path) -> None:
    refused(vidseg, here, here / "talk.mp4", "--bg", "a" * 300, "--out-dir", here / "out")


# Settings.


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_a_container_that_can_not_take_the_codec(vidseg: Run, here: Path, codec: str) -> None:
    said = refused(vidseg, here, here / "talk.mp4", "--bg", "green", "-o", here / "out" / "done.webm", "--codec", codec)
    assert "webm" in said


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--codec", "h265"),
        ("--crf", "99"),
        ("--crf", "-1"),
        ("--crf", "nan"),
        ("--crf", "fine"),
        ("--preset", "fastest"),
        ("--fit", "tile"),
        ("--existing", "ask"),
        ("--start", "noon"),
        ("--start", "-5"),
        ("--end", "0"),
        ("--end", "1:2:3:4"),
    ],
)
def test_a_setting_that_can_not_be(vidseg: Run, here: Path, option: str, value: str) -> None:
    said = refused(vidseg, here, here / "talk.mp4", "--bg", "green", "--out-dir", here / "out", option, value)
    assert option in said


def test_an_end_before_the_start(vidseg: Run, here: Path) -> None:
    refused(vidseg, here, here / "talk.mp4", "--bg", "green", "--out-dir", here / "out", "--start", "5", "--end", "4")


@pytest.mark.parametrize(
    "content", [None, b"no model", b"", b"\x20\0\0\0TFL3" + bytes(500)], ids=["missing", "text", "empty", "zeros"]
)
def test_a_model_file_that_is_none(vidseg: Run, here: Path, content: bytes | None) -> None:
    model = here / "mine.tflite"
    if content is not None:
        model.write_bytes(content)
    said = refused(vidseg, here, here / "talk.mp4", "--bg", "green", "--out-dir", here / "out", "--model", model)
    assert said.startswith(f"vidseg: model {model}: ")


# A full disk.


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small disk")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk(vidseg: Run, small_disk: Path) -> None:
    ran = vidseg(
        "replace",
        SAMPLES / "stars.mp4",
        "--bg",
        "green",
        "--invert",
        "-o",
        small_disk / "done.mp4",
        "--crf",
        "0",
        "--quality",
        "fast",
    )
    assert ran.code == 1
    assert ran.err.splitlines() == [
        f"stopped: {small_disk / 'done.mp4'}: the disk is full: 1 file is not done; make room, and the same command "
        "goes on"
    ]
    assert list(small_disk.iterdir()) == []


# Through the installed command.


def run(*arguments: object, **settings: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=600, **settings
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nowhere.mp4", "--bg", "green"], 2),
        (["talk.mp4", "--bg", "text.jpg"], 2),
        (["text.mp4", "--bg", "green"], 1),
        (["talk.mp4", "--bg", "green", "--start", "noon"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_the_installed_command_says_one_line_and_leaves_nothing(here: Path, arguments: list[str], code: int) -> None:
    (here / "text.jpg").write_text("no picture")
    (here / "text.mp4").write_text("no video")
    before = everything(here)
    ran = run("replace", *arguments, cwd=here)
    assert (ran.returncode, ran.stdout) == (code, "")
    assert len(ran.stderr.splitlines()) == 1
    assert everything(here) == before


@pytest.mark.skipif(sys.platform == "win32", reason="limits of Unix")
def test_a_file_that_may_grow_no_further(here: Path) -> None:
    import resource

    before = everything(here)
    ran = run(
        "replace", SAMPLES / "stars.mp4", "--bg", "green", "--invert", "-o", here / "out" / "done.mp4", "--crf", "0",
        "--quality", "fast",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536)),
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.splitlines()[0].startswith(
        f"FAILED: {SAMPLES / 'stars.mp4'}: {here / 'out' / 'done.mp4'}: writing failed"
    )
    assert len(ran.stderr.splitlines()) == 1
    assert everything(here) == before
