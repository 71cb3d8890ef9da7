"""Nothing that a hostile file asks for is done: no other file read, nobody called, nothing written elsewhere."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import pytest

from benchmarks.rules import Listener, listing
from vidseg.testing import Clip

Run = Callable[..., Any]

EVIL = "a\x1b[2J\x1b]0;title\x07\x9b31m\u202e\x7f\nb"
"""A name, or a tag: clears the terminal, names its window, makes red, turns the direction, begins another line."""


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """Where every call by HTTP would come, whoever is called."""
    with Listener() as listening:
        for name, value in listening.environment.items():
            monkeypatch.setenv(name, value)
        yield listening


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with a clip ``talk.mp4``, a file beside it that a list could name, and an empty folder ``out``."""
    Clip(frames=3).write(tmp_path / "talk.mp4")
    Clip(frames=3, codec="mpeg2video").write(tmp_path / "part.ts")
    (tmp_path / "out").mkdir()
    return tmp_path


def _hls(here: Path, port: int, *, live: bool) -> str:
    head = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:0\n"
    key = f'#EXT-X-KEY:METHOD=AES-128,URI="http://127.0.0.1:{port}/key"\n'
    parts = f"#EXTINF:1,\n{here}/part.ts\n#EXTINF:1,\nhttp://127.0.0.1:{port}/part.ts\n"
    return head + key + parts + ("" if live else "#EXT-X-ENDLIST\n")


def _dash(here: Path, port: int) -> str:
    return (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT1S">'
        f'<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>http://127.0.0.1:'
        f"{port}/</BaseURL><SegmentList><SegmentURL media='a.mp4'/></SegmentList></Representation></AdaptationSet>"
        "</Period></MPD>"
    )


LISTS: dict[str, Callable[[Path, int], str]] = {
    "hls": lambda here, port: _hls(here, port, live=False),
    "live hls": lambda here, port: _hls(here, port, live=True),
    "concat": lambda here, _: "ffconcat version 1.0\nfile talk.mp4\n",
    "concat elsewhere": lambda here, _: f"ffconcat version 1.0\nfile '{here}/talk.mp4'\n",
    "concat http": lambda here, port: f"ffconcat version 1.0\nfile http://127.0.0.1:{port}/a.mp4\n",
    "sdp": lambda here, port: (
        f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\n"
        "a=rtpmap:96 H264/90000\n"
    ),
    "dash": _dash,
    "rtsp": lambda here, port: f"rtsptext\nrtsp://127.0.0.1:{port}/\n",
    "reference": lambda here, port: f"[Reference]\r\nRef1=http://127.0.0.1:{port}/a.asf\r\n",
}


SUFFIXES = {"hls": ".m3u8", "live hls": ".m3u8", "sdp": ".sdp", "dash": ".mpd", "rtsp": ".rtsp", "reference": ".asx"}


@pytest.mark.parametrize("name", ["list.mp4", "as it is called"])
@pytest.mark.parametrize("kind", LISTS)
def test_a_file_that_names_others_is_refused_and_nobody_is_called(
    vidseg: Run, here: Path, listener: Listener, kind: str, name: str
) -> None:
    source = here / name if name == "list.mp4" else here / f"list{SUFFIXES.get(kind, '.ffconcat')}"
    source.write_text(LISTS[kind](here, listener.port))
    before = listing(here)
    for command in (
        ("screen", source, "-o", here / "out" / "done.mp4"),
        ("info", source),
        ("preview", source, "-o", here / "out" / "done.png"),
    ):
        ran = vidseg(*command)
        assert (ran.code, ran.out) == (1, "")
        assert ran.err.startswith(f"FAILED: {source}: ")
        assert len(ran.err.splitlines()) == 1
    background = vidseg("replace", here / "talk.mp4", "--bg", source, "-o", here / "out" / "done.mp4")
    assert (background.code, len(background.err.splitlines())) == (2, 1)
    assert listing(here) == before
    assert listener.calls == 0


