"""Evidence: what in the picture goes with the place, and what doesn't, by comparing frames some way apart.

A model takes a motor cycle behind a person for a part of the person. A file tells more than a frame: where the camera
or the person moves, the motor cycle goes with the wall behind it. So the motion of the place is found, and that of the
person's largest parts, and each point is asked which of the two explains it, before and after, near and far. Where
both do (nothing moves; a plain wall) there is no evidence and the models alone decide.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import ceil, floor

import cv2
import numpy as np
from numpy.typing import NDArray

from vidseg.extent import extent, scaled
from vidseg.frame import Clues, Cutout, Map
from vidseg.motion.around import around
from vidseg.motion.discs import disc
from vidseg.motion.flow import Flow
from vidseg.motion.median import median
from vidseg.motion.place import Affine, carried, grid, motion_of, unexplained

APART = (4, 8)
"""How many frames apart two copies are that are compared."""

REACH = max(APART)

_PLACE, _PERSON = 0.3, 0.8
"""Below this a point counts for the place's motion, above that for a person's."""

_PARTS = 2
"""How many separate people may have a motion of their own."""

_OTHER = 0.3
"""The share of a part that has a motion of its own if another leaves it unexplained."""

_HIDES = 0.5
"""Where a matte is above it a person hides the place."""

MOST = 6.0
"""Evidence is cut off here, in units of the noise."""

_STANDS, _MOVES = 0.5, 2.0
"""Points that the place goes in the longest of ``APART`` before a camera that stands, and one that moves."""

_SWAYS, _GOES = 6.0, 10.0
"""Points that a person who sways in his chair goes past the place in the longest of ``APART``, and one who goes."""

_SWAYING = 0.8
"""Evidence against who sways is cut off here, in units of the noise: his head or hand may stand still meanwhile."""

_STEP, _FINE = 8, 5
"""Points from one that counts for the motion of the place, and for a person's, to the next."""


@dataclass
class _Seen:
    """A cutout, its largest people, and how the place and these move from it on, for each of ``APART``.

    ``others`` is how those move who hang together with one of the largest, or a limb of his; ``asked`` is for which of
    ``APART`` all that is known.
    """

    cutout: Cutout
    matte: Map
    place: dict[int, Affine] = field(default_factory=dict)
    people: dict[int, list[Affine]] = field(default_factory=dict)
    others: dict[int, list[Affine]] = field(default_factory=dict)
    asked: set[int] = field(default_factory=set)

    @cached_property
    def parts(self) -> list[NDArray[np.bool_]]:
        """The largest people."""
        count, labels, figures, _ = cv2.connectedComponentsWithStats((self.matte > _PERSON).view(np.uint8))
        largest = sorted(range(1, count), key=lambda n: -int(figures[n, cv2.CC_STAT_AREA]))[:_PARTS]
        return [labels == n for n in largest]

    @property
    def clues(self) -> Clues:
        assert self.cutout.clues is not None  # noqa: S101 - made by watched()
        return self.cutout.clues


def witnessed(cutouts: Iterable[Cutout]) -> Generator[Cutout]:
    """Cutouts that have clues with the evidence added; ``REACH`` frames before and after one decide it.

    To those that nobody has looked at none is added.
    """
    flow = Flow()

    def begins(seen: _Seen) -> bool:
        return seen.clues.begins

    for near, at in around((_seen(cutout) for cutout in cutouts), REACH, begins):
        if not near[at].cutout.seen:
            yield near[at].cutout
            continue
        for apart in APART:
            for n in (at, at - apart):
                if n >= 0 and n + apart < len(near) and apart not in near[n].asked:
                    _moves(near[n], near[n + apart], apart, flow)
        yield _weighed(near, at)


