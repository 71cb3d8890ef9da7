"""Verified: a finished output is read again and compared with what went in, before it gets its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from vidseg.errors import IncompleteError, SourceError
from vidseg.job import Reading
from vidseg.media import probe
from vidseg.media.decoding import demuxed
from vidseg.media.movie_length import movie_length
from vidseg.media.whole import telling
from vidseg.media.written import Beside, Written

_READ = ("audio", "subtitle")
"""Kinds of streams beside the picture whose packets are compared; covers and attachments have none of their own."""

_MS = Fraction(1, 1000)
"""Matroska's clock, and what MP4 tells of its whole length is no finer than this in some files."""


_GUESSED = Fraction(1)
"""Seconds that a file may say to be longer than what is known of it, and as long as its longest frame lasts."""

_SIGN = 1000
"""Packets from one sign of life to the next."""

_ENOUGH = 100
"""Packets after which a decoder must have given a picture."""


def check(path: Path, target: Path, went_in: Written, tick: Fraction, alive: Callable[[], None] = lambda: None) -> None:
    """Open a finished file again, compare all of it with what went in, and decode a few of its frames.

    The number of frames and each one's time, the picture's size, the streams with their beginnings and ends, and the
    lengths that the file itself tells. Times may differ by a ``tick`` of the source's clock and one of the file's own.
    ``alive`` is called on the way, which is long for a large file. Raises ``IncompleteError``.
    """
    with telling(target), av.open(str(path), metadata_errors="replace") as container:
        try:
            stream = probe.main_video(container, path, Reading(most_pixels=_ANY))
        except SourceError as error:
            raise IncompleteError(str(target), f"it can't be read again: it {error.reason}") from None
        went_in.check_size(stream.codec_context.width, stream.codec_context.height, target)
        found, others = _read(container, stream, alive)
        _check_times(found, target, went_in, Fraction(stream.time_base or 1), tick)
        _check_streams(container, others, target, went_in)
        _check_length(container, path, stream, target, went_in, tick)
        for key in went_in.keys:
            if not _decodes(container, stream, key):
                raise IncompleteError(str(target), f"its frame at {float(key):.3f} s can't be decoded")


_ANY = (1 << 31) - 1
"""Pixels, as FFmpeg counts them: what was written may be checked."""


def _read(
    container: InputContainer, picture: VideoStream, alive: Callable[[], None]
) -> tuple[list[int | None], dict[int, Beside]]:
    """The times of the picture's packets, and what is beside it by its index, by going through all packets."""
    streams = [picture, *(stream for stream in container.streams if stream.type in _READ)]
    times: list[int | None] = []
    found: dict[int, tuple[int, int]] = {}
    for number, packet in enumerate(demuxed(container, streams), 1):
        if number % _SIGN == 0:
            alive()
        if not packet.size:
            continue
        if packet.stream_index == picture.index:
            times.append(packet.pts)
        elif packet.pts is not None:
            end = packet.pts + (packet.duration or 0)
            first, last = found.get(packet.stream_index, (packet.pts, end))
            found[packet.stream_index] = (min(first, packet.pts), max(last, end))
    beside = {}
    for stream in streams[1:]:
        time_base = Fraction(stream.time_base or 1)
        begins_and_ends = found.get(stream.index)
        if begins_and_ends is None:
            beside[stream.index] = Beside(stream.type)
        else:
            beside[stream.index] = Beside(stream.type, begins_and_ends[0] * time_base, begins_and_ends[1] * time_base)
    return times, beside


def _check_times(
    found: Sequence[int | None], target: Path, went_in: Written, time_base: Fraction, tick: Fraction
) -> None:
    if len(found) != len(went_in.times) or None in found:
        raise IncompleteError(str(target), f"{len(went_in.times)} frames went in, {len(found)} came out")
    units = went_in.clock.denominator * time_base.denominator * tick.denominator  # in whole numbers it is quick
    ours, theirs = int(went_in.clock * units), int(time_base * units)
    slack = int((tick + time_base) * units)
    for wanted, came in zip(sorted(went_in.times), sorted(time for time in found if time is not None), strict=True):
        if abs(wanted * ours - came * theirs) > slack:
            raise IncompleteError(
                str(target),
                f"a frame of {float(wanted * went_in.clock):.3f} s came out at {float(came * time_base):.3f} s",
            )


def _check_streams(container: InputContainer, others: dict[int, Beside], target: Path, went_in: Written) -> None:
    if len(container.streams) - 1 < went_in.others:
        raise IncompleteError(str(target), "a stream that was copied isn't in it")
    for kind in _READ:
        sent = [one for one in went_in.streams if one.kind == kind]
        came = [others[index] for index in sorted(others) if others[index].kind == kind]
        if len(came) != len(sent):
            sent = [one for one in sent if one.first is not None]  # some containers leave out those without a packet
        if len(came) < len(sent):
            raise IncompleteError(str(target), f"{len(sent)} streams of {kind} went in, {len(came)} came out")
        for ours, theirs in zip(sent, came, strict=False):
            slack = ours.longest + 2 * _MS
            if ours.first is None:
                continue
            if theirs.first is None or theirs.first > ours.first + slack:
                raise IncompleteError(str(target), f"the beginning of its {kind} isn't in it")
            if theirs.end < ours.end - slack:
                raise IncompleteError(
                    str(target), f"its {kind} ends at {float(theirs.end):.3f} s, not at {float(ours.end):.3f}"
                )


def _check_length(
    container: InputContainer, path: Path, stream: VideoStream, target: Path, went_in: Written, tick: Fraction
) -> None:
    """What the file tells of its own length, against the shortest and the longest that its streams can be together."""
    slack = tick + Fraction(stream.time_base or 1) + 2 * _MS
    least = went_in.last - went_in.first
    first = min([went_in.first, *(one.first for one in went_in.streams if one.first is not None), Fraction(0)])
    # how long a last frame lasts is often nowhere told, and each muxer then has a way of its own to guess it
    guessed = (
        _GUESSED + max((after - before for before, after in pairwise(sorted(went_in.times))), default=0) * went_in.clock
    )
    most = max([went_in.end, *(one.end + one.longest for one in went_in.streams)]) - first + guessed
    length = _told_length(container, path)
    if length is not None and not least - slack <= length <= most + slack:
        raise IncompleteError(
            str(target), f"it says that it lasts {float(length):.3f} s, not {float(least):.3f} to {float(most):.3f}"
        )


def _decodes(container: InputContainer, stream: VideoStream, key: Fraction) -> bool:
    """Whether the picture of a key frame can be had, whole and of the size that the file says."""
    time_base = Fraction(stream.time_base or 1)
    near = round(key / time_base)
    try:
        container.seek(near, stream=stream, backward=True)
        for packet in islice(container.demux(stream), _ENOUGH):
            for picture in packet.decode():
                if picture.pts is not None and picture.pts < near - 1:
                    continue
                size = stream.codec_context.width, stream.codec_context.height
                there = picture.pts is not None and picture.pts <= near + 1
                return there and not picture.is_corrupt and (picture.width, picture.height) == size
    except av.error.FFmpegError:
        pass
    return False


def _told_length(container: InputContainer, path: Path) -> Fraction | None:
    """In seconds, by the file's own words, None where it has none."""
    if "mov" in container.format.name.split(","):  # FFmpeg adds up samples instead, wrongly where their times vary
        return movie_length(path)
    return None if container.duration is None else Fraction(container.duration, 1_000_000)
