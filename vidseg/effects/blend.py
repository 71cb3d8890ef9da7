"""Blend: a frame over a background by its matte, in the planes of the frame's own format."""

from __future__ import annotations

from collections.abc import Sequence

import av
import cv2
import numpy as np

from vidseg.frame import FULL, Frame, Matte, Plane, planes_of


def over(frame: Frame, background: Sequence[Plane], matte: Matte) -> Frame:
    """The frame where the matte is full, the background where it is 0, between them ``b + (f - b) * matte``.

    Exact at both ends: not a value there is changed. ``background`` has the frame's planes' shapes and dtype;
    ``matte`` is ``uint16`` of the frame's size. The chroma planes take the mean of the matte over the pixels that
    share a sample.
    """
    if matte.shape != (frame.height, frame.width) or matte.dtype != np.uint16:
        raise ValueError(f"a {matte.dtype} matte of {matte.shape} doesn't fit {frame.width}x{frame.height}")
    picture = av.VideoFrame(frame.width, frame.height, frame.picture.format.name.replace("yuvj", "yuv"))
    mattes = {matte.shape: matte}
    for ours, theirs, out in zip(frame.planes, background, planes_of(picture), strict=True):
        if ours.shape not in mattes:
            mattes[ours.shape] = _shared(matte, *ours.shape)
        _blend(ours, theirs, mattes[ours.shape], out)
    return frame.with_picture(picture)


def _shared(matte: Matte, height: int, width: int) -> Matte:
    """The mean over the pixels that share a chroma sample; at an odd edge a sample has one pixel less."""
    bottom, right = (
        matte.shape[0] % 2 if height < matte.shape[0] else 0,
        matte.shape[1] % 2 if width < matte.shape[1] else 0,
    )
    if bottom or right:
        matte = cv2.copyMakeBorder(matte, 0, bottom, 0, right, cv2.BORDER_REPLICATE)
    return cv2.resize(matte, (width, height), interpolation=cv2.INTER_AREA)


def _blend(ours: Plane, theirs: Plane, matte: Matte, out: Plane) -> None:
    """One plane; outside the box of what isn't 0 in the matte it is a copy."""
    np.copyto(out, theirs)
    left, top, width, height = cv2.boundingRect((matte > 0).view(np.uint8))
    if not width:
        return
    box = np.s_[top : top + height, left : left + width]
    share = (matte[box] >> 1).view(np.int16)  # 15 bits: OpenCV multiplies 16-bit integers only when signed
    full = FULL >> 1
    if ours.dtype == np.uint8:
        difference = cv2.subtract(ours[box], theirs[box], dtype=cv2.CV_16S)
        part = cv2.multiply(difference, share, difference, 1 / full, cv2.CV_16S)
        out[box] = cv2.add(theirs[box], part, dtype=cv2.CV_8U)
    else:  # at most 12 bits: the same numbers signed
        base = theirs[box].view(np.int16)
        difference = cv2.subtract(ours[box].view(np.int16), base)
        part = cv2.multiply(difference, share, difference, 1 / full)
        out[box] = cv2.add(base, part).view(np.uint16)
