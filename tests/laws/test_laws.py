"""The laws that every stage keeps, written once and run over the whole family.

A new stage is tested by being listed in ``SEGMENTERS``, ``FILTERS`` or ``EFFECTS``; one that isn't listed fails here.
"""

from __future__ import annotations

import json
import os
import pickle
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import numpy as np
import pytest

import vidseg.effects
import vidseg.filters
import vidseg.segmenters
from vidseg.effects.blur import Blur
from vidseg.effects.cutout import Cutout as CutoutEffect
from vidseg.effects.matte import Matte as MatteEffect
from vidseg.effects.overlay import Overlay
from vidseg.effects.replace import Replace
from vidseg.effects.screen import Screen
from vidseg.filters.edges import Edges
from vidseg.filters.enlarge import Enlarge
from vidseg.filters.feather import Feather
from vidseg.filters.grow import Grow
from vidseg.filters.invert import Invert
from vidseg.filters.largest import Largest
from vidseg.filters.presence import Presence
from vidseg.filters.refine import Refine
from vidseg.filters.steady import Steady
from vidseg.filters.steepen import Steepen
from vidseg.frame import FULL, Cutout, Frame, Matte, Plane, planes_of
from vidseg.segmenters.mediapipe import MediaPipe
from vidseg.segmenters.region import Region
from vidseg.stages import Effect, Filter, Segmenter, Stage
from vidseg.testing import Disc

SAMPLES = Path(__file__).parents[2] / "sample_media"


@dataclass(frozen=True)
class Listed:
    """A stage ready to be called; ``window`` is how many items it may take beyond those it has given back.

    Of an effect: where the matte is ``keeps`` the frame stays as it is, unless it ``draws`` over it, and where it is
    ``hides``, unless that is None, nothing of it is to be seen, unless what is kept ``spreads`` there.
    """

    stage: Any
    window: int = 0
    turns: bool = False
    """Whether it makes nothing of all and all of nothing."""
    keeps: int = FULL
    hides: int | None = 0
    draws: bool = False
    spreads: bool = False

    def __str__(self) -> str:
        settings = self.stage.settings()
        values = (Path(v).name if isinstance(v, str) else str(v) for k, v in settings.items() if k != "stage")
        return f"{settings['stage']}({','.join(values)})"


SEGMENTERS = [
    Listed(MediaPipe()),
    Listed(MediaPipe("landscape")),
    Listed(Region(), 15),
    Listed(Region(leaves_out=True), 15),
    Listed(Region(models=("general",), motion=False, follow=0), 1),
    Listed(Disc()),
]
FILTERS = [
    Listed(Steepen()),
    Listed(Steepen(0, 1, 1)),
    Listed(Enlarge()),
    Listed(Refine()),
    Listed(Refine(contrast=2, passes=3, fast=False)),
    Listed(Refine(contrast=1.5, finer=2)),
    Listed(Edges()),
    Listed(Presence(), 11),
    Listed(Steady(), 5),
    Listed(Largest()),
    Listed(Grow(2)),
    Listed(Grow(-2)),
    Listed(Feather(1, 2)),
    Listed(Invert(), turns=True),
]
EFFECTS = [
    Listed(Replace("#00b140")),
    Listed(Replace(str(SAMPLES / "launch.jpg"))),
    Listed(Replace(str(SAMPLES / "launch.jpg"), "contain")),
    Listed(Replace(str(SAMPLES / "stars.mp4"), "stretch")),
    Listed(Replace("#00b140", light_wrap=0.5), draws=True),
    Listed(Blur(), hides=None),
    Listed(Blur(1, "disc"), hides=None),
    Listed(Blur(0), hides=None),
    Listed(Blur(what="person"), keeps=0, hides=None),
    Listed(Screen()),
    Listed(Screen("#0047bb", "none")),
    Listed(Overlay(), keeps=0, hides=None),
    Listed(Overlay("#fff", 1), keeps=0, hides=FULL),
    Listed(Overlay("lime", 0.3, True), keeps=0, hides=None, draws=True),
    Listed(MatteEffect()),
    Listed(CutoutEffect(), spreads=True),
    Listed(CutoutEffect(premultiplied=True)),
]
ALL = SEGMENTERS + FILTERS + EFFECTS

