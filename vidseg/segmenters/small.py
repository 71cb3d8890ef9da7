"""Small: people whom the finder misses, searched for now and then and followed in between."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace

import numpy as np

from vidseg.frame import Cutout, Frame, Map
from vidseg.motion.flow import followed, leads
from vidseg.segmenters import boxes, looking, search, stretches
from vidseg.segmenters.network import Network

EVERY = 16
"""Frames from one search to the next, or a few less."""

LONGEST = 40
"""Frames at most for which somebody is followed: one search in between may miss him."""

_SURE = 0.65
"""So far must the models agree on what the finder sees for it to be a person, and no search needed."""

_MARGIN = 0.15
"""Around where a followed person should be, as a part of the longer side: what is looked at."""

_ROOM = 0.25
"""How far he may reach beyond where he should be, as a part of the longer side."""

_GONE = 0.3
"""The finder misses somebody of whom it sees less than this."""


@dataclass
class _Person:
    """A map of one whom the finder misses, and for how many frames."""

    map: Map
    age: int = 0


def searched(cutouts: Iterable[Cutout], finder: Network, models: list[Network]) -> Generator[Cutout]:
    """The cutouts (with clues, and the finder's mattes) with those people added whom the finder misses.

    A search is made where a shot begins and every 13 to 16 frames, if the models don't agree on anybody whom the finder
    sees. Who is found anew, or missed from one frame to the next, takes the place of the same one that was followed:
    so nothing but the ``LONGEST`` frames before a frame, and one, decide what is added to it.
    """
    people: list[_Person] = []
    last: tuple[Frame, Map] | None = None
    for cutout in cutouts:
        clues, frame = cutout.clues, cutout.frame
        assert clues is not None  # noqa: S101 - made by watched()
        high, wide = clues.grey.shape
        seen = cutout.matte
        new: list[_Person] = []
        if last is None or clues.begins or clues.back is None:
            people = []
        else:
            there = leads(clues.back)
            people = [_Person(followed(one.map, there), one.age + 1) for one in people if one.age < LONGEST]
            missed = followed(last[1], there)
            new = [_Person(missed)] if _missing(missed, seen) else []
        if (last is None or clues.begins or stretches.begins(last[0], frame, EVERY)) and not _sees(frame, seen, models):
            new = [_Person(one) for one in search.found(frame, (wide, high), finder, models)] or new
        people = new + [one for one in people if not any(search.overlap(one.map, other.map) for other in new)]
        people = [one for one in people if _found_again(one, frame, finder)]
        last = frame, seen
        yield cutout if not people else replace(cutout, matte=np.maximum.reduce([seen, *(one.map for one in people)]))


def _sees(frame: Frame, seen: Map, models: list[Network]) -> bool:
    """Whether the models agree on the largest that the finder sees."""
    rectangles = boxes.found(seen, None)
    if not rectangles:
        return False
    _, agreed = looking.around(frame, rectangles[0], (seen.shape[1], seen.shape[0]), _MARGIN, models)
    return agreed >= _SURE


def _missing(before: Map, now: Map) -> bool:
    """Whether of the people whom the finder saw in the frame before (brought here) it misses most."""
    were = before > 0.5
    return bool(were.any()) and float((now[were] > boxes.LIKELY).mean()) < _GONE and boxes.found(before, None) != []


def _found_again(person: _Person, frame: Frame, finder: Network) -> bool:
    """Look at a person where he has gone, and note it; whether he is there."""
    rectangles = boxes.found(person.map, None)
    if not rectangles:
        return False
    high, wide = person.map.shape
    seen, _ = looking.around(frame, rectangles[0], (wide, high), _MARGIN, [finder])
    left, top, right, bottom = rectangles[0]
    room = round(max(right - left, bottom - top) * _ROOM) + 1
    near = np.zeros_like(seen)
    inside = slice(max(top - room, 0), bottom + room), slice(max(left - room, 0), right + room)
    near[inside] = seen[inside]
    person.map = np.asarray((near + person.map) / 2, np.float32)
    return bool((person.map > boxes.LIKELY).any())
