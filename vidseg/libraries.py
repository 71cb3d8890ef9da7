"""The system libraries that OpenCV and MediaPipe need and pip can't install, and the Debian packages that bring them.

Run as a file it needs neither the package nor its dependencies: the Makefile asks it which packages to install.
"""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Library:
    """A shared library by the name that the loader knows, and the Debian or Ubuntu package that brings it."""

    soname: str
    package: str

    def loads(self) -> bool:
        """Whether it is there, by the loader's own word: no list of folders knows what the loader will do."""
        try:
            ctypes.CDLL(self.soname)
        except OSError:
            return False
        return True


NEEDED = (
    Library("libxcb.so.1", "libxcb1"),  # OpenCV
    Library("libGL.so.1", "libgl1"),  # OpenCV
    Library("libgthread-2.0.so.0", "libglib2.0-0"),  # OpenCV; where the package is libglib2.0-0t64 it has both names
    Library("libEGL.so.1", "libegl1"),  # MediaPipe
    Library("libGLESv2.so.2", "libgles2"),  # MediaPipe
)


def missing() -> list[Library]:
    """What is needed and not there; nothing on systems whose wheels bring everything."""
    if not sys.platform.startswith("linux"):
        return []
    return [library for library in NEEDED if not library.loads()]


def require() -> None:
    """Raise ``MissingLibrary`` if anything is missing, so that a person reads a command and not an ImportError."""
    if absent := missing():
        from vidseg.errors import MissingLibrary  # the package may not be installed when this runs as a file

        packages = dict.fromkeys(library.package for library in absent)
        raise MissingLibrary(tuple(library.soname for library in absent), tuple(packages))


if __name__ == "__main__":
    for name in dict.fromkeys(library.package for library in missing()):
        print(name)