FORMATS = [f"yuv{chroma}p{depth}" for chroma in ("420", "422", "444") for depth in ("", "10le", "12le")]
SIZES = [(64, 48), (63, 47), (2, 2), (1, 1)]

ROUNDING = 1e-6
"""What float32 may lose; a code of 16 bits is fifteen times as much."""

every_segmenter = pytest.mark.parametrize("segmenter", SEGMENTERS, ids=str)
every_filter = pytest.mark.parametrize("filter_", FILTERS, ids=str)
every_effect = pytest.mark.parametrize("effect", EFFECTS, ids=str)
every_hiding_effect = pytest.mark.parametrize("effect", [one for one in EFFECTS if one.hides is not None], ids=str)
every_stage = pytest.mark.parametrize("listed", ALL, ids=str)
every_format = pytest.mark.parametrize("pixel_format", FORMATS)


# What is put in. Times are uneven and begin late, so that nothing can be made up from the index.

TIMES = (7, 8, 11, 40, 41, 90)


def noisy(n: int, pts: int, size: tuple[int, int] = (64, 48), pixel_format: str = "yuv420p", seed: int = 0) -> Frame:
    """A frame whose every code is drawn from the whole range that its format has."""
    picture = av.VideoFrame(*size, pixel_format)
    random = np.random.default_rng((seed, n))
    bits = picture.format.components[0].bits
    for plane in planes_of(picture):
        plane[:] = random.integers(0, 1 << bits, plane.shape)
    picture.color_range = picture.colorspace = picture.color_primaries = picture.color_trc = 1
    return Frame(picture, n, pts, Fraction(1, 30), 1)


def stream(size: tuple[int, int] = (64, 48), pixel_format: str = "yuv420p", seed: int = 0) -> list[Frame]:
    return [noisy(n, pts, size, pixel_format, seed) for n, pts in enumerate(TIMES)]


def working(n: int) -> Matte:
    """A matte of a working size."""
    return np.random.default_rng(n).random((24, 32), np.float32)


def whole(n: int, frame: Frame) -> Matte:
    """A matte of the frame's size, with much that is nothing, full, and between."""
    values = np.random.default_rng(n).integers(-FULL, 2 * FULL, (frame.height, frame.width))
    return np.clip(values, 0, FULL).astype(np.uint16)


def inputs_of(stage: Stage, frames: Sequence[Frame]) -> list[Any]:
    """What this stage takes, made of these frames."""
    if isinstance(stage, Segmenter):
        return list(frames)
    if isinstance(stage, Filter):
        return [Cutout(frame, working(frame.index)) for frame in frames]
    return [Cutout(frame, whole(frame.index, frame)) for frame in frames]


def moment(item: Any) -> tuple[int, int, Fraction, int]:
    frame = item.frame if isinstance(item, Cutout) else item
    return frame.index, frame.pts, frame.time_base, frame.duration


def content(item: Any) -> bytes:
    """Every value of a frame or a cutout."""
    if isinstance(item, Cutout):
        return item.matte.tobytes() + str((item.matte.dtype, item.matte.shape)).encode() + content(item.frame)
    picture = item.picture
    tags = (picture.format.name, picture.width, picture.height, picture.color_range, picture.colorspace)
    light = (picture.color_primaries, picture.color_trc, moment(item), item.sample_aspect_ratio)
    alpha = b"" if item.alpha is None else item.alpha.tobytes()
    return b"".join(plane.tobytes() for plane in item.planes) + alpha + str(tags + light).encode()


def contents(items: Iterable[Any]) -> list[bytes]:
    return [content(item) for item in items]


# The list is whole.


def kinds_in(package: ModuleType, family: type[Stage]) -> set[type]:
    modules = [import_module(f"{package.__name__}.{one.name}") for one in pkgutil.iter_modules(package.__path__)]
    return {
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, family) and kind.__module__ == module.__name__
    }


