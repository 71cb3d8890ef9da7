"""MediaPipe: it finds the astronaut, owns what it gives, and refuses what is no segmenter."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from mediapipe.tasks.python import vision

from vidseg import testing
from vidseg.errors import ModelError
from vidseg.frame import Cutout, Frame, Matte, planes_of
from vidseg.media.source import Source
from vidseg.segmenters.mediapipe import MediaPipe
from vidseg.segmenters.model_file import BUNDLED

ASTRONAUT = Path(__file__).parents[2] / "sample_media" / "astronaut.mp4"
MODELS = ("general", "landscape")


def frames(count: int, every: int = 1) -> list[Frame]:
    with Source(ASTRONAUT) as source:
        return list(islice(source.frames(), 0, count * every, every))


@pytest.fixture(scope="module", params=MODELS)
def cutouts(request: pytest.FixtureRequest) -> list[Cutout]:
    """Four moments of the clip, a second apart."""
    return list(MediaPipe(request.param)(frames(4, every=29)))


def places(matte: Matte) -> tuple[Any, Any]:
    """Of every value of a matte, where it lies across and down, in parts of the picture."""
    rows, columns = np.indices(matte.shape)
    return (columns + 0.5) / matte.shape[1], (rows + 0.5) / matte.shape[0]


def head(matte: Matte) -> Any:
    """The middle of the head, marked by hand in the four pictures, where it hardly moves."""
    x, y = places(matte)
    return ((x - 0.45) / 0.11) ** 2 + ((y - 0.25) / 0.18) ** 2 < 1


def elsewhere(matte: Matte) -> Any:
    """The flag on the left and the space shuttle on the right, above the shoulders."""
    x, y = places(matte)
    return ((x < 0.2) | (x > 0.8)) & (y < 0.6)


def test_the_matte_has_the_model_s_size_and_runs_from_0_to_1(cutouts: list[Cutout]) -> None:
    for cutout in cutouts:
        assert cutout.matte.dtype == np.float32
        assert cutout.matte.shape in ((256, 256), (144, 256))
        assert cutout.matte.min() >= 0
        assert cutout.matte.max() <= 1


def test_the_head_is_a_person(cutouts: list[Cutout]) -> None:
    for cutout in cutouts:
        assert cutout.matte[head(cutout.matte)].min() > 0.95


def test_the_flag_and_the_space_shuttle_are_no_person(cutouts: list[Cutout]) -> None:
    """At the first moment the landscape model is in doubt about what is behind her: 0.025 to 0.061 of it is a person,
    by how the picture is shrunk for it (OpenCV's ways, from cubic to areas twice); 0.053 as we do it.
    """
    first, *others = (float(cutout.matte[elsewhere(cutout.matte)].mean()) for cutout in cutouts)
    assert max(others) < 0.001
    assert first < (0.001 if cutouts[0].matte.shape == (256, 256) else 0.06)


def test_a_person_is_a_part_of_the_picture_not_all_and_not_nothing(cutouts: list[Cutout]) -> None:
    for cutout in cutouts:
        assert 0.15 < float(np.mean(cutout.matte > 0.5)) < 0.85


def test_a_matte_owns_its_memory() -> None:
    """MediaPipe's view changes, or is gone, when its result is: found by holding mattes while others are made."""
    held = [(cutout.matte, cutout.matte.tobytes()) for cutout in MediaPipe()(frames(12))]
    assert all((matte if matte.base is None else matte.base).flags.owndata for matte, _ in held)
    assert all(matte.tobytes() == then for matte, then in held)


@pytest.mark.parametrize("model", MODELS)
def test_the_same_frames_give_the_same_mattes_bit_for_bit(model: str) -> None:
    some = frames(5)
    first, second = ([cutout.matte for cutout in MediaPipe(model)(some)] for _ in range(2))
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


def test_each_frame_is_seen_by_itself_whatever_came_before() -> None:
    some = frames(4)
    together = [cutout.matte for cutout in MediaPipe()(some)]
    assert np.array_equal(next(iter(MediaPipe()(some[3:]))).matte, together[3])


def test_the_same_picture_in_another_pixel_format_gives_nearly_the_same_matte() -> None:
    (frame,) = frames(1)
    before = next(iter(MediaPipe()([frame]))).matte
    for pixel_format in ("yuv444p", "yuv420p10le", "yuv422p12le"):
        other = frame.with_picture(frame.picture.reformat(format=pixel_format))
        after = next(iter(MediaPipe()([other]))).matte
        assert float(np.abs(after - before).mean()) < 0.01


@pytest.mark.parametrize(("width", "height"), [(1, 1), (2, 2), (3, 1000), (257, 255), (319, 241)])
def test_a_picture_of_any_size_gives_a_matte(width: int, height: int) -> None:
    (cutout,) = MediaPipe()([testing.frame(0, width, height)])
    assert cutout.matte.shape == (256, 256)
    assert np.isfinite(cutout.matte).all()


def test_colour_range_is_obeyed() -> None:
    """The same codes tagged as full range are another picture, so the model is shown another one."""
    (frame,) = frames(1)
    copy = frame.picture.reformat(format="yuv444p").reformat(format="yuv420p")
    other = frame.with_picture(copy)
    same = next(iter(MediaPipe()([other]))).matte
    other.picture.color_range = 2
    assert not np.array_equal(next(iter(MediaPipe()([other]))).matte, same)


@pytest.mark.parametrize("model", MODELS)
def test_a_bundled_model_passes_its_check(model: str) -> None:
    MediaPipe(model).check()


def test_one_s_own_model_gives_what_the_bundled_one_gives(tmp_path: Path) -> None:
    own = tmp_path / "mine, with spaces and ümlaut.tflite"
    own.write_bytes(BUNDLED["general"].read_bytes())
    some = frames(1)
    assert np.array_equal(next(iter(MediaPipe(str(own))(some))).matte, next(iter(MediaPipe()(some))).matte)


def refused(path: object) -> str:
    with pytest.raises(ModelError) as caught:
        MediaPipe(str(path)).check()
    assert caught.value.model == str(path)
    assert len(str(caught.value).splitlines()) == 1
    return caught.value.reason


def test_a_missing_file_fails_the_check(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "nowhere.tflite")


def test_text_fails_the_check(tmp_path: Path) -> None:
    path = tmp_path / "text.tflite"
    path.write_text("not a model at all")
    assert refused(path)


@pytest.mark.parametrize("part", [0.3, 0.9, 0.999])
def test_a_model_cut_short_fails_the_check(tmp_path: Path, part: float) -> None:
    whole = BUNDLED["general"].read_bytes()
    path = tmp_path / "cut.tflite"
    path.write_bytes(whole[: int(len(whole) * part)])
    assert refused(path)


def test_noise_with_a_model_s_mark_fails_the_check(tmp_path: Path) -> None:
    path = tmp_path / "noise.tflite"
    path.write_bytes(b"\x20\0\0\0TFL3" + bytes((n * 89 + 7) % 256 for n in range(2000)))
    assert refused(path)


def test_what_fails_the_check_fails_before_the_first_frame_is_read(tmp_path: Path) -> None:
    read: list[int] = []

    def watched() -> Iterator[Frame]:
        read.append(0)
        yield testing.frame()

    with pytest.raises(ModelError):
        next(iter(MediaPipe(str(tmp_path / "nowhere.tflite"))(watched())))
    assert read == []


class FakeSegmenter:
    """Answers as a model with these masks would; as one that breaks, with an error."""

    def __init__(self, masks: list[float] | None, error: str | None = None) -> None:
        self.masks, self.error, self.closed = masks, error, False

    def segment(self, image: Any) -> Any:
        if self.error:
            raise RuntimeError(self.error)
        size = (image.height, image.width)
        masks = [SimpleNamespace(numpy_view=lambda v=v: np.full(size, v, np.float32)) for v in self.masks or ()]
        return SimpleNamespace(confidence_masks=masks if self.masks is not None else None)

    def close(self) -> None:
        self.closed = True


def with_fake(monkeypatch: pytest.MonkeyPatch, fake: FakeSegmenter) -> MediaPipe:
    monkeypatch.setattr(vision.ImageSegmenter, "create_from_options", classmethod(lambda _cls, _options: fake))
    return MediaPipe()


def test_of_several_classes_the_first_is_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = with_fake(monkeypatch, FakeSegmenter([0.25, 0.5, 0.25]))
    (cutout,) = stage([testing.frame()])
    assert np.array_equal(cutout.matte, np.full((256, 256), 0.75, np.float32))


def test_a_single_class_is_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    (cutout,) = with_fake(monkeypatch, FakeSegmenter([0.25]))([testing.frame()])
    assert np.array_equal(cutout.matte, np.full((256, 256), 0.25, np.float32))


@pytest.mark.parametrize("masks", [None, []])
def test_a_model_without_masks_fails_the_check(monkeypatch: pytest.MonkeyPatch, masks: list[float] | None) -> None:
    with pytest.raises(ModelError, match="no confidence mask"):
        with_fake(monkeypatch, FakeSegmenter(masks)).check()


def test_a_model_that_breaks_while_it_runs_fails_the_check_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match="the graph is broken") as caught:
        with_fake(monkeypatch, FakeSegmenter(None, "the graph is broken.\n=== Source Location Trace: ===")).check()
    assert "Trace" not in str(caught.value)


