"""The Python API, used as the README uses it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest

import vidseg
from vidseg.effects.blur import Blur
from vidseg.effects.overlay import Overlay
from vidseg.effects.screen import Screen
from vidseg.errors import BackgroundError, ColourError, ModelError, OptionError, SourceError, SourcesError, TargetError
from vidseg.job import Encoding
from vidseg.segmenters.region import Region
from vidseg.stages import Effect
from vidseg.testing import Clip

SAMPLES = Path(__file__).parents[1] / "sample_media"
HALF = Fraction(1, 2)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return Clip(frames=5).write(tmp_path / "in.mp4")


def times(path: Path) -> list[Fraction]:
    with av.open(str(path)) as container:
        return [Fraction(one.pts or 0) * Fraction(one.time_base or 0) for one in container.decode(video=0)]


def test_replace_writes_the_target_and_says_what_it_did(clip: Path) -> None:
    target = clip.with_name("out.mp4")
    done = vidseg.replace(clip, target, background=SAMPLES / "launch.jpg")
    assert isinstance(done, vidseg.Done)
    assert (done.job.source, done.job.target, done.frames) == (clip, target, 5)
    assert times(target) == times(clip)


def test_replace_takes_names_as_text(clip: Path) -> None:
    target = clip.with_name("out.mp4")
    vidseg.replace(str(clip), str(target), background="green")
    assert len(times(target)) == 5


def test_replace_hands_its_settings_on(clip: Path) -> None:
    done = vidseg.replace(
        clip, clip.with_name("out.mkv"), background="green", fit="contain", model="landscape", codec="vp9", crf=40,
        preset="8", start=0.04, end=HALF,
    )  # fmt: skip
    recipe = done.job.recipe
    assert recipe.segmenter == Region(models=("landscape",), leaves_out=True)
    assert recipe.effect.settings() == {
        "stage": "Replace", "background": "green", "fit": "contain", "light_wrap": 0.0,
    }  # fmt: skip
    assert recipe.encoding == Encoding("vp9", 40, "8")
    assert (done.job.span.start, done.job.span.end) == (Fraction(1, 25), HALF)  # 0.04 as who writes it means it


@pytest.mark.parametrize(
    ("made", "settings", "effect"),
    [
        (vidseg.blur, {"strength": 1, "shape": "disc", "what": "person"}, Blur(1, "disc", "person")),
        (vidseg.screen, {"color": "blue", "despill": "none"}, Screen("blue", "none")),
        (vidseg.overlay, {"color": "lime", "opacity": 0.2, "outline": True}, Overlay("lime", 0.2, True)),
    ],
    ids=["blur", "screen", "overlay"],
)
def test_every_effect_has_a_function_that_takes_the_same_arguments(
    clip: Path, made: Callable[..., vidseg.Done], settings: dict[str, object], effect: Effect
) -> None:
    done = made(clip, clip.with_name("out.mkv"), **settings, codec="vp9", preset="8", end=Fraction(2, 25))
    assert done.job.recipe.effect == effect
    assert done.job.recipe.encoding == Encoding("vp9", None, "8")
    assert done.frames == 2


@pytest.mark.parametrize(
    ("made", "settings"),
    [
        (vidseg.blur, {"strength": 2}),
        (vidseg.blur, {"shape": "square"}),
        (vidseg.blur, {"what": "cat"}),
        (vidseg.screen, {"despill": "hair"}),
        (vidseg.overlay, {"opacity": -1}),
    ],
)
def test_settings_that_an_effect_does_not_have_are_refused(
    clip: Path, made: Callable[..., vidseg.Done], settings: dict[str, object]
) -> None:
    with pytest.raises(OptionError):
        made(clip, clip.with_name("out.mp4"), **settings)
    assert [path.name for path in clip.parent.iterdir()] == ["in.mp4"]


def test_replace_says_how_far_it_is(clip: Path) -> None:
    seen: list[vidseg.Progress] = []
    vidseg.replace(clip, clip.with_name("out.mp4"), background="green", progress=seen.append)
    assert [now.frames for now in seen] == list(range(6))


def test_replace_never_overwrites_unless_told(clip: Path) -> None:
    target = clip.with_name("out.mp4")
    target.write_bytes(b"from an earlier run")
    with pytest.raises(TargetError):
        vidseg.replace(clip, target, background="green")
    skipped = vidseg.replace(clip, target, background="green", existing="skip")
    assert (skipped.frames, skipped.job.target) == (0, target)
    assert skipped.notes
    assert target.read_bytes() == b"from an earlier run"
    assert vidseg.replace(clip, target, background="green", existing="overwrite").frames == 5
    assert len(times(target)) == 5


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"background": "#12345"}, ColourError),
        ({"background": "nowhere.jpg"}, BackgroundError),
        ({"model": "nowhere.tflite"}, ModelError),
        ({"codec": "h265"}, OptionError),
        ({"start": 2, "end": 1}, OptionError),
        ({"start": -1}, OptionError),
        ({"fit": "tile"}, OptionError),
        ({"existing": "ask"}, OptionError),
    ],
)
def test_replace_refuses_what_can_not_work_before_it_starts(
    clip: Path, settings: dict[str, object], error: type[vidseg.VidsegError]
) -> None:
    with pytest.raises(error):
        vidseg.replace(clip, clip.with_name("out.mp4"), **({"background": "green"} | settings))  # type: ignore[arg-type]
    assert [path.name for path in clip.parent.iterdir()] == ["in.mp4"]


def test_replace_wants_a_source_that_is_there(tmp_path: Path) -> None:
    with pytest.raises(SourcesError):
        vidseg.replace(tmp_path / "nowhere.mp4", tmp_path / "out.mp4", background="green")


def test_replace_wants_one_file_and_no_folder(clip: Path) -> None:
    with pytest.raises(SourcesError, match="folder"):
        vidseg.replace(clip.parent, clip.with_name("out.mp4"), background="green")


def test_replace_of_what_is_no_video_fails_and_leaves_nothing(clip: Path) -> None:
    clip.write_text("no video")
    with pytest.raises(SourceError):
        vidseg.replace(clip, clip.with_name("out.mp4"), background="green")
    assert [path.name for path in clip.parent.iterdir()] == ["in.mp4"]


def test_matte_writes_a_grey_video_without_sound(tmp_path: Path) -> None:
    source = Clip(frames=3, sound=Fraction(0)).write(tmp_path / "in.mp4")
    done = vidseg.matte(source, tmp_path / "out.mkv", range="full", depth=12, codec="ffv1", end=Fraction(2, 25))
    assert done.frames == 2
    assert done.job.recipe.encoding == Encoding("ffv1", None, None, "matte", 12, "full", audio=False)
    with av.open(str(tmp_path / "out.mkv")) as container:
        assert [stream.type for stream in container.streams] == ["video"]


def test_cutout_writes_a_folder_of_pictures(clip: Path) -> None:
    done = vidseg.cutout(clip, clip.with_name("frames") / "%02d.png", model="landscape")
    assert done.job.recipe.effect.settings() == {"stage": "Cutout", "premultiplied": False}
    assert done.job.recipe.encoding == Encoding(content="straight")
    assert sorted(path.name for path in clip.with_name("frames").iterdir()) == [f"{n:02}.png" for n in range(1, 6)]


def test_cutout_hands_its_settings_on(clip: Path) -> None:
    done = vidseg.cutout(clip, clip.with_name("out.mp4"), format="stacked", premultiplied=True, crf=30, preset="fast")
    assert done.job.recipe.effect.settings() == {"stage": "Cutout", "premultiplied": True}
    assert done.job.recipe.encoding == Encoding("stacked", 30, "fast", "premultiplied")


@pytest.mark.parametrize(
    ("call", "name", "settings"),
    [
        (vidseg.matte, "out.mov", {"range": "tv"}),
        (vidseg.matte, "out.mov", {"depth": 7}),
        (vidseg.cutout, "out.mov", {"format": "gif"}),
        (vidseg.cutout, "out.webm", {"premultiplied": True}),
        (vidseg.cutout, "out.mp4", {}),
    ],
)
def test_matte_and_cutout_refuse_what_can_not_work_before_they_start(
    clip: Path, call: Callable[..., object], name: str, settings: dict[str, object]
) -> None:
    with pytest.raises(OptionError):
        call(clip, clip.with_name(name), **settings)
    assert [path.name for path in clip.parent.iterdir()] == ["in.mp4"]


def test_mattes_gives_every_frame_with_its_matte_at_its_time() -> None:
    source = SAMPLES / "astronaut_vfr.mp4"
    pairs = list(vidseg.mattes(source, quality="fast"))
    assert [frame.time for frame, _ in pairs] == times(source)
    for frame, matte in pairs:
        assert matte.shape == (frame.height, frame.width)
        assert matte.dtype == np.uint16


def test_mattes_are_full_on_the_face_and_nothing_beside_it() -> None:
    for _, matte in vidseg.mattes(str(SAMPLES / "astronaut.mp4"), end=0.1):
        assert matte[90, 285] == vidseg.FULL
        assert matte[5, 5] == 0


def test_a_script_that_takes_some_mattes_and_ends_without_closing_them_ends_well() -> None:
    """Threads that are at work when the interpreter ends can't be closed: one in two such scripts failed."""
    script = f"import vidseg\nmattes = vidseg.mattes({str(SAMPLES / 'astronaut.mp4')!r})\nprint(next(mattes)[0].index)"
    for _ in range(4):
        ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
        assert (ran.returncode, ran.stdout) == (0, "0\n"), ran.stderr
        assert "Traceback" not in ran.stderr