@pytest.mark.parametrize(
    ("package", "family", "listed"),
    [
        (vidseg.segmenters, Segmenter, SEGMENTERS),
        (vidseg.filters, Filter, FILTERS),
        (vidseg.effects, Effect, EFFECTS),
    ],
    ids=["segmenters", "filters", "effects"],
)
def test_every_stage_there_is_is_listed(package: ModuleType, family: type[Stage], listed: list[Listed]) -> None:
    there = kinds_in(package, family)
    assert there
    assert there <= {type(one.stage) for one in listed}


# Laws of all stages.


@every_stage
def test_as_many_out_as_in_in_order_at_the_same_times(listed: Listed) -> None:
    inputs = inputs_of(listed.stage, stream())
    assert [moment(item) for item in listed.stage(inputs)] == [moment(item) for item in inputs]


@every_stage
def test_a_piece_that_begins_and_ends_its_window_apart_gives_what_the_whole_gives(listed: Listed) -> None:
    inputs = inputs_of(listed.stage, stream())
    whole_ = contents(listed.stage(inputs))
    window = listed.stage.window
    if window is None:
        pytest.skip("says that it can't be cut")
    stage = listed.stage
    if isinstance(stage, Effect):
        stage = stage.begun_at(inputs[0].frame.time)
    for first, stop in ((0, 2), (2, 4), (1, 6), (5, 6)):
        begin, end = max(first - window - stage.lead, 0), min(stop + window, len(inputs))
        made = contents(stage(inputs[begin:end]))
        assert made[first - begin : stop - begin] == whole_[first:stop]


@every_stage
def test_nothing_in_gives_nothing_out(listed: Listed) -> None:
    assert list(listed.stage(())) == []


@every_stage
def test_one_in_gives_one_out(listed: Listed) -> None:
    inputs = inputs_of(listed.stage, stream()[:1])
    assert [moment(item) for item in listed.stage(iter(inputs))] == [moment(item) for item in inputs]


@every_stage
def test_inputs_are_untouched(listed: Listed) -> None:
    inputs = inputs_of(listed.stage, stream())
    before = contents(inputs)
    list(listed.stage(inputs))
    assert contents(inputs) == before


@every_stage
def test_what_was_given_does_not_change_when_more_is_asked_for(listed: Listed) -> None:
    given, then = [], []
    for item in listed.stage(inputs_of(listed.stage, stream())):
        given.append(item)
        then.append(content(item))
    assert contents(given) == then


@every_stage
def test_called_twice_it_gives_the_same(listed: Listed) -> None:
    inputs = inputs_of(listed.stage, stream())
    assert contents(listed.stage(inputs)) == contents(listed.stage(inputs))


@every_stage
def test_two_streams_at_once_do_not_disturb_each_other(listed: Listed) -> None:
    inputs, others = (inputs_of(listed.stage, stream(seed=seed)) for seed in (1, 2))
    alone = contents(listed.stage(inputs)), contents(listed.stage(others))
    together = [
        (content(one), content(two)) for one, two in zip(listed.stage(inputs), listed.stage(others), strict=True)
    ]
    assert together == list(zip(*alone, strict=True))


@every_stage
def test_it_survives_pickle_and_works_the_same(listed: Listed) -> None:
    copy = pickle.loads(pickle.dumps(listed.stage))
    assert copy == listed.stage
    assert hash(copy) == hash(listed.stage)
    inputs = inputs_of(listed.stage, stream())
    assert contents(copy(inputs)) == contents(listed.stage(inputs))


@every_stage
def test_its_settings_are_json(listed: Listed) -> None:
    settings = listed.stage.settings()
    assert json.loads(json.dumps(settings)) == settings
    assert settings["stage"] == type(listed.stage).__name__


@every_stage
def test_it_passes_its_own_check(listed: Listed) -> None:
    listed.stage.check()


@every_stage
def test_it_takes_no_more_than_its_window_allows(listed: Listed) -> None:
    taken = 0

    def watched() -> Iterator[Any]:
        nonlocal taken
        for item in inputs_of(listed.stage, stream()):
            taken += 1
            yield item

    out = listed.stage(watched())
    assert taken == 0
    for given in range(1, len(TIMES) + 1):
        next(out)
        assert taken <= given + listed.window
    out.close()


