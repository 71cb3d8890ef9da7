"""Health: what of this installation is there and works, found out by trying; the facts that a report of an error needs.

What may take its process down with it (a processor that a library wasn't built for, a driver) is tried in a process of
its own.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from vidseg import libraries, machine
from vidseg.errors import ModelError
from vidseg.json_line import json_line
from vidseg.segmenters import published
from vidseg.version import VERSION
from vidseg.workers.local import ended, usual_count

State = Literal["ok", "absent", "broken"]
"""Works; isn't there and needn't be; is needed and isn't there, or doesn't work."""

PACKAGES = ("av", "mediapipe", "opencv-contrib-python", "numpy", "click", "tqdm")
EXTRAS = ("distributed",)

RIVALS = ("opencv-python", "opencv-python-headless", "opencv-contrib-python-headless")
"""Packages that write the same files as opencv-contrib-python."""

SUMS = {
    "general": "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
    "landscape": "a77d03f4659b9f6b6c1f5106947bf40e99d7655094b6527f214ea7d451106edd",
}
"""SHA-256 of the models that come along, as MediaPipe's source lists them (``third_party/external_files.bzl``)."""

HARDWARE = tuple(
    f"{codec}_{maker}"
    for maker in ("nvenc", "qsv", "amf", "vaapi", "videotoolbox", "v4l2m2m", "mf")
    for codec in ("h264", "hevc", "av1")
)
"""FFmpeg's encoders on graphics cards and other chips, where its build has them."""

_WITHIN = 60.0
"""Seconds that one trial may take."""

_LITTLE = 1_000_000_000
"""Bytes of free space below which it is said that they are few."""


@dataclass(frozen=True)
class Fact:
    """One thing that was looked at: ``text`` is what was found, or what is wrong and what to do."""

    name: str
    text: str
    state: State = "ok"


@dataclass(frozen=True)
class Health:
    """All of it, by section."""

    sections: dict[str, tuple[Fact, ...]]

    @property
    def sound(self) -> bool:
        """Whether nothing that is needed is broken."""
        return all(fact.state != "broken" for facts in self.sections.values() for fact in facts)

    def to_json(self) -> str:
        """For programs."""
        said = {name: [asdict(fact) for fact in facts] for name, facts in self.sections.items()}
        return json_line({"what": "vidseg doctor", "sound": self.sound} | said)


def examine() -> Health:
    """Look at everything; takes some seconds, most of them for the self-test."""
    return Health(
        {
            "versions": (*_versions(), *_ffmpeg()),
            "system libraries": tuple(_libraries()),
            "encoders": tuple(_encoders()),
            "models": tuple(_models()),
            "space": tuple(_space()),
            "machine": tuple(_machine()),
            "self-test": (_self_test(),),
        }
    )


def _versions() -> Iterator[Fact]:
    yield Fact("vidseg", VERSION)
    yield Fact("python", f"{platform.python_version()} ({platform.system()} {platform.release()} {platform.machine()})")
    for name in (*PACKAGES, *EXTRAS):
        found = _version(name)
        if found is not None:
            yield Fact(name, found)
        elif name in EXTRAS:
            yield Fact(name, "not installed; --cluster needs it: python -m pip install 'vidseg[cluster]'", "absent")
        else:
            yield Fact(name, f"not installed: python -m pip install {name}", "broken")
    for name in RIVALS:
        if found := _version(name):
            advice = f"python -m pip uninstall -y {name}; python -m pip install --force-reinstall opencv-contrib-python"
            yield Fact(name, f"{found} writes the same files as opencv-contrib-python: {advice}", "broken")


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


_FFMPEG = """
import av
names = ("libavcodec", "libavformat", "libavfilter", "libswscale")
told(av.ffmpeg_version_info + " (" + ", ".join(
    f"{name} {'.'.join(map(str, av.library_versions[name]))}" for name in names
) + ")")
"""


def _ffmpeg() -> Iterator[Fact]:
    answer = _tried(_FFMPEG)
    yield Fact("ffmpeg", answer.said) if answer.ok else Fact("ffmpeg", f"can't be loaded: {answer.said}", "broken")


def _libraries() -> Iterator[Fact]:
    absent = libraries.missing()
    for library in libraries.NEEDED:
        if library in absent:
            yield Fact(library.soname, f"missing: sudo apt-get install -y {library.package}", "broken")
        else:
            yield Fact(library.soname, "found" if sys.platform.startswith("linux") else "comes with the packages")


_ENCODERS = """
import sys
from vidseg.media.hardware import works
told({name: works(name) for name in sys.argv[1:]})
"""


def _encoders() -> Iterator[Fact]:
    """Those that vidseg writes with, and those of the hardware that FFmpeg's build has."""
    answer = _tried("from vidseg.media import codecs\ntold(codecs.encoders())")
    if not answer.ok:
        yield Fact("encoders", f"can't be tried: {answer.said}", "broken")
        return
    needed = answer.said
    found = _why_not(needed) | _why_not(HARDWARE)
    for name, why in found.items():
        if why is None:
            yield Fact(name, "works")
        elif name in needed:
            yield Fact(name, why, "broken")
        elif why != "isn't in this FFmpeg":
            yield Fact(name, f"doesn't work here: {why}", "absent")