@pytest.mark.parametrize(
    "name", ["http://127.0.0.1:{port}/a.mp4", "concat:talk.mp4|talk.mp4", "pipe:0", "tcp://127.0.0.1:{port}"]
)
def test_a_protocol_is_no_file(
    vidseg: Run, here: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(here)
    name = name.format(port=listener.port)
    assert vidseg("screen", name, "-o", "out/done.mp4").code == 2
    assert vidseg("info", name).code == 1
    assert vidseg("replace", "talk.mp4", "--bg", name, "-o", "out/done.mp4").code == 2
    assert listener.calls == 0


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.mkdir()


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _link_to_pipe(path: Path) -> None:
    os.mkfifo(path.with_name("real"))
    path.symlink_to("real")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes of Unix")
@pytest.mark.parametrize("make", [_pipe, _device, _link_to_pipe], ids=["pipe", "device", "link to a pipe"])
def test_what_is_no_regular_file_is_not_opened(vidseg: Run, here: Path, make: Callable[[Path], None]) -> None:
    source = here / "odd.mp4"
    make(source)
    for command in (("screen", source, "-o", here / "out" / "done.mp4"), ("info", source)):
        ran = vidseg(*command)
        assert (ran.code, ran.out) == (1, "")
        assert ran.err == f"FAILED: {source}: is not a file\n"
    background = vidseg("replace", here / "talk.mp4", "--bg", source, "-o", here / "out" / "done.mp4")
    assert (background.code, len(background.err.splitlines())) == (2, 1)
    model = vidseg("screen", here / "talk.mp4", "--model", source, "-o", here / "out" / "done.mp4")
    assert (model.code, len(model.err.splitlines())) == (2, 1)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes of Unix")
@pytest.mark.parametrize("make", [_pipe, _folder], ids=["pipe", "folder"])
def test_what_is_no_regular_file_is_no_recipe_manifest_or_report(
    vidseg: Run, here: Path, make: Callable[[Path], None]
) -> None:
    """A pipe would be waited for, as long as nobody writes to it."""
    from vidseg.manifest import of_folder

    for odd in (here / "r.toml", here / "r.html", of_folder(here / "out")):
        make(odd)
    for arguments in (
        ("run", here / "r.toml", here / "talk.mp4"),
        ("screen", here / "talk.mp4", "--save-recipe", here / "r.toml"),
        ("screen", here / "talk.mp4", "--report", here / "r.html"),
        ("screen", here / "talk.mp4", "--out-dir", here / "out"),
        ("status", here / "out"),
    ):
        ran = vidseg(*arguments)
        assert (ran.code, len(ran.err.splitlines())) == (2, 1), ran
        assert "None" not in ran.err
    assert vidseg("screen", here / "talk.mp4", "-o", here / "a.mp4").code == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_device_without_an_end_is_no_recipe(vidseg: Run, here: Path) -> None:
    for arguments in (
        ("run", "/dev/full", here / "talk.mp4"),
        ("screen", here / "talk.mp4", "--save-recipe", "/dev/full"),
    ):
        ran = vidseg(*arguments)
        assert (ran.code, len(ran.err.splitlines())) == (2, 1), ran


def test_a_file_too_large_for_a_recipe_is_not_read(vidseg: Run, here: Path) -> None:
    with (here / "r.toml").open("wb") as file:
        file.truncate(1 << 40)  # a terabyte of nothing, which takes no room
    ran = vidseg("run", here / "r.toml", here / "talk.mp4")
    assert (ran.code, ran.err) == (2, f"vidseg: {here / 'r.toml'}: is no recipe: it is too large for one\n")


# Control characters.


def harmless(text: str) -> None:
    """Nothing in it moves a terminal's cursor."""
    assert text
    assert all(character.isprintable() or character == "\n" for character in text), repr(text)


@pytest.fixture
def evil(tmp_path: Path) -> Path:
    """A file whose name and tags are not to be trusted with a terminal."""
    path = tmp_path / f"{EVIL}.mkv"
    with av.open(str(tmp_path / "plain.mkv"), "w") as out:
        stream = out.add_stream("ffv1", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.metadata["title"] = EVIL
        out.metadata["title"] = EVIL
        sound = out.add_stream("pcm_s16le", rate=8000)
        sound.metadata["language"] = EVIL
        sound.metadata["title"] = EVIL
        made = av.VideoFrame(64, 48, "yuv420p")
        for plane in made.planes:
            plane.update(bytes(plane.buffer_size))
        made.pts = 0
        out.mux(stream.encode(made))
        out.mux(stream.encode(None))
    return (tmp_path / "plain.mkv").rename(path)


@pytest.mark.parametrize(
    "more", [(), ("--json",), ("-v",), ("--dry-run",), ("--dry-run", "--json"), ("--progress", "json")]
)
def test_names_and_tags_do_not_reach_the_terminal_as_they_are(
    vidseg: Run, tmp_path: Path, evil: Path, more: tuple[str, ...]
) -> None:
    ran = vidseg("screen", evil, "--out-dir", tmp_path / EVIL, *more)
    assert ran.code == 0, ran.err
    harmless(ran.out + ran.err)
    if "--dry-run" not in more:
        assert listing(tmp_path / EVIL) >= {f"{EVIL}.mkv"}
        told = vidseg("status", tmp_path / EVIL, *(m for m in more if m == "--json"))
        harmless(told.out + told.err)
    if "--json" in more:
        assert json.loads(ran.out)["source"] == str(evil)


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_info_does_not_tell_them_as_they_are(vidseg: Run, evil: Path, more: tuple[str, ...]) -> None:
    ran = vidseg("info", evil, *more)
    assert ran.code == 0, ran.err
    assert "[2J" in ran.out
    harmless(ran.out)


def test_a_failure_does_not_tell_them_as_they_are(vidseg: Run, tmp_path: Path) -> None:
    source = tmp_path / f"{EVIL}.mp4"
    source.write_text("no video")
    for command in (("screen", source), ("screen", source, "--json"), ("info", source), ("info", source, "--json")):
        ran = vidseg(*command)
        assert ran.code == 1
        harmless(ran.out + ran.err)
    ran = vidseg("screen", tmp_path / EVIL)
    assert ran.code == 2
    harmless(ran.err)


def test_a_report_s_page_holds_no_control_character_and_no_tag_of_a_name(
    vidseg: Run, tmp_path: Path, evil: Path
) -> None:
    source = evil.rename(tmp_path / f"{EVIL}<script>alert(1)<script>.mkv")
    page = tmp_path / "report.html"
    assert vidseg("screen", source, "--out-dir", tmp_path / "out", "--report", page).code == 0
    text = page.read_text(encoding="utf-8")
    harmless(text)
    assert "<script" not in text


# Where is written.


def test_a_template_does_not_leave_the_folder_by_a_link_inside_it(vidseg: Run, here: Path) -> None:
    (here / "elsewhere").mkdir()
    (here / "out" / "sub").symlink_to(here / "elsewhere")
    ran = vidseg("screen", here / "talk.mp4", "--out-dir", here / "out", "--name", "sub/{stem}.mp4")
    assert ran.code == 2
    assert "leads out of" in ran.err
    assert listing(here / "elsewhere") == set()


def test_a_folder_for_outputs_may_be_a_link_itself(vidseg: Run, here: Path) -> None:
    (here / "link").symlink_to(here / "out")
    assert vidseg("screen", here / "talk.mp4", "--out-dir", here / "link", "--name", "a/{stem}.mp4").code == 0
    assert "a/talk.mp4" in listing(here / "out")


@pytest.mark.parametrize("existing", ["skip", "overwrite"])
def test_an_output_that_is_a_link_is_not_written_through(vidseg: Run, here: Path, existing: str) -> None:
    aim = here / "precious.mp4"
    aim.write_bytes(b"precious")
    (here / "out" / "talk.mp4").symlink_to(aim)
    vidseg("screen", here / "talk.mp4", "--out-dir", here / "out", "--existing", existing)
    assert aim.read_bytes() == b"precious"
    assert (here / "out" / "talk.mp4").is_symlink()


def test_a_manifest_that_is_a_link_is_not_written_through(vidseg: Run, here: Path) -> None:
    from vidseg.manifest import of_folder

    aim = here / "precious.txt"
    aim.write_bytes(b"precious")
    of_folder(here / "out").symlink_to(aim)
    ran = vidseg("screen", here / "talk.mp4", "--out-dir", here / "out")
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert aim.read_bytes() == b"precious"


@pytest.mark.parametrize("name", ["report.json", "report.html"])
def test_a_report_that_is_a_link_is_not_written_through(vidseg: Run, here: Path, name: str) -> None:
    assert vidseg("screen", here / "talk.mp4", "-o", here / "out" / "a.mp4", "--report", here / name).code == 0
    aim = (here / name).rename(here / f"precious-{name}")
    before = aim.read_bytes()
    (here / name).symlink_to(aim)
    vidseg("screen", here / "talk.mp4", "-o", here / "out" / "b.mp4", "--report", here / name)
    assert aim.read_bytes() == before


def test_a_recipe_that_is_a_link_is_not_written_through(vidseg: Run, here: Path) -> None:
    aim = here / "precious.toml"
    aim.write_text('command = "screen"\n')
    (here / "r.toml").symlink_to(aim)
    ran = vidseg("screen", here / "talk.mp4", "-o", here / "out" / "a.mp4", "--save-recipe", here / "r.toml")
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert aim.read_text() == 'command = "screen"\n'
