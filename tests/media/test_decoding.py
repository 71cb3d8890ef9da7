"""Reading and decoding go on behind damage, and come to an end all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import pytest
from av.container import InputContainer
from av.stream import Stream

from vidseg.media import decoding
from vidseg.media.decoding import Decoder
from vidseg.testing import Clip


class Failing:
    """A container whose reading fails before these packets, and where ``for_ever`` at the first of them always."""

    def __init__(self, container: InputContainer, before: list[int], *, for_ever: bool = False) -> None:
        self._container, self._before, self._for_ever = container, before, for_ever
        self._packets: Iterator[Any] | None = None
        self._read = 0

    @property
    def format(self) -> Any:
        return self._container.format

    def demux(self, streams: tuple[Stream, ...]) -> Iterator[av.Packet[Any]]:
        self._packets = self._packets or self._container.demux(streams)
        while True:
            if self._read in self._before:
                if not self._for_ever:
                    self._before.remove(self._read)
                raise av.error.InvalidDataError(1, "as a demuxer says")
            packet = next(self._packets, None)
            if packet is None:
                return
            self._read += 1
            yield packet


def decoded(path: Path, before: list[int], *, for_ever: bool = False) -> tuple[int, Decoder]:
    with av.open(str(path)) as container:
        failing: Any = Failing(container, before, for_ever=for_ever)
        decoder = Decoder(failing, container.streams.video[0])
        return sum(1 for _ in decoder.pictures()), decoder


def test_behind_what_can_not_be_read_reading_goes_on(tmp_path: Path) -> None:
    path = Clip(frames=30).write(tmp_path / "a.mp4")
    frames, decoder = decoded(path, [3, 10])
    assert frames == 30
    assert (decoder.bad_packets, decoder.gave_up) == (2, False)


def test_reading_that_always_fails_ends_with_all_frames_before(tmp_path: Path) -> None:
    """Those too that the decoder still holds: with B-frames and threads it is some behind."""
    path = Clip(frames=30, options=(("preset", "medium"),)).write(tmp_path / "a.mp4")
    frames, decoder = decoded(path, [10], for_ever=True)
    assert frames == 10
    assert (decoder.bad_packets, decoder.gave_up) == (decoding.MOST_BAD_PACKETS, True)


def test_a_frame_that_a_decoder_swallows_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FFmpeg's threads lose some errors: then a packet neither fails nor gives a picture."""
    path = Clip(frames=10).write(tmp_path / "a.mkv")
    with av.open(str(path)) as container:
        decoder = Decoder(container, container.streams.video[0])
        assert len(list(decoder.pictures())) == 10
        assert decoder.missing == 0
        monkeypatch.setattr(decoder, "_pictures", 9)
        assert decoder.missing == 1


def test_a_stream_that_appears_on_the_way_does_not_end_the_reading(tmp_path: Path) -> None:
    """A transport stream's second program, of which the first second says nothing: PyAV alone fails at the end."""
    one = Clip(frames=100, width=64, codec="mpeg2video", keys=10).write(tmp_path / "1.ts")
    path = tmp_path / "a.ts"
    data = bytearray(one.read_bytes())
    whole = [data[at : at + 188] for at in range(0, len(data), 188)]
    late = [bytearray(packet) for packet in whole[len(whole) // 2 :] if (packet[1] & 0x1F, packet[2]) == (1, 0)]
    for packet in late:
        packet[1:3] = (packet[1] & 0xE0) | 1, 7  # another PID, which no table names
    path.write_bytes(b"".join(whole) + b"".join(late))
    with av.open(str(path)) as container, pytest.raises(IndexError):
        list(container.demux(video=0))
    with av.open(str(path)) as container:
        decoder = Decoder(container, container.streams.video[0])
        assert sum(1 for _ in decoder.pictures()) == 100
        assert decoder.bad_packets == 0
