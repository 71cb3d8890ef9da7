"""The installed ``vidseg replace`` on every clip in sample_media, its results read by PyAV alone."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

import vidseg
from vidseg.testing import Clip

COMMAND = Path(sys.executable).with_name("vidseg")
SAMPLES = Path(__file__).parents[2] / "sample_media"
CLIPS = ["astronaut.mp4", "astronaut_portrait.mp4", "astronaut_vfr.mp4", "astronaut_10bit.mkv", "stars.mp4"]
BACKGROUND = SAMPLES / "launch.jpg"

every_clip = pytest.mark.parametrize("name", CLIPS)
with_sound = pytest.mark.parametrize("name", ["astronaut.mp4", "astronaut_portrait.mp4", "astronaut_10bit.mkv"])


def run(*arguments: object, **settings: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=600, **settings
    )


@dataclass(frozen=True)
class Batch:
    """What one command line did with all clips."""

    folder: Path
    ran: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    folder = tmp_path_factory.mktemp("e2e") / "done"
    clips = [SAMPLES / name for name in CLIPS]
    ran = run(
        "replace", *clips, "--bg", BACKGROUND, "--out-dir", folder, "--preset", "ultrafast", "--quality", "fast",
        "--json",
    )  # fmt: skip
    return Batch(folder, ran)


def test_no_clip_is_left_out_here() -> None:
    assert sorted(CLIPS) == sorted(path.name for path in SAMPLES.iterdir() if path.suffix in (".mp4", ".mkv"))


def test_all_is_done(batch: Batch) -> None:
    assert batch.ran.returncode == 0, batch.ran.stderr
    assert sorted(path.name for path in batch.folder.iterdir()) == sorted([".vidseg.jsonl", *CLIPS])


def test_standard_output_is_one_json_object_for_each_clip(batch: Batch) -> None:
    said = [json.loads(line) for line in batch.ran.stdout.splitlines()]
    assert sorted(Path(one["source"]).name for one in said) == sorted(CLIPS)
    assert {one["outcome"] for one in said} == {"done"}


def test_standard_error_is_a_line_for_each_clip_and_a_summary(batch: Batch) -> None:
    """And so no line of MediaPipe's or FFmpeg's, no bar, no traceback."""
    lines = batch.ran.stderr.splitlines()
    assert [line.split(":")[0] for line in lines[:-1]] == ["done"] * len(CLIPS)
    assert lines[-1] == f"{len(CLIPS)} done, 0 failed, 0 skipped"


def decoded(path: Path) -> list[av.VideoFrame]:
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


def at(picture: av.VideoFrame) -> Fraction:
    return Fraction(picture.pts or 0) * Fraction(picture.time_base or 0)


@every_clip
def test_every_frame_is_there_at_its_exact_time(batch: Batch, name: str) -> None:
    times = [at(picture) for picture in decoded(SAMPLES / name)]
    assert len(times) > 30
    assert [at(picture) for picture in decoded(batch.folder / name)] == times


def test_variable_frame_times_are_still_variable(batch: Batch) -> None:
    times = [at(picture) for picture in decoded(batch.folder / "astronaut_vfr.mp4")]
    assert len({after - before for before, after in pairwise(times)}) > 3


def packets(path: Path, kind: str) -> list[tuple[Fraction, bytes]]:
    """Time and content of the packets of the streams of one kind."""
    with av.open(str(path)) as container:
        streams = [stream for stream in container.streams if stream.type == kind]
        assert streams
        return [
            (packet.pts * Fraction(packet.time_base), bytes(packet))
            for packet in container.demux(streams)
            if packet.size and packet.pts is not None
        ]


@with_sound
def test_the_sound_is_copied_packet_for_packet(batch: Batch, name: str) -> None:
    assert packets(batch.folder / name, "audio") == packets(SAMPLES / name, "audio")


def test_subtitles_are_copied_packet_for_packet(batch: Batch) -> None:
    def cues(path: Path) -> list[tuple[Fraction, bytes]]:
        return [cue for cue in packets(path, "subtitle") if len(cue[1]) > 2]  # MP4 fills gaps with empty ones

    assert len(cues(SAMPLES / "astronaut.mp4")) == 3
    assert cues(batch.folder / "astronaut.mp4") == cues(SAMPLES / "astronaut.mp4")


def test_chapters_and_title_are_kept(batch: Batch) -> None:
    def told(path: Path) -> Any:
        with av.open(str(path)) as container:
            chapters = [
                (one["start"] * (one["time_base"] or 0), one["end"] * (one["time_base"] or 0), one["metadata"])
                for one in container.chapters()
            ]
            return chapters, container.metadata["title"]

    assert len(told(SAMPLES / "astronaut.mp4")[0]) == 2
    assert told(batch.folder / "astronaut.mp4") == told(SAMPLES / "astronaut.mp4")


@every_clip
def test_languages_of_streams_are_kept(batch: Batch, name: str) -> None:
    def languages(path: Path) -> list[tuple[str, str | None]]:
        with av.open(str(path)) as container:
            return [
                (stream.type, stream.metadata.get("language"))
                for stream in container.streams
                if stream.type in ("audio", "subtitle")
            ]

    assert languages(batch.folder / name) == languages(SAMPLES / name)


def test_a_clip_on_its_side_comes_out_upright(batch: Batch) -> None:
    before = decoded(SAMPLES / "astronaut_portrait.mp4")[0]
    after = decoded(batch.folder / "astronaut_portrait.mp4")[0]
    assert (before.width, before.height, before.rotation) == (640, 360, -90)
    assert (after.width, after.height, after.rotation) == (360, 640, 0)


def test_upright_is_the_way_up_that_players_show(batch: Batch) -> None:
    """Turned by numpy as the display matrix says, the source's face is the result's face."""
    before = decoded(SAMPLES / "astronaut_portrait.mp4")[0].to_ndarray(format="gray")
    after = decoded(batch.folder / "astronaut_portrait.mp4")[0].to_ndarray(format="gray")
    upright = np.rot90(before, -1).astype(int)
    ((_, matte), *_) = vidseg.mattes(SAMPLES / "astronaut_portrait.mp4", end=Fraction(1, 100), quality="fast")
    person = cv2.erode((matte == vidseg.FULL).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert person.mean() > 0.1
    assert np.abs(after - upright)[person].mean() < 3
    assert np.abs(after - upright[::-1, ::-1])[person].mean() > 20


def test_10_bits_stay_10_bits_as_hevc(batch: Batch) -> None:
    for path in (SAMPLES / "astronaut_10bit.mkv", batch.folder / "astronaut_10bit.mkv"):
        with av.open(str(path)) as container:
            context = container.streams.video[0].codec_context
            assert (context.name, context.pix_fmt) == ("hevc", "yuv420p10le")
    lumas = decoded(batch.folder / "astronaut_10bit.mkv")[5].to_ndarray()[:360]
    assert np.any(lumas % 4), "8-bit codes in 10-bit clothes"


@pytest.mark.parametrize("name", ["astronaut.mp4", "astronaut_portrait.mp4", "astronaut_vfr.mp4", "stars.mp4"])
def test_8_bits_are_h264(batch: Batch, name: str) -> None:
    with av.open(str(batch.folder / name)) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")


@every_clip
def test_colour_tags_and_pixel_shape_are_kept(batch: Batch, name: str) -> None:
    def tags(path: Path) -> list[object]:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            context = stream.codec_context
            names = ("color_range", "colorspace", "color_primaries", "color_trc")
            return [*(getattr(context, name) for name in names), stream.sample_aspect_ratio or 1]

    assert tags(batch.folder / name) == tags(SAMPLES / name) == [1, 1, 1, 1, 1]


def test_the_new_background_is_behind(batch: Batch) -> None:
    """The upper left corner of the result is the picture's, cut to cover the frame, by OpenCV's reading."""
    picture = cv2.imread(str(BACKGROUND))
    assert picture is not None
    assert picture.shape == (427, 640, 3)  # as wide as the clip: 67 rows are too many
    got = decoded(batch.folder / "astronaut.mp4")[60].to_ndarray(format="bgr24")[:60, :100].astype(int)
    assert min(np.abs(got - picture[top : top + 60, :100]).mean() for top in (33, 34)) < 3
    assert np.abs(got - picture[:60, :100]).mean() > 6


# Bit for bit.


@dataclass(frozen=True)
class Lossless:
    """A clip before and after, and the mattes that made it so."""

    before: list[av.VideoFrame]
    after: list[av.VideoFrame]
    mattes: list[NDArray[Any]]


@pytest.fixture(scope="module")
def lossless(tmp_path_factory: pytest.TempPathFactory) -> Lossless:
    """x264 at crf 0 and 8 bits is lossless: what was composited is what is decoded. At the usual quality."""
    source = SAMPLES / "astronaut.mp4"
    target = tmp_path_factory.mktemp("lossless") / "out.mkv"
    ran = run(
        "replace", source, "--bg", "#00b140", "-o", target, "--codec", "h264", "--crf", "0", "--preset", "ultrafast",
        "--end", "0.25",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    mattes = [matte for _, matte in vidseg.mattes(source, end=Fraction(1, 4))]
    after = decoded(target)
    return Lossless(decoded(source)[: len(after)], after, mattes)


def luma(picture: av.VideoFrame) -> NDArray[Any]:
    return picture.to_ndarray()[: picture.height]


def chroma(picture: av.VideoFrame) -> NDArray[Any]:
    """Cb over Cr."""
    return picture.to_ndarray()[picture.height :].reshape(2, picture.height // 2, picture.width // 2)


def blocks(matte: NDArray[Any]) -> NDArray[Any]:
    """The four values of the matte that share a chroma sample."""
    return matte.reshape(matte.shape[0] // 2, 2, matte.shape[1] // 2, 2).transpose(0, 2, 1, 3).reshape(180, 320, 4)


def test_as_many_mattes_as_frames(lossless: Lossless) -> None:
    assert len(lossless.mattes) == len(lossless.after) == 8


def test_where_the_matte_is_full_every_decoded_value_is_kept(lossless: Lossless) -> None:
    for before, after, matte in zip(lossless.before, lossless.after, lossless.mattes, strict=True):
        full = matte == vidseg.FULL
        assert full.mean() > 0.2
        assert np.array_equal(luma(after)[full], luma(before)[full])
        full = np.all(blocks(matte) == vidseg.FULL, axis=2)
        assert np.array_equal(chroma(after)[:, full], chroma(before)[:, full])


def test_where_the_matte_is_nothing_every_value_is_the_background_s(lossless: Lossless) -> None:
    for after, matte in zip(lossless.after, lossless.mattes, strict=True):
        nothing = matte == 0
        assert nothing.mean() > 0.2
        assert set(luma(after)[nothing]) == {129}  # #00b140 in BT.709: 16 + 219 (0.7152 * 177 + 0.0722 * 64) / 255
        nothing = np.all(blocks(matte) == 0, axis=2)
        assert set(chroma(after)[0][nothing]) == {96}
        assert set(chroma(after)[1][nothing]) == {55}


def test_between_them_there_is_as_much_of_the_place_as_the_matte_says(lossless: Lossless) -> None:
    """What is mixed is not the pixel seen but the person's own colour, F of I = a F + (1 - a) B (docs: replace).

    With Chuang's estimate, F^ + g (I - B^ - a (F^ - B^)), that is off from I by (1 - a g) F^ - g (1 - a) B^ +
    (g - 1) I, whose three parts cancel where all is one colour: by 255 times the positive ones at most, which is little
    near a = 1.
    """
    for before, after, matte in zip(lossless.before, lossless.after, lossless.mattes, strict=True):
        share = matte / vidseg.FULL
        place = 129 * (1 - share)
        assert np.all(luma(after) >= place - 1)
        assert np.all(luma(after) <= place + 255 * share + 1)
        gain = 4 * share / (4 * share**2 + (1 - share) ** 2 + 0.01)
        off = 255 * np.maximum(1 - gain * share, gain - gain * share)
        assert np.all(np.abs(luma(after) - (place + luma(before) * share)) <= share * off + 1)


# Interrupted.


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize(
    ("number", "code", "line"),
    [
        (signal.SIGINT, 130, ["vidseg: interrupted: nothing half-written was left"]),
        (signal.SIGTERM, 143, ["vidseg: terminated: nothing half-written was left"]),
        (signal.SIGHUP, 129, ["vidseg: the terminal was closed: nothing half-written was left"]),
    ],
)
def test_a_signal_ends_it_within_two_seconds_and_leaves_nothing_but_what_was_begun(
    tmp_path: Path, number: signal.Signals, code: int, line: list[str], two_seconds: Callable[[], float]
) -> None:
    process = subprocess.Popen(
        [COMMAND, "replace", SAMPLES / "astronaut.mp4", "--bg", "green", "--out-dir", tmp_path, "--preset", "slower"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # a test run may ignore it, as nohup has it
    )  # fmt: skip
    try:
        written = wait_for(
            lambda: next((p for p in tmp_path.glob(".vidseg-*.part") if p.stat().st_size), None), process
        )
        assert written.exists()
        process.send_signal(number)
        began = time.monotonic()
        out, err = process.communicate(timeout=300)
        took = time.monotonic() - began
    finally:
        process.kill()
        process.wait()
    assert process.returncode == code
    assert took < two_seconds()
    assert out == ""
    assert [said for said in err.splitlines() if said] == line
    assert [left.name for left in tmp_path.iterdir()] == [".vidseg.jsonl"]  # by which the next run knows what was begun


def wait_for(found: Callable[[], Path | None], process: subprocess.Popen[str]) -> Path:
    until = time.monotonic() + 300
    while time.monotonic() < until:
        if (path := found()) is not None:
            return path
        assert process.poll() is None, "it ended before it wrote anything"
        time.sleep(0.01)
    raise AssertionError("nothing was written in five minutes")


# Other ways to be called.


def test_help_is_said_by_the_installed_command() -> None:
    ran = run("--help")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "vidseg replace talk.mp4 --bg beach.jpg" in ran.stdout


def test_verbose_lets_the_libraries_logs_through(tmp_path: Path) -> None:
    clip = Clip(frames=2).write(tmp_path / "clip.mp4")
    ran = run("replace", clip, "--bg", "green", "-v")
    assert ran.returncode == 0
    assert "XNNPACK" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("name", ["a:b.mp4", "http:x.mp4", "%03d.mp4", "-x.mp4", "ü 映画's (1).mp4", "a\nb.mp4"])
def test_hard_names_are_only_names(tmp_path: Path, name: str) -> None:
    """Relative ones, which FFmpeg would take for protocols, patterns and options; all in one run."""
    clip = Clip(frames=2).write(tmp_path / "plain.mp4")
    clip.rename(tmp_path / name)
    from vidseg.cli import main

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        assert main(["replace", "--bg", "green", "--workers", "0", "-q", "--", name]) == 0
    assert len(decoded(tmp_path / f"{name.removesuffix('.mp4')}-replace.mp4")) == 2
    assert len(list(tmp_path.iterdir())) == 2


def test_a_background_that_moves_is_looped(tmp_path: Path) -> None:
    """The stars last two seconds: after that the corner shows what it showed at first."""
    target = tmp_path / "out.mp4"
    ran = run(
        "replace", SAMPLES / "astronaut.mp4", "--bg", SAMPLES / "stars.mp4", "-o", target, "--preset", "ultrafast",
        "--crf", "5", "--end", "2.1", "--quality", "fast",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    corners = [luma(picture)[:120, :180].astype(int) for picture in decoded(target)]
    assert np.abs(corners[60] - corners[0]).mean() < 1.5
    assert np.abs(corners[30] - corners[0]).mean() > 3