@every_stage
def test_an_error_in_its_input_is_passed_on(listed: Listed) -> None:
    def broken() -> Iterator[Any]:
        yield from inputs_of(listed.stage, stream()[:2])
        raise ArithmeticError("from upstream")

    with pytest.raises(ArithmeticError, match="from upstream"):
        list(listed.stage(broken()))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts files in /proc")
@every_stage
def test_closed_early_it_leaves_no_file_open(listed: Listed) -> None:
    inputs = inputs_of(listed.stage, stream())
    list(listed.stage(inputs))  # what a library opens once and keeps
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - only their number
    for _ in range(3):
        out = listed.stage(inputs)
        next(out)
        out.close()
    assert len(os.listdir("/proc/self/fd")) <= before  # noqa: PTH208


# Laws of segmenters.


@every_segmenter
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_found_matte_is_float32_from_0_to_1(segmenter: Listed, size: tuple[int, int]) -> None:
    for cutout in segmenter.stage(stream(size)[:2]):
        assert cutout.matte.dtype == np.float32
        assert cutout.matte.ndim == 2
        assert 0 <= cutout.matte.min() <= cutout.matte.max() <= 1


@every_segmenter
@every_format
def test_a_person_is_looked_for_in_every_format(segmenter: Listed, pixel_format: str) -> None:
    frames = stream((63, 47), pixel_format)[:1]
    assert [cutout.frame for cutout in segmenter.stage(frames)] == frames


# Laws of filters.


def filtered(filter_: Filter, value: float, size: tuple[int, int] = (64, 48)) -> list[Matte]:
    flat = np.full((24, 32), value, np.float32)
    return [cutout.matte for cutout in filter_(Cutout(frame, flat) for frame in stream(size))]


@every_filter
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_constant_matte_stays_constant(filter_: Listed, size: tuple[int, int]) -> None:
    for value in (0.0, 0.1, 0.25, 1 / 3, 0.5, 0.77, 1.0):
        for matte in filtered(filter_.stage, value, size):
            assert matte.max() - matte.min() <= (0 if matte.dtype == np.uint16 else ROUNDING), value


@every_filter
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_everybody_stays_everybody_and_nobody_stays_nobody(filter_: Listed, size: tuple[int, int]) -> None:
    everybody, nobody = (0.0, 1.0) if filter_.turns else (1.0, 0.0)
    for matte in filtered(filter_.stage, everybody, size):
        assert np.all(matte == (FULL if matte.dtype == np.uint16 else 1))
    for matte in filtered(filter_.stage, nobody, size):
        assert np.all(matte == 0)


@every_filter
def test_a_bettered_matte_is_a_matte(filter_: Listed) -> None:
    for cutout in filter_.stage(inputs_of(filter_.stage, stream())):
        if cutout.matte.dtype == np.uint16:
            assert cutout.matte.shape == (cutout.frame.height, cutout.frame.width)
        else:
            assert cutout.matte.dtype == np.float32
            assert 0 <= cutout.matte.min() <= cutout.matte.max() <= 1


@every_filter
def test_a_filter_passes_the_frames_on_as_they_are(filter_: Listed) -> None:
    frames = stream()
    out = filter_.stage(inputs_of(filter_.stage, frames))
    assert all(cutout.frame is frame for cutout, frame in zip(out, frames, strict=True))


# Laws of effects. What an effect gives shows the frame (a picture), the matte (grey), or both (a picture with alpha).


def rendered(effect: Effect, frames: Sequence[Frame], matte_of: Callable[[Frame], Matte]) -> list[Frame]:
    return list(effect(Cutout(frame, matte_of(frame)) for frame in frames))


def flat(value: int) -> Callable[[Frame], Matte]:
    return lambda frame: np.full((frame.height, frame.width), value, np.uint16)


def pictured(made: Frame) -> list[Plane]:
    """The planes that show the frame."""
    return [] if len(made.planes) == 1 else made.planes


def matted(made: Frame) -> list[Plane]:
    """The planes that show the matte."""
    grey = made.planes if len(made.planes) == 1 else []
    return grey if made.alpha is None else [*grey, made.alpha]


