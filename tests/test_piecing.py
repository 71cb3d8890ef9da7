"""Piecing: a job in pieces gives what it gives whole: as many frames, at the same times, with the same mattes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from vidseg import batch
from vidseg import frame as flowing
from vidseg.effects.cutout import Cutout
from vidseg.effects.matte import Matte
from vidseg.effects.replace import Replace
from vidseg.errors import CutError, IncompleteError, WriteError
from vidseg.filters.enlarge import Enlarge
from vidseg.frame import planes_of
from vidseg.job import Content, Done, Encoding, Failed, Job, Piece, Recipe, Span
from vidseg.media import cuts, piece_file
from vidseg.media.alpha import FORMATS
from vidseg.media.joining import decoding_times
from vidseg.pieces import folder_for
from vidseg.piecing import join, render_piece
from vidseg.render import render
from vidseg.stages import Filter
from vidseg.tasks import Terms
from vidseg.testing import Clip, Disc, FailsAt, Light, MeanOf, Shows, shown

LENGTH = Fraction(4, 5)
LOSSLESS = Encoding("h264", 0, "medium")
RECIPE = Recipe(Light(), (MeanOf(3), MeanOf(2), Enlarge()), Shows(), LOSSLESS)
TERMS = Terms(piece=LENGTH)


def clip(path: Path, **changes: Any) -> Path:
    """Sixty frames with a key frame every ten, and frames that are decoded before their turn."""
    settings: dict[str, Any] = {"frames": 60, "keys": 10, "options": (("preset", "medium"), ("crf", "20"))} | changes
    return Clip(**settings).write(path)


def in_pieces(job: Job, terms: Terms = TERMS) -> Done:
    """Done in pieces, or the test fails."""
    (outcome,) = batch.run([job], terms=terms)
    assert isinstance(outcome, Done)
    assert any("pieces" in detail and "not cut" not in detail for detail in outcome.details), outcome.details
    return outcome


def same(left: Path, right: Path) -> None:
    """As many frames, the same times, the same values in every plane."""
    ours, theirs = shown(left), shown(right)
    assert [one.time for one in ours] == [one.time for one in theirs]
    for one, other in zip(ours, theirs, strict=True):
        for mine, its in zip(one.planes, other.planes, strict=True):
            if mine.dtype == np.uint8:
                assert np.array_equal(mine, its)
            else:  # no quality of x264's is without loss in 10 bits
                assert np.abs(mine.astype(int) - its).mean() < 2


def both_ways(source: Path, recipe: Recipe = RECIPE, span: Span | None = None, suffix: str = "") -> tuple[Done, Done]:
    suffix = suffix or source.suffix
    job = Job(source, source.with_name(f"pieces{suffix}"), recipe, span or Span())
    whole = replace(job, target=source.with_name(f"whole{suffix}"))
    return in_pieces(job), render(whole)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
def test_mattes_and_times_are_those_of_the_whole(tmp_path: Path, suffix: str) -> None:
    pieces, whole = both_ways(clip(tmp_path / f"a{suffix}", codec="libx264"))
    assert pieces.details[-1] == "done in 3 pieces"
    same(pieces.job.target, whole.job.target)
    assert {path.name for path in tmp_path.iterdir()} == {f"a{suffix}", f"pieces{suffix}", f"whole{suffix}"}


@pytest.mark.parametrize(
    "changes",
    [
        {"times": [2 * n + n * n // 7 for n in range(60)], "time_base": Fraction(1, 100)},
        {"times": [n + 12 for n in range(60)]},
        {"times": [1001 * n for n in range(60)], "time_base": Fraction(1, 30000)},
        {"options": (("x264-params", "open-gop=1:bframes=3"),)},
        {"pixel_format": "yuv422p10le"},
        {"rotation": 90},
        {"aspect": Fraction(4, 3)},
        {"width": 63, "height": 47, "pixel_format": "yuv444p"},
    ],
    ids=["variable rate", "late start", "29.97", "open gop", "10 bits", "turned", "aspect", "odd"],
)
def test_whatever_the_source_is(tmp_path: Path, changes: dict[str, Any]) -> None:
    pieces, whole = both_ways(clip(tmp_path / "a.mp4", **changes))
    same(pieces.job.target, whole.job.target)
    with av.open(str(pieces.job.target)) as ours, av.open(str(whole.job.target)) as theirs:
        mine, its = ours.streams.video[0], theirs.streams.video[0]
        assert mine.sample_aspect_ratio == its.sample_aspect_ratio
        assert mine.codec_context.colorspace == its.codec_context.colorspace
        assert mine.duration == its.duration


def test_sound_is_copied_once_and_whole(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", sound=Fraction(0))
    pieces, _ = both_ways(source)

    def sound(path: Path) -> list[tuple[int | None, bytes]]:
        with av.open(str(path)) as container:
            return [(p.pts, bytes(p)) for p in container.demux(container.streams.audio[0]) if p.size]

    assert sound(pieces.job.target) == sound(source)


@pytest.mark.parametrize(
    ("start", "end"), [(Fraction(0), Fraction(2)), (Fraction(1, 2), None), (Fraction(2, 5), Fraction(9, 5))]
)
def test_a_span_is_cut_too(tmp_path: Path, start: Fraction, end: Fraction | None) -> None:
    source = clip(tmp_path / "a.mp4")
    job = Job(source, tmp_path / "pieces.mp4", RECIPE, Span(start, end))
    in_pieces(job, Terms(piece=Fraction(2, 5)))
    render(replace(job, target=tmp_path / "whole.mp4"))
    same(tmp_path / "pieces.mp4", tmp_path / "whole.mp4")


def test_a_background_that_moves_is_where_it_would_be(tmp_path: Path) -> None:
    sea = Clip(frames=7, times=[5 + n * 3 for n in range(7)], time_base=Fraction(1, 50)).write(tmp_path / "sea.mkv")
    recipe = Recipe(Disc(), (Enlarge(),), Replace(str(sea)), LOSSLESS)
    pieces, whole = both_ways(clip(tmp_path / "a.mp4", times=[n + 4 for n in range(60)]), recipe)
    same(pieces.job.target, whole.job.target)


@pytest.mark.parametrize(("codec", "suffix"), [("hevc", ".mp4"), ("av1", ".webm"), ("vp9", ".mkv")])
def test_every_codec_is_joined(tmp_path: Path, codec: str, suffix: str) -> None:
    encoding = Encoding(codec, preset={"hevc": "ultrafast", "av1": "13", "vp9": "8"}[codec])
    pieces, whole = both_ways(clip(tmp_path / "a.mp4"), replace(RECIPE, encoding=encoding), suffix=suffix)
    ours, theirs = shown(pieces.job.target), shown(whole.job.target)
    assert [one.time for one in ours] == [one.time for one in theirs]
    for one, other in zip(ours, theirs, strict=True):
        assert np.abs(one.planes[0].astype(int) - other.planes[0]).mean() < 4


# What isn't cut, and what is said of it.


@dataclass(frozen=True)
class Boundless(Filter):
    """A filter that says that it needs all."""

    @property
    def window(self) -> None:
        """No bound."""
        return

    def __call__(self, cutouts: Iterable[flowing.Cutout]) -> Iterator[flowing.Cutout]:
        yield from cutouts


def reason(job: Job) -> str:
    """Why a job is done whole."""
    (outcome,) = batch.run([job], terms=TERMS)
    assert isinstance(outcome, Done)
    assert outcome.frames == 60
    (said,) = [detail for detail in outcome.details if "not cut into pieces" in detail]
    assert {path.name for path in job.source.parent.iterdir()} == {job.source.name, job.target.name}
    return said


def test_a_container_without_an_index_is_not_cut(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.ts")
    assert "no index" in reason(Job(source, tmp_path / "out.mp4", RECIPE))


def test_a_file_with_one_key_frame_is_not_cut(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", keys=100)
    assert "no key frame where it could be cut" in reason(Job(source, tmp_path / "out.mp4", RECIPE))


def test_a_recipe_without_a_bound_is_not_cut(tmp_path: Path) -> None:
    recipe = replace(RECIPE, filters=(Boundless(), Enlarge()))
    said = reason(Job(clip(tmp_path / "a.mp4"), tmp_path / "out.mp4", recipe))
    assert "every frame depends on the whole" in said


def test_an_interlaced_file_is_not_cut(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", options=(("x264-params", "tff=1"), ("flags", "+ilme+ildct")))
    assert "interlaced" in reason(Job(source, tmp_path / "out.mp4", RECIPE))


def test_a_damaged_file_is_not_cut(tmp_path: Path) -> None:
    """What a packet's damage does to the frames depends on where decoding began."""
    source = clip(tmp_path / "a.mp4", keys=20)
    with av.open(str(source)) as container:
        at = [packet.pos for packet in container.demux(video=0) if packet.size]
    data = bytearray(source.read_bytes())
    assert at[33] is not None
    data[at[33] + 4 : at[33] + 40] = bytes(36)
    source.write_bytes(data)
    (outcome,) = batch.run([Job(source, tmp_path / "out.mp4", RECIPE)], terms=TERMS)
    whole = render(Job(source, tmp_path / "whole.mp4", RECIPE))
    assert isinstance(outcome, Done)
    assert outcome.frames == whole.frames
    assert [one.time for one in shown(tmp_path / "out.mp4")] == [one.time for one in shown(tmp_path / "whole.mp4")]