def test_mattes_come_upright() -> None:
    frame, matte = next(iter(vidseg.mattes(SAMPLES / "astronaut_portrait.mp4", quality="fast")))
    assert (frame.width, frame.height) == (360, 640)
    assert matte.shape == (640, 360)


def test_mattes_may_be_of_a_part(clip: Path) -> None:
    pairs = list(vidseg.mattes(clip, start=Fraction(1, 25), end=Fraction(3, 25), model="landscape"))
    assert [frame.time for frame, _ in pairs] == [0, Fraction(1, 25)]


def test_mattes_may_be_left_early_and_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    mattes = vidseg.mattes(SAMPLES / "astronaut.mp4")
    assert len(list(islice(mattes, 3))) == 3
    mattes.close()  # type: ignore[attr-defined] # a generator
    assert set(threading.enumerate()) <= before


def test_what_mattes_gave_stays_as_it_was(clip: Path) -> None:
    kept = [(frame, matte, matte.tobytes(), frame.planes[0].tobytes()) for frame, matte in vidseg.mattes(clip)]
    for frame, matte, then, luma in kept:
        assert matte.tobytes() == then
        assert frame.planes[0].tobytes() == luma


@pytest.mark.parametrize(
    ("name", "settings", "error"),
    [
        ("nowhere.mp4", {}, SourceError),
        (".", {}, SourcesError),
        ("in.mp4", {"model": "nowhere.tflite"}, ModelError),
        ("in.mp4", {"start": 100}, SourceError),
    ],
)
def test_mattes_refuses_what_can_not_work(
    clip: Path, name: str, settings: dict[str, object], error: type[vidseg.VidsegError]
) -> None:
    with pytest.raises(error):
        next(iter(vidseg.mattes(clip.parent / name, **settings)))  # type: ignore[arg-type]


def test_every_error_is_caught_by_one_name(clip: Path) -> None:
    with pytest.raises(vidseg.VidsegError):
        vidseg.replace(clip, clip.with_name("out.txt"), background="green")
