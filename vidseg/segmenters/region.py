"""Region: the models look at the person's box, which is found in the whole picture and followed."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace

import cv2
import numpy as np

from vidseg.errors import OptionError
from vidseg.extent import Extent
from vidseg.frame import Cutout, Frame, Map, Matte
from vidseg.motion import evidence, watch
from vidseg.motion.along import averaged
from vidseg.motion.around import around
from vidseg.segmenters import boxes, calm, finding, looking, small, stretches
from vidseg.segmenters.network import Network
from vidseg.stages import Segmenter, numbered

WORKING = 640
"""The longer side of a matte that is put together from boxes, in points."""

_MARGIN = 0.05

_AGAINST, _MOVING = 2.5, 1.0
"""What evidence weighs: see ``evidence.weighed``."""

_WITNESSES = ("general", "landscape")
"""The models whose agreement tells a person."""

_UNFOUND = 0.25
"""How sure it is that nobody is where no box is."""

_LOW, _HIGH = 0.35, 0.65
"""How far the models must agree on a box to be believed nothing, and everything."""

_STILL = 0.2
"""How much more they must agree on what goes with the place."""

_UNSEEN: Matte = np.zeros((1, 1), np.float32)
"""What a frame has for a matte until the finder comes to it."""


@dataclass(frozen=True)
class Region(Segmenter):
    """People are looked for in the whole picture by a quick model, and then seen by better ones from near.

    A model sees best what fills its picture. ``finder`` looks at the whole of every second frame; where it finds
    somebody, and around what moves with him, ``models`` look at a square. The more they agree, the surer is what they
    say; what goes with the place as it moves counts against it. ``motion`` turns that last part off; ``follow`` is how
    many frames on each side say with one where its boxes are; ``passes`` is how often boxes are found anew from what
    was seen in them. Where boxes are followed ``small`` has those searched for whom the finder misses, and with
    ``every_frame`` the finder looks at each. Where the picture is calm, ``leaves_out`` has the models leave out frames
    that the finder does: these come without a matte of their own (``Cutout.seen``), which ``Steady`` gives them.
    Of a model with several classes ``categories`` are wanted (all but the first without), for which what moves is no
    evidence.
    ``wanted`` are the numbers of the first frame whose cutout is wanted and of the first behind it whose is not. The
    matte is ``float32``, 0 to 1, its longer side ``WORKING`` points (the frame's own, if that is less).
    """

    finder: str = "landscape"
    models: tuple[str, ...] = ("general", "landscape")
    motion: bool = True
    follow: int = 2
    passes: int = 1
    categories: tuple[str, ...] = ()
    small: bool = True
    every_frame: bool = False
    leaves_out: bool = False
    wanted: tuple[int, int] | None = None

    def between(self, first: int, stop: int) -> Region:
        """The same for a piece: none but its frames are looked at from near, and none but they are given."""
        return replace(self, wanted=(first, stop))

    def check(self) -> None:
        """Load each model and run it once; raises ``ModelError`` or ``OptionError``."""
        if not self.models or self.passes < 1 or self.follow < (1 if self.motion else 0):
            raise OptionError("region", "needs a model, a pass, and with motion a neighbour")
        for model, categories in self._needed():
            with Network(model, categories) as network:
                network.matte(np.zeros((network.height, network.width, 3), np.uint8))

    @property
    def window(self) -> int:
        """Frames before and after one that decide its matte."""
        if not self.follow:
            return 1
        return watch.WINDOW + self._reach

    @property
    def clues_window(self) -> int:
        """Those of them that decide its clues."""
        return watch.WINDOW if self.follow else 0

    @property
    def _reach(self) -> int:
        return (evidence.REACH if self.motion else 0) + self.passes * self.follow

    @property
    def lead(self) -> int:
        """Frames more before one that decide its matte."""
        return stretches.BEFORE + (small.LONGEST + 1) * self._searches

    @property
    def _searches(self) -> bool:
        return self.small and self.follow > 0

    def _needed(self) -> dict[tuple[str, tuple[str, ...]], None]:
        """Each model with the classes that are wanted of it, once; the finder looks for people, as do witnesses."""
        witnesses = [(model, ()) for model in _WITNESSES] if self._searches else []
        return dict.fromkeys([(self.finder, ()), *((model, self.categories) for model in self.models), *witnesses])

    def __call__(self, frames: Iterable[Frame]) -> Iterator[Cutout]:
        """One cutout for each frame."""
        with ExitStack() as stack:
            networks = {needed: stack.enter_context(Network(*needed)) for needed in self._needed()}
            finder = networks[self.finder, ()]
            if self.follow:
                unseen = (Cutout(frame, _UNSEEN) for frame in frames)
                stream: Iterator[Cutout] = finding.found(watch.watched(unseen), finder, every_frame=self.every_frame)
            else:
                stream = finding.found_without_clues(frames, finder)
            if self._searches:
                witnesses = [networks[model, ()] for model in _WITNESSES]
                stream = small.searched(stream, finder, witnesses)
            if self.leaves_out and self.follow:
                stream = calm.left_out(stream)
            reach = self._reach
            if self.motion:
                stream = evidence.witnessed(numbered(stream, self.wanted, reach))
                reach -= evidence.REACH
            near = [networks[model, self.categories] for model in self.models]
            for _ in range(self.passes):
                seen = numbered(stream, self.wanted, reach)
                stream = _seen_near(seen, near, self.follow, 0 if self.categories else _MOVING)
                reach -= self.follow
            with closing(numbered(stream, self.wanted)) as given:
                yield from given


def _seen_near(cutouts: Iterable[Cutout], networks: list[Network], follow: int, moving: float) -> Generator[Cutout]:
    """Boxes from the mattes of the frames around, and what the models see in them."""
    small = (cutout.with_matte(_on_copy(cutout)) for cutout in cutouts)
    for near, at in around(small, follow, watch.begins):
        now = near[at]
        if not now.seen:
            yield replace(now, matte=np.zeros(_working(now.frame), np.float32))
            continue
        likely = averaged(near, at, cv2.INTER_NEAREST) if follow else now.matte
        rectangles = boxes.found(likely, None if now.clues is None else now.clues.moving)
        yield _put_together(now, rectangles, networks, moving)


def _on_copy(cutout: Cutout) -> Map:
    """The matte at the grey copy's size, what goes with the place taken out of it."""
    small = cv2.resize(cutout.matte, watch.size_of(cutout.frame), interpolation=cv2.INTER_LINEAR)
    return evidence.weighed(np.asarray(small, np.float32), cutout.clues, _AGAINST, 0)


def _put_together(cutout: Cutout, rectangles: list[boxes.Rectangle], networks: list[Network], moving: float) -> Cutout:
    frame = cutout.frame
    wide, high = watch.size_of(frame)
    height, width = _working(frame)
    matte = np.zeros((height, width), np.float32)
    sure = np.full((high, wide), _UNFOUND, np.float32)
    most = np.full((high, wide), -1, np.float32)
    for box in boxes.squares(rectangles, (wide, high), (frame.width, frame.height), _MARGIN):
        seen, agreed = looking.seen(frame, box, networks)
        place, part = looking.part_of(seen, box, frame, (width, height), cv2.INTER_CUBIC)
        np.maximum(matte[place], part, out=matte[place])
        left, right = (round(x * wide / frame.width) for x in (box[0], box[2]))
        top, bottom = (round(y * high / frame.height) for y in (box[1], box[3]))
        inside = (slice(min(top, high - 1), max(bottom, top + 1)), slice(min(left, wide - 1), max(right, left + 1)))
        trust = _trust(agreed, seen, inside, cutout)
        theirs = looking.placed(seen, box, frame, (wide, high))[inside]
        sure[inside] = np.select(
            [theirs > most[inside], theirs == most[inside]], [trust, np.maximum(sure[inside], trust)], sure[inside]
        )
        np.maximum(most[inside], theirs, out=most[inside])
    matte = np.clip(evidence.weighed(matte, cutout.clues, _AGAINST, moving), 0, 1)
    return replace(cutout, matte=matte, sure=sure)


def _working(frame: Frame) -> tuple[int, int]:
    """Height and width of the matte."""
    scale = min(WORKING / max(frame.width, frame.height), 1)
    return max(round(frame.height * scale), 1), max(round(frame.width * scale), 1)


def _trust(agreed: float, seen: Matte, place: Extent, cutout: Cutout) -> float:
    """How sure a box at a place of the grey copy is, 0.03 to 1: more agreement is asked of what goes with the place."""
    clues = cutout.clues
    more = 0.0
    if clues is not None and clues.still is not None and clues.moving is not None:
        still_there, moving_there = clues.still[place], clues.moving[place]
        small = looking.sized(seen, still_there.shape[1], still_there.shape[0]) > 0.5
        still, moving = int((still_there[small] > 1).sum()), int((moving_there[small] > 0.5).sum())
        if still + moving > 0:
            more = _STILL * float(np.clip((still / (still + moving) - 0.7) / 0.2, 0, 1))
    return float(np.clip((agreed - _LOW - more) / (_HIGH - _LOW), 0.03, 1))