def other_hidden(frame: Frame, hides: int, seed: int) -> Frame:
    """The frame with other content where the matte of ``whole`` hides it."""
    other = noisy(frame.index, frame.pts, (frame.width, frame.height), frame.picture.format.name, seed)
    for theirs, ours in zip(planes_of(other.picture), frame.planes, strict=True):
        kept = whole(frame.index, frame) != hides
        theirs[kept] = ours[kept]
    return other


@every_effect
@every_format
def test_where_it_keeps_everything_it_gives_the_frame_bit_for_bit(effect: Listed, pixel_format: str) -> None:
    for size in SIZES:
        frames = stream(size, pixel_format)[:2]
        for frame, made in zip(frames, rendered(effect.stage, frames, flat(effect.keeps)), strict=True):
            assert pictured(made) or matted(made), size
            assert all(np.array_equal(got, ours) for got, ours in zip(pictured(made), frame.planes, strict=False)), size
            assert all(np.all(plane == effect.keeps) for plane in matted(made)), size


@every_hiding_effect
@every_format
def test_where_it_hides_everything_it_gives_nothing_of_the_frame(effect: Listed, pixel_format: str) -> None:
    hidden = flat(effect.hides or 0)
    for size in SIZES:
        one, other = (rendered(effect.stage, stream(size, pixel_format, seed)[:2], hidden) for seed in (1, 2))
        assert contents(one) == contents(other), size
        assert all(np.all(plane == effect.hides) for made in one for plane in matted(made)), size


@every_effect
@pytest.mark.parametrize("pixel_format", ["yuv444p", "yuv444p10le", "yuv444p12le"])
def test_each_pixel_is_the_frame_s_where_it_keeps_and_of_what_is_new_where_it_hides(
    effect: Listed, pixel_format: str
) -> None:
    frames = stream((63, 47), pixel_format)
    new = rendered(effect.stage, frames, flat(FULL - effect.keeps))
    made = rendered(effect.stage, frames, lambda frame: whole(frame.index, frame))
    for frame, all_new, got in zip(frames, new, made, strict=True):
        matte = whole(frame.index, frame)
        kept = (matte == effect.keeps) & (not effect.draws)
        hidden = np.isin(matte, [] if effect.hides is None or effect.spreads else [effect.hides])
        for ours, theirs, plane in zip(frame.planes, pictured(all_new), pictured(got), strict=False):
            assert np.array_equal(plane[kept], ours[kept])
            assert np.array_equal(plane[hidden], theirs[hidden])
        assert all(np.array_equal(plane, matte) for plane in matted(got))


@every_hiding_effect
@pytest.mark.parametrize("pixel_format", ["yuv444p", "yuv444p10le", "yuv444p12le"])
def test_what_the_frame_holds_where_it_is_hidden_is_not_seen_where_the_matte_is_sure(
    effect: Listed, pixel_format: str
) -> None:
    frames = stream((63, 47), pixel_format)
    others = [other_hidden(frame, effect.hides or 0, seed=7) for frame in frames]
    one, two = (
        rendered(effect.stage, given, lambda frame: whole(frame.index, frame)) for given in (frames, others)
    )  # fmt: skip
    for frame, made, other in zip(frames, one, two, strict=True):
        sure = np.isin(whole(frame.index, frame), (0, FULL))
        for ours, theirs in zip(made.planes, other.planes, strict=True):
            assert np.array_equal(ours[sure], theirs[sure])


@every_effect
@every_format
def test_a_made_frame_has_the_size_of_the_frame_and_a_picture_its_format_and_tags(
    effect: Listed, pixel_format: str
) -> None:
    frames = stream((63, 47), pixel_format)
    for frame, made in zip(frames, effect.stage(inputs_of(effect.stage, frames)), strict=True):
        assert (made.width, made.height) == (frame.width, frame.height)
        assert made.sample_aspect_ratio == frame.sample_aspect_ratio
        for name in ("color_range", "colorspace", "color_primaries", "color_trc") if pictured(made) else ():
            assert getattr(made.picture, name) == getattr(frame.picture, name)
        assert made.picture.format.name == pixel_format or not pictured(made)