def test_closing_the_stage_closes_the_segmenter(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeSegmenter([0.5])
    cutouts = with_fake(monkeypatch, fake)(testing.frame(n) for n in range(5))
    next(cutouts)
    assert not fake.closed
    cutouts.close()  # type: ignore[attr-defined] # a generator
    assert fake.closed


def test_the_model_sees_the_colours_that_the_frame_s_tags_say(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []

    class Looking(FakeSegmenter):
        def segment(self, image: Any) -> Any:
            shown.append(np.array(image.numpy_view())[128, 128].astype(int))
            return super().segment(image)

    frame = testing.frame(0, 256, 256, "yuv444p")
    for plane, code in zip(planes_of(frame.picture), (81, 90, 240), strict=True):
        plane[:] = code
    frame.picture.colorspace = 6
    list(with_fake(monkeypatch, Looking([0.5]))([frame]))
    assert np.abs(shown[0] - (255, 0, 0)).max() <= 2  # these codes are red in BT.601, limited range
    frame.picture.colorspace = 1
    list(with_fake(monkeypatch, Looking([0.5]))([frame]))
    # in BT.709 they are 1.164 * 65 + 1.793 * 112 = 276, 75.7 + 0.213 * 38 - 0.533 * 112 = 24, 75.7 - 2.112 * 38 = -5
    assert np.abs(shown[1] - (255, 24, 0)).max() <= 2