def test_what_is_short_is_not_cut_and_nothing_is_said(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", frames=20)
    (outcome,) = batch.run([Job(source, tmp_path / "out.mp4", RECIPE)], terms=TERMS)
    assert isinstance(outcome, Done)
    assert outcome.details == ()


# Cuts.


def test_what_a_piece_reads_begins_at_a_key_frame_and_windows_reach_over_the_cuts(tmp_path: Path) -> None:
    job = Job(clip(tmp_path / "a.mp4"), tmp_path / "out.mp4", RECIPE)
    pieces = cuts.find(job).pieces(job, LENGTH, 5, tmp_path)
    assert [(piece.begin, piece.first, piece.stop, piece.end) for piece in pieces] == [
        (0, 0, 15, 20), (10, 15, 35, 40), (30, 35, 60, 60),
    ]  # fmt: skip
    unit = pieces[0].last_pts // 14
    assert [piece.key // unit for piece in pieces] == [0, 10, 30]
    assert [piece.first_pts // unit for piece in pieces] == [0, 15, 35]


def test_a_lead_is_read_before_a_piece_and_not_after_it(tmp_path: Path) -> None:
    job = Job(clip(tmp_path / "a.mp4"), tmp_path / "out.mp4", RECIPE)
    pieces = cuts.find(job).pieces(job, LENGTH, 5, tmp_path, lead=3)
    assert [(piece.begin, piece.end) for piece in pieces] == [(0, 23), (10, 43), (30, 60)]


def test_no_piece_is_shorter_than_half_a_length(tmp_path: Path) -> None:
    job = Job(clip(tmp_path / "a.mp4", keys=29), tmp_path / "out.mp4", RECIPE)
    pieces = cuts.find(job).pieces(job, LENGTH, 0, tmp_path)
    assert [(piece.first, piece.stop) for piece in pieces] == [(0, 29), (29, 60)]


@pytest.mark.parametrize(
    "order", [[0, 3, 1, 2, 6, 4, 5], [0, 10, 5, 2, 7, 20, 15], [0, 1, 2, 3], [5], [0, 8, 4, 2, 1, 3, 6, 5, 7]]
)
def test_decoding_times_go_forward_and_no_frame_is_decoded_too_late(order: list[int]) -> None:
    times = decoding_times(order)
    assert all(before < after for before, after in pairwise(times))
    assert all(dts <= pts for dts, pts in zip(times, order, strict=True))


# What goes wrong, and what is used again.


def made(tmp_path: Path, recipe: Recipe = RECIPE, target: str = "out.mp4") -> tuple[Job, tuple[Piece, ...]]:
    """A job's pieces, all done."""
    job = Job(clip(tmp_path / "a.mp4"), tmp_path / target, recipe)
    folder = folder_for(job, LENGTH)
    folder.mkdir()
    pieces = cuts.find(job).pieces(job, LENGTH, recipe.window or 0, folder)
    for piece in pieces:
        render_piece(piece)
    return job, pieces


def test_pieces_that_are_done_are_used_again(tmp_path: Path) -> None:
    job, pieces = made(tmp_path)
    before = [piece.file.stat().st_mtime_ns for piece in pieces]
    pieces[1].file.unlink()
    (pieces[2].file.parent / ".vidseg-0123456789ab.part").write_bytes(b"left by a dead worker")
    seen: set[int] = set()
    (outcome,) = batch.run([job], lambda _, now: seen.add(now.piece[0] if now.piece else -1), terms=TERMS)
    assert isinstance(outcome, Done)
    assert seen - {-1} == {1}
    assert len(before) == 3
    assert {path.name for path in tmp_path.iterdir()} == {"a.mp4", "out.mp4"}


@pytest.mark.parametrize(
    "harm", [lambda data: data[:-1], lambda data: data[:100], lambda _: b"", lambda data: data[:-9] + bytes(9)]
)
def test_a_piece_that_is_not_whole_is_none(tmp_path: Path, harm: Any) -> None:
    _, pieces = made(tmp_path)
    file = pieces[0].file
    assert piece_file.read(file) is not None
    file.write_bytes(harm(file.read_bytes()))
    assert piece_file.read(file) is None


def test_a_missing_piece_is_an_error_and_the_others_stay(tmp_path: Path) -> None:
    job, pieces = made(tmp_path)
    pieces[2].file.unlink()
    with pytest.raises(IncompleteError, match="missing or damaged"):
        join(job, pieces)
    assert not job.target.exists()
    assert pieces[0].file.exists()


def test_what_a_killed_worker_had_begun_goes_with_the_pieces(tmp_path: Path) -> None:
    job, pieces = made(tmp_path)
    folder = pieces[0].file.parent
    (folder / ".vidseg-0123456789ab.part").write_bytes(b"half a piece")
    join(job, pieces)
    assert job.target.exists()
    assert not folder.exists()


def test_pieces_whose_seams_differ_are_not_joined_but_the_job_is_done_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, pieces = made(tmp_path)
    honest = piece_file.read

    def lying(path: Path) -> Any:
        known = honest(path)
        return known and replace(known, before="00000000")

    monkeypatch.setattr(piece_file, "read", lying)
    with pytest.raises(CutError, match="decoded otherwise"):
        join(job, pieces)
    (outcome,) = batch.run([job], terms=TERMS)
    assert isinstance(outcome, Done)
    assert "not cut into pieces: it is decoded otherwise from the middle" in outcome.details
    monkeypatch.undo()
    render(replace(job, target=tmp_path / "whole.mp4"))
    same(job.target, tmp_path / "whole.mp4")


def test_pieces_of_two_encodings_are_not_joined(tmp_path: Path) -> None:
    job, pieces = made(tmp_path)
    other = replace(RECIPE, encoding=Encoding("h264", 20, "ultrafast"))
    render_piece(replace(pieces[1], job=replace(job, recipe=other)))
    with pytest.raises(CutError, match="more than one way"):
        join(job, pieces)


def test_frames_that_are_not_where_they_were_found_are_noticed(tmp_path: Path) -> None:
    _, pieces = made(tmp_path)
    for wrong in (
        replace(pieces[1], first_pts=pieces[1].first_pts + 1),
        replace(pieces[1], end=99),
        replace(pieces[1], last_pts=pieces[1].last_pts - 1),
    ):
        with pytest.raises(CutError, match="not where its index says"):
            render_piece(wrong)


def test_a_piece_that_fails_fails_its_job_and_takes_the_others_with_it(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4")
    recipe = replace(RECIPE, effect=FailsAt(30))
    (outcome,) = batch.run([Job(source, tmp_path / "out.mp4", recipe)], terms=TERMS)
    assert outcome == Failed(outcome.job, "unforeseen RuntimeError: as asked")
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_a_record_of_pieces_is_that_of_the_whole(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4")
    recipe = Recipe(Light(), (Enlarge(),), Shows(), LOSSLESS)
    job = Job(source, tmp_path / "out.mp4", recipe)
    pieces = in_pieces(job, Terms(piece=LENGTH, record=True))
    whole = render(replace(job, target=tmp_path / "whole.mp4"), record=True)
    assert pieces.record is not None
    assert pieces.record == whole.record
    assert len(pieces.record.coverage) == len(pieces.record.change) == 60
    assert [shot.time for shot in pieces.record.shots] == [0.4, 1.2, 2.0]


# Transparency, and folders of pictures.


def decoded(path: Path) -> list[tuple[Fraction, list[bytes]]]:
    """Every picture's time and all of its values, alpha too; of VP9 by libvpx, for FFmpeg's own decoder drops it."""

    def values(one: av.VideoFrame) -> list[bytes]:
        if one.format.is_planar:
            return [plane.tobytes() for plane in planes_of(one)]
        return [one.to_ndarray(format="rgba64le").tobytes()]

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        decoder = stream.codec_context
        if stream.metadata.get("alpha_mode") == "1":
            decoder = av.CodecContext.create("libvpx-vp9", "r")
        packets = [packet for packet in container.demux(stream) if packet.size]
        return [
            (Fraction(one.pts or 0) * stream.time_base, values(one))
            for packet in (*packets, None)
            for one in decoder.decode(packet)
        ]


PLACES = ("pieces", "whole")
PICTURES = replace(RECIPE, effect=Matte(), encoding=Encoding(content="matte"))


def with_alpha(name: str, content: Content = "straight") -> Recipe:
    encoding = Encoding(name, content=content, preset="8" if name == "vp9" else None)
    return Recipe(Light(), (MeanOf(3), Enlarge()), Cutout(premultiplied=content == "premultiplied"), encoding)


@pytest.mark.parametrize(
    ("name", "pixel_format", "content"),
    [
        ("prores4444", "yuv420p", "straight"),
        ("prores4444", "yuv422p10le", "premultiplied"),
        ("ffv1", "yuv420p", "straight"),
        ("ffv1", "yuv420p10le", "premultiplied"),
        ("qtrle", "yuv420p", "straight"),
        ("png", "yuv420p", "straight"),
        ("png", "yuv420p10le", "straight"),
    ],
)
def test_a_cutout_in_pieces_is_that_of_the_whole_bit_for_bit(
    tmp_path: Path, name: str, pixel_format: str, content: Content
) -> None:
    source = clip(tmp_path / "a.mp4", pixel_format=pixel_format, sound=Fraction(0))
    pieces, whole = both_ways(source, with_alpha(name, content), suffix=FORMATS[name].suffix)
    ours, theirs = decoded(pieces.job.target), decoded(whole.job.target)
    assert len(ours) == 60
    assert ours == theirs
    with av.open(str(pieces.job.target)) as container:
        tags = {key.lower(): value for key, value in container.metadata.items()}
        assert tags["comment"] == f"{content} alpha"
        assert len(container.streams.audio) == 1


@pytest.mark.parametrize(("name", "suffix"), [("vp9", ".webm"), ("vp9", ".mkv"), ("stacked", ".mp4")])
def test_a_cutout_of_a_codec_that_looks_back_is_its_pieces_in_a_row(tmp_path: Path, name: str, suffix: str) -> None:
    """Each piece is what the same part of the source gives by itself, where the mattes look at no other frame.

    H.264 without loss: with loss x264 gives the same pictures not always the same bits, even on one thread.
    """
    source = clip(tmp_path / "a.mp4", keys=20)
    recipe = replace(with_alpha(name), filters=(Enlarge(),))
    if name == "stacked":
        recipe = replace(recipe, encoding=replace(recipe.encoding, crf=0))
    pieces, _ = both_ways(source, recipe, suffix=suffix)
    expected = []
    for n in range(3):
        part = Job(source, tmp_path / f"{n}{suffix}", recipe, Span(n * LENGTH, (n + 1) * LENGTH))
        render(part)
        expected += [(time + n * LENGTH, values) for time, values in decoded(part.target)]
    ours = decoded(pieces.job.target)
    assert len(ours[0][1]) == (4 if name == "vp9" else 3)
    assert ours == expected


@pytest.mark.parametrize("content", ["matte", "straight"])
@pytest.mark.parametrize("depth", [8, 10])
def test_a_folder_of_pictures_in_pieces_is_that_of_the_whole_byte_for_byte(
    tmp_path: Path, content: Content, depth: int
) -> None:
    source = clip(tmp_path / "a.mp4", pixel_format="yuv420p" if depth == 8 else "yuv420p10le", sound=Fraction(0))
    effect = Matte() if content == "matte" else Cutout()
    recipe = Recipe(Light(), (MeanOf(3), Enlarge()), effect, Encoding(content=content, audio=content != "matte"))
    job = Job(source, tmp_path / "pieces" / "%03d.png", recipe)
    pieces = in_pieces(job)
    whole = render(replace(job, target=tmp_path / "whole" / "%03d.png"))
    assert pieces.notes == whole.notes
    ours, theirs = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in PLACES)
    assert len(ours) == 60
    assert ours == theirs
    assert {path.name for path in tmp_path.iterdir()} == {"a.mp4", *PLACES}


def test_a_folder_of_pictures_says_that_frames_last_unequally_long_also_where_a_seam_is(tmp_path: Path) -> None:
    times = [n if n < 20 else n + 5 for n in range(60)]
    source = clip(tmp_path / "a.mp4", times=times)
    job = Job(
        source, tmp_path / "pieces" / "%d.png", replace(RECIPE, effect=Matte(), encoding=Encoding(content="matte"))
    )
    assert in_pieces(job).notes == ("frames last unequally long, which a sequence of pictures doesn't tell",)


def test_a_folder_of_pictures_that_came_meanwhile_is_left_as_it_is(tmp_path: Path) -> None:
    job, pieces = made(tmp_path, PICTURES, "f/%d.png")
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "mine.png").write_bytes(b"")
    with pytest.raises(WriteError, match="is not empty any more"):
        join(job, pieces)
    assert [path.name for path in (tmp_path / "f").iterdir()] == ["mine.png"]
    assert not list(tmp_path.glob("*.part"))


def test_an_animated_webp_is_made_whole(tmp_path: Path) -> None:
    assert "an animated WebP is made whole" in reason(
        Job(clip(tmp_path / "a.mp4"), tmp_path / "out.webp", with_alpha("webp"))
    )