def _seen(cutout: Cutout) -> _Seen:
    assert cutout.clues is not None  # noqa: S101 - made by watched()
    grey = cutout.clues.grey
    matte = cv2.resize(cutout.matte, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    return _Seen(cutout, np.asarray(matte, np.float32))


def _moves(now: _Seen, then: _Seen, apart: int, flow: Flow) -> None:
    now.asked.add(apart)
    there = flow.between(now.clues.grey, then.clues.grey)
    place = motion_of(there, grid(now.matte < _PLACE, _STEP))
    if place is None:
        return
    now.place[apart] = place
    now.people[apart], now.others[apart] = [], []
    for part in now.parts:
        points = grid(part, _FINE)
        motion = motion_of(there, points)
        if motion is None:
            continue
        now.people[apart].append(motion)
        rest = unexplained(there, unexplained(there, points, motion), place)
        other = motion_of(there, rest) if len(rest[0]) > _OTHER * len(points[0]) else None
        if other is not None:
            now.others[apart].append(other)


def _weighed(near: list[_Seen], at: int) -> Cutout:
    """The cutout with what the frames around it say."""
    now = near[at]
    nearest: list[Map] = []
    by_people: list[list[Map]] = []
    for apart in APART:
        place, people, hidden = [], [], []
        for other, key, onward in ((at + apart, at, True), (at - apart, at - apart, False)):
            if not 0 <= other < len(near) or apart not in near[key].place:
                continue
            here, there = now.clues.soft, near[other].clues.soft
            motion = _turned(near[key].place[apart], onward)
            place.append(_misfit(here, there, motion))
            hidden.append((near[other].matte, motion))
            motions = near[key].people[apart] + near[key].others[apart]
            each = [_misfit(here, there, _turned(motion, onward)) for motion in motions]
            people.append(_least(each) if each else None)
        if place:
            nearest.append(_least(place) if len(place) == 2 else _where_seen(place[0], *hidden[0]))
            both = [(a, b) for a, b in zip(place, people, strict=True) if b is not None]
            if both:
                by_people.append([_least([a for a, _ in both]), _least([b for _, b in both])])
    if not nearest:
        return now.cutout
    least = _least(nearest).copy()
    least[least >= _UNKNOWN] = 0
    noise = _noise(least, now.matte)
    against = _against(by_people, noise) if by_people else np.zeros_like(least)
    against = np.minimum(against, np.float32(_most_against(near, at)))
    moving = np.clip(least / noise - 1.5, 0, 4.0)
    clues = replace(now.clues, against=against, still=_still(now.clues.soft, nearest, noise), moving=moving)
    return replace(now.cutout, clues=clues)


def _most_against(near: list[_Seen], at: int) -> float:
    """How much may speak against a point: all of it if the camera moves or the person goes, and a little else.

    Before a camera that stands, the head and hands of one who only sways may stand as still as the wall; and the foot
    of one who kicks with the other.
    """
    rows, columns = np.nonzero(near[at].matte > _PERSON)
    if not rows.size:
        return MOST
    middle = np.array([columns.mean(), rows.mean(), 1])
    camera, person = [0.0], [0.0]
    for apart in APART:
        for one in (near[n] for n in (at, at - apart) if n >= 0 and apart in near[n].place):
            ways = [one.place[apart] - np.eye(3), *(motion - one.place[apart] for motion in one.people[apart])]
            first, *others = (float(np.hypot(*(way @ middle)[:2])) * REACH / apart for way in ways)
            camera.append(first)
            person += others
    moves, goes = max(camera), max(person)
    part = max((moves - _STANDS) / (_MOVES - _STANDS), (goes - _SWAYS) / (_GOES - _SWAYS))
    return _SWAYING + (MOST - _SWAYING) * float(np.clip(part, 0, 1))


def _turned(motion: Affine, onward: bool) -> Affine:
    """A motion as it is, or the way back."""
    return motion if onward else np.asarray(np.linalg.inv(motion), np.float64)


_UNKNOWN = 256.0
"""More than two codes can differ."""


def _misfit(here: Map, there: Map, motion: Affine) -> Map:
    """How far a motion is from explaining each point, in codes; ``_UNKNOWN`` or more where it leads out."""
    return np.asarray(cv2.absdiff(here, carried(there, motion)), np.float32)


def _where_seen(misfit: Map, matte: Map, motion: Affine) -> Map:
    """A misfit with the place in one other frame, ``_UNKNOWN`` where that frame's person hides it.

    In a shot's first and last frames there is none on the other side that would show what he hides.
    """
    return np.asarray(np.where(carried(matte, motion) > _HIDES, np.float32(_UNKNOWN), misfit), np.float32)


def _least(maps: list[Map]) -> Map:
    """Point by point the smallest."""
    least = maps[0]
    for one in maps[1:]:
        least = np.asarray(cv2.min(least, one), np.float32)
    return least


def _noise(misfit: Map, matte: Map) -> float:
    """What differs where nothing moves but the camera, in codes."""
    quiet = misfit[matte < 0.1][::7]
    return max(1.48 * median(quiet), 1.0) if quiet.size > 50 else 3.0


def _against(by_people: list[list[Map]], noise: float) -> Map:
    """By how much better the place explains a point than the people do, in units of the noise."""
    place, people = (_mean([pair[n] for pair in by_people]) for n in (0, 1))
    more = np.minimum(people, MOST * noise) - np.minimum(place, MOST * noise)
    more[(place >= _UNKNOWN) | (people >= _UNKNOWN)] = 0
    return np.asarray(np.maximum(more, 0) / np.float32(noise), np.float32)


def _still(soft: Map, nearest: list[Map], noise: float) -> Map:
    """Where there is enough to see that its going elsewhere would show, and it goes with the place."""
    misfit = _mean(nearest)
    texture = np.zeros_like(soft)
    for near, far in (
        ((_ALL, slice(2, None)), (_ALL, slice(None, -2))),
        ((slice(2, None), _ALL), (slice(None, -2), _ALL)),
    ):
        change = cv2.absdiff(soft[near], soft[far])
        for part in (near, far):
            np.maximum(texture[part], change, out=texture[part])
    seen = np.maximum(np.minimum(texture, MOST * noise) - 1.5 * misfit, 0) / np.float32(noise)
    seen[misfit >= _UNKNOWN] = 0
    return np.asarray(seen, np.float32)


_ALL = slice(None)


def _mean(maps: list[Map]) -> Map:
    """The mean of what is known; ``_UNKNOWN`` where nothing is."""
    total = np.zeros_like(maps[0])
    count = np.zeros_like(maps[0])
    for one in maps:
        known = (one < _UNKNOWN).view(np.uint8)
        cv2.accumulate(one, total, known)
        count += known
    total[count == 0] = _UNKNOWN
    return np.asarray(total / np.maximum(count, 1), np.float32)


def weighed(matte: Map, clues: Clues | None, against: float, moving: float) -> Map:
    """A matte (of any size) with the evidence in it, each kind with its weight: added to the log odds.

    What the models are sure isn't there, a moving point alone doesn't bring back: where the matte is exactly 0 or 1
    and there is no evidence, it stays. Where it counts is found out at the grey copy's size.
    """
    if clues is None or clues.against is None or clues.moving is None:
        return matte
    high, wide = clues.grey.shape
    small = np.asarray(cv2.resize(matte, (wide, high), interpolation=cv2.INTER_AREA), np.float32)
    radius = max(round(max(small.shape) / 160), 1)
    place = extent(small, 4 * radius + 4)
    if place is None:
        return matte
    odds = np.asarray(
        cv2.GaussianBlur(cv2.addWeighted(clues.moving, moving, clues.against, -against, 0), (0, 0), 1.5), np.float32
    )
    share = np.zeros_like(small)
    share[place] = _share(small[place], _change(small[place], odds[place]), radius)
    counts = extent(share, 1)
    if counts is None:
        return matte
    across, down = wide / matte.shape[1], high / matte.shape[0]
    rows, columns = (
        slice(floor(part.start / step), min(ceil(part.stop / step), length))
        for part, step, length in zip(counts, (down, across), matte.shape, strict=True)
    )
    there = rows, columns
    change = _change(matte[there], scaled(odds, there, (across, down)))
    made = matte.copy()
    made[there] += change * scaled(share, there, (across, down))
    return made


def _change(matte: Map, odds: Map) -> Map:
    """What evidence alone would add to a matte."""
    likely = np.clip(matte, 0.002, 0.98)
    return np.asarray(likely / (likely + (1 - likely) * cv2.exp(-odds)) - matte, np.float32)


def _share(matte: Map, change: Map, radius: int) -> Map:
    """How much a change counts: all where it is large and more than a seam, nothing where it would tear a hole."""
    much = np.abs(change) > 0.4
    if not much.any():
        return np.zeros_like(matte)
    share = _thick(much, radius)
    holes = _holes(matte + change * share, matte)
    if holes.any():
        share[cv2.dilate(holes.view(np.uint8), disc(1)) > 0] = 0
    return share


def _holes(made: Map, before: Map) -> NDArray[np.bool_]:
    """What was taken out of a person's middle: a piece of the place reaches out of the person, so this is none."""
    gone = (made <= 0.5) & (before > 0.5)
    if not gone.any():
        return gone
    _, labels = cv2.connectedComponents((made <= 0.5).astype(np.uint8))
    outside = np.unique(labels[(before <= 0.5) & (made <= 0.5)])
    return np.asarray(gone & ~np.isin(labels, outside), np.bool_)


def _thick(changes: NDArray[np.bool_], radius: int) -> Map:
    """Where changes are more than a seam along an edge, which occlusion makes: 1, softly falling to 0."""
    opened = cv2.morphologyEx(changes.astype(np.uint8), cv2.MORPH_OPEN, disc(radius))
    return np.asarray(cv2.GaussianBlur(cv2.dilate(opened, disc(2 * radius)).astype(np.float32), (0, 0), 1), np.float32)
