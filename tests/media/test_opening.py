"""Opening: local regular files in known formats, and a sentence for everything else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from vidseg.errors import SourceError
from vidseg.media import opening
from vidseg.testing import Clip


def open_files() -> set[str]:
    """What this process holds open."""
    there = Path("/proc/self/fd")
    if not there.exists():
        pytest.skip("asks Linux")
    return {str(link.readlink()) for link in there.iterdir() if link.is_symlink()}


def refused(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        opening.open_input(path)
    assert caught.value.path == str(path)
    return caught.value.reason


def folder(path: Path) -> None:
    path.mkdir()


def loop(path: Path) -> None:
    path.symlink_to(path)


def dangling(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere"))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: None, "no such file"),
        (dangling, "no such file"),
        (folder, "is not a file"),
        (os.mkfifo, "is not a file"),  # opening one would wait for ever
        (loop, "can't be read: Too many levels of symbolic links"),
        (Path.touch, "is empty"),
        (lambda path: path.write_text("Not a film.\n" * 99), "is no video that vidseg can read (Invalid data found"),
        (lambda path: path.write_bytes(bytes(range(256)) * 40), "is no video that vidseg can read ("),
    ],
    ids=["missing", "dangling", "folder", "fifo", "loop", "empty", "text", "noise"],
)
def test_what_is_no_video_is_refused_with_a_sentence(
    tmp_path: Path, make: Callable[[Path], object], sentence: str
) -> None:
    path = tmp_path / "a.mp4"
    make(path)
    assert refused(path).startswith(sentence)


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / ("x" * 300 + ".mp4")) == "can't be read: File name too long"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = Clip(frames=1).write(tmp_path / "a.mp4")
    path.chmod(0)
    assert refused(path) == "can't be read: Permission denied"


@pytest.mark.parametrize("name", ["list.m3u8", "list.mp4"])
def test_a_playlist_is_not_followed(tmp_path: Path, name: str) -> None:
    Clip(frames=1).write(tmp_path / "a.ts")
    (tmp_path / name).write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\na.ts\n#EXT-X-ENDLIST\n"
    )
    assert refused(tmp_path / name).startswith("is no video")


@pytest.mark.parametrize("name", ["list.ffconcat", "list.mkv"])
def test_a_list_of_files_is_not_followed(tmp_path: Path, name: str) -> None:
    Clip(frames=1).write(tmp_path / "a.mkv")
    (tmp_path / name).write_text("ffconcat version 1.0\nfile a.mkv\n")
    assert refused(tmp_path / name).startswith("is no video")


def test_a_session_description_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.sdp").write_text(
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n"
    )
    assert refused(tmp_path / "a.sdp").startswith("is no video")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp"])
def test_a_still_is_no_video_but_may_be_a_background(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    codec = {".png": "png", ".jpg": "mjpeg", ".bmp": "bmp"}[suffix]
    pixel_format = {".png": "rgb24", ".jpg": "yuvj420p", ".bmp": "bgr24"}[suffix]
    with av.open(str(path), "w", format="image2") as out:
        stream = out.add_stream(codec, rate=1)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 16, 16, pixel_format
        out.mux(stream.encode(av.VideoFrame(16, 16, pixel_format)))
        out.mux(stream.encode(None))
    assert refused(path).startswith("is no video")
    opening.open_input(path, opening.PICTURE_FORMATS).close()


@pytest.mark.parametrize(
    "name", ["http:x.mp4", "pipe:0.mp4", "a:b.mp4", "-i.mp4", "100%03d.mp4", "a\nb.mp4", "é 😀.mp4"]
)
def test_a_name_is_a_name_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """FFmpeg takes what stands before a colon for a protocol."""
    Clip(frames=1).write(tmp_path / "plain.mp4").rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    with opening.opened(Path(name)) as container:
        assert len(container.streams.video) == 1


def test_metadata_that_is_no_unicode_does_not_hinder(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as out:
        out.metadata["title"] = "AAAA"
        stream = out.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "yuv420p"
        out.mux(stream.encode(av.VideoFrame(16, 16, "yuv420p")))
        out.mux(stream.encode(None))
    path.write_bytes(path.read_bytes().replace(b"AAAA", b"\xff\xfeA\xff"))
    with opening.opened(path) as container:
        assert "A" in container.metadata["title"]


def test_a_context_closes_also_after_an_error(tmp_path: Path) -> None:
    path = Clip(frames=1).write(tmp_path / "a.mp4")

    def fails() -> None:
        with opening.opened(path):
            assert str(path) in open_files()
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert str(path) not in open_files()


def test_a_file_that_is_refused_is_not_left_open(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_text("Not a film.\n" * 99)
    refused(path)
    assert str(path) not in open_files()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(5, "Input/output error", "/secret/place"), "Input/output error"),
        (ValueError("two\n  lines"), "two lines"),
        (KeyError(), "KeyError"),
    ],
)
def test_a_reason_is_one_line_without_names(error: BaseException, said: str) -> None:
    assert opening.reason(error) == said
