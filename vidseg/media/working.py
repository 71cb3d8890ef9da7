"""Pictures brought to their working format, tagged with what their colour is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import av
from av.video.reformatter import VideoReformatter

from vidseg.frame import planes_of
from vidseg.media import colour, formats
from vidseg.media.notes import Notes


def worked_on(pictures: Iterable[av.VideoFrame], notes: Notes) -> Iterator[av.VideoFrame]:
    """The same pictures in the working format nearest to the first one's; those that are in it stay as they are."""
    reformatter = VideoReformatter()
    target = ""
    for picture in pictures:
        if not target:
            target = formats.working_format(picture.format.name)
            _say(picture, target, notes)
        resolved, guessed = colour.resolve(picture)
        if guessed:
            notes.detail(
                f"colour tags were missing or unusable; taken for matrix {resolved.matrix}, primaries "
                f"{resolved.primaries}, transfer {resolved.transfer}, "
                f"{'full' if resolved.range == colour.FULL_RANGE else 'limited'} range"
            )
        if picture.format.is_rgb or picture.format.has_palette:
            resolved = replace(resolved, range=colour.LIMITED)  # what players expect of video
        if formats.same_planes(picture.format.name) != target:
            picture = _converted(reformatter, picture, target, resolved)
        resolved.tag(picture)
        yield picture


def _say(picture: av.VideoFrame, target: str, notes: Notes) -> None:
    name = picture.format.name
    if picture.format.is_rgb:
        notes.say(f"{name} was brought to 4:2:0, which every player shows")
    elif target != formats.same_planes(name):
        notes.detail(f"{name} is worked on as {target}")
    if any(component.is_alpha for component in picture.format.components):
        notes.say("its own transparency was left out")


def _converted(
    reformatter: VideoReformatter, picture: av.VideoFrame, target: str, resolved: colour.Colour
) -> av.VideoFrame:
    """Another layout of the same codes where there is one, without a change of matrix or range."""
    grey = formats.is_grey(picture.format.name)
    # FFmpeg takes grey for full range whatever it is told: from full to full its codes stay as they are
    range_ = colour.FULL_RANGE if grey else resolved.range
    pts, time_base, duration = picture.pts, picture.time_base, picture.duration
    converted = reformatter.reformat(
        picture,
        format=target,
        src_colorspace=resolved.matrix,
        dst_colorspace=resolved.matrix,
        src_color_range=range_,
        dst_color_range=range_,
    )
    for plane in planes_of(converted)[1:] if grey else ():
        plane.fill(1 << (converted.format.components[0].bits - 1))  # without FFmpeg's dither
    converted.pts, converted.duration = pts, duration
    if time_base is not None:
        converted.time_base = time_base
    return converted