def _why_not(encoders: tuple[str, ...]) -> dict[str, str | None]:
    """Why each doesn't work, if it doesn't; where one takes the process down, each in its own."""
    together = _tried(_ENCODERS, *encoders)
    if together.ok:
        return dict(together.said)
    if len(encoders) == 1:
        return {encoders[0]: f"its process {together.said}"}
    return {name: why for encoder in encoders for name, why in _why_not((encoder,)).items()}


def _models() -> Iterator[Fact]:
    from vidseg.segmenters.model_file import BUNDLED

    for name, path in BUNDLED.items():
        try:
            found = published.sum_of(path)
        except OSError as error:
            yield Fact(name, f"{path} can't be read: {error.strerror}; install vidseg again", "broken")
            continue
        if found != SUMS[name]:
            yield Fact(name, f"{path} is not what it was (SHA-256 {found}); install vidseg again", "broken")
        else:
            yield Fact(name, f"whole, SHA-256 {found}")
    for name, model in published.PUBLISHED.items():
        if model.path.is_file():
            try:
                path = published.path_of(name)
                yield Fact(name, f"as it was pulled, SHA-256 {published.sum_of(path)}")
            except (ModelError, OSError) as error:
                yield Fact(name, str(error), "broken")


def _space() -> Iterator[Fact]:
    for name, folder in (("here", _here()), ("temporary files", _temporary()), ("models", published.folder())):
        if folder is None:
            yield Fact(name, "there is no such folder", "broken" if name == "temporary files" else "absent")
            continue
        there = next(one for one in (folder, *folder.parents) if one.exists())
        try:
            free = shutil.disk_usage(there).free
        except OSError as error:
            yield Fact(name, f"{folder} can't be looked at: {error.strerror}", "absent")
            continue
        few = ": that is little" if free < _LITTLE else ""
        closed = "" if os.access(there, os.W_OK | os.X_OK) else "; can't be written to"
        state: State = "broken" if closed and name == "temporary files" else "absent" if few or closed else "ok"
        yield Fact(name, f"{_amount(free)} free in {folder}{few}{closed}", state)


def _here() -> Path | None:
    try:
        return Path.cwd()
    except OSError:  # it was removed
        return None


def _temporary() -> Path | None:
    try:
        return Path(tempfile.gettempdir())
    except OSError:  # none can be written to
        return None


def _machine() -> Iterator[Fact]:
    usable, there = machine.available_processors(), os.cpu_count() or 1
    yield Fact("processors", f"{usable}" if usable == there else f"{usable} of {there}")
    if (memory := machine.memory()) is not None:
        yield Fact("memory", f"{_amount(memory.available)} available of {_amount(memory.total)}")
    yield Fact("workers", f"{usual_count()} by default")


_CLIP = """
import sys
from fractions import Fraction
from pathlib import Path

import av

from vidseg import api
from vidseg.errors import VidsegError
from vidseg.testing import Clip

def times(path):
    with av.open(str(path)) as container:
        return [frame.pts * frame.time_base for frame in container.decode(video=0)]

folder = Path(sys.argv[1])
try:
    clip = Clip(frames=12, width=320, height=240, sound=Fraction(0)).write(folder / "clip.mp4")
    done = api.replace(clip, folder / "done.mp4", background="green")
    told({"in": len(times(clip)), "out": len(times(folder / "done.mp4")), "seconds": round(done.seconds, 2),
          "equal": times(clip) == times(folder / "done.mp4"), "why": ""})
except VidsegError as error:
    told({"why": str(error)})
"""


def _self_test() -> Fact:
    """A clip made on the spot goes the whole way, as ``vidseg replace`` would do it."""
    name = "replace"
    try:
        with tempfile.TemporaryDirectory(prefix="vidseg-") as folder:
            answer = _tried(_CLIP, folder)
    except OSError as error:
        return Fact(name, f"no folder for temporary files: {error.strerror}", "broken")
    if not answer.ok:
        return Fact(name, f"its process {answer.said}", "broken")
    said: dict[str, Any] = answer.said
    if said["why"]:
        return Fact(name, said["why"], "broken")
    if said["in"] != said["out"] or not said["equal"]:
        return Fact(name, f"{said['in']} frames went in, {said['out']} came out, or not at their times", "broken")
    return Fact(name, f"{said['in']} frames in, {said['out']} out, each at its time, in {said['seconds']} s")


@dataclass(frozen=True)
class _Answer:
    """What a trial gave; where it isn't ``ok``, how it ended, in words that follow "its process"."""

    ok: bool
    said: Any


_MARK = "vidseg says: "


def _tried(code: str, *arguments: str) -> _Answer:
    """Run some lines in a process of their own, which call ``told`` with what they found out."""
    start = (
        f"import sys; sys.path[:] = {json.dumps(sys.path)}\nimport json\n"
        f"def told(value): print({_MARK!r} + json.dumps(value), flush=True)\n"
    )
    try:
        done = subprocess.run(  # noqa: S603 - ourselves
            [sys.executable, "-P", "-c", start + code, *arguments],
            capture_output=True, text=True, errors="replace", timeout=_WITHIN, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return _Answer(False, f"gave no answer for {_WITHIN:g} s")
    except OSError as error:
        return _Answer(False, f"can't be started: {error.strerror}")
    for line in done.stdout.splitlines():
        if line.startswith(_MARK):
            return _Answer(True, json.loads(line.removeprefix(_MARK)))
    last = (done.stderr.strip().splitlines() or [""])[-1] if done.returncode > 0 else ""
    return _Answer(False, f"{ended(done.returncode)}{f' ({last})' if last else ''}")


def _amount(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
