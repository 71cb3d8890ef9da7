"""Every error that vidseg raises, as one tree, each branch with its exit code.

::

    VidsegError                     1
    ├── RequestError                2   the request was wrong: nothing was started
    │   ├── OptionError                 an option's value, or two that don't go together
    │   ├── ColourError                 a colour that is none
    │   ├── BackgroundError             a background that can't be read
    │   ├── ModelError                  a model that can't be loaded
    │   ├── SourcesError                no such file, or nothing that is a video
    │   ├── TargetError                 an output that can't, or mustn't, be written
    │   └── MissingLibrary              a system library that isn't installed
    ├── JobError                    1   one file failed: the others go on
    │   ├── SourceError                 the source can't be read, or holds no picture
    │   │   └── LimitError                  it claims more than may be taken of a file
    │   ├── WriteError                  the output can't be written (an encoder's refusal)
    │   │   └── DiskError                   nothing can be written there any more: it stops the run, not one file
    │   ├── IncompleteError             what was written isn't what was asked: it was thrown away
    │   └── CutError                    the source can't be cut into pieces: it is done whole
    ├── DownloadError               1   a model couldn't be brought here
    └── WorkersError                3   the workers failed: none can be started or reached

An error takes exactly what it stores and hands exactly that on (so it can be pickled); its sentence is made in
``__str__``: what is wrong, with which file, what to do.
"""

from __future__ import annotations


class VidsegError(Exception):
    """The root: catch it to catch them all."""

    exit_code = 1


class RequestError(VidsegError):
    """The request was wrong: nothing was started."""

    exit_code = 2


class OptionError(RequestError):
    """An option has a value that it can't have, or doesn't go with another."""

    def __init__(self, option: str, reason: str) -> None:
        super().__init__(option, reason)
        self.option, self.reason = option, reason

    def __str__(self) -> str:
        return f"{self.option}: {self.reason}"


class ColourError(RequestError):
    """A colour was asked for that is none."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f"{self.text!r} is no colour: give a name like green, or #00b140"


class BackgroundError(RequestError):
    """A background can't be read."""

    def __init__(self, background: str, reason: str) -> None:
        super().__init__(background, reason)
        self.background, self.reason = background, reason

    def __str__(self) -> str:
        return f"background {self.background}: {self.reason}"


class ModelError(RequestError):
    """A segmentation model can't be loaded."""

    def __init__(self, model: str, reason: str) -> None:
        super().__init__(model, reason)
        self.model, self.reason = model, reason

    def __str__(self) -> str:
        return f"model {self.model}: {self.reason}"


class SourcesError(RequestError):
    """What was given to work on isn't there, or holds no video."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class TargetError(RequestError):
    """An output can't, or mustn't, be written."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class MissingLibrary(RequestError):  # noqa: N818 - named for what a person reads
    """System libraries that OpenCV or MediaPipe need aren't installed."""

    def __init__(self, libraries: tuple[str, ...], packages: tuple[str, ...]) -> None:
        super().__init__(libraries, packages)
        self.libraries, self.packages = libraries, packages

    def __str__(self) -> str:
        return (
            f"missing system libraries: {', '.join(self.libraries)}; "
            f"install them with: sudo apt-get install -y {' '.join(self.packages)}"
        )


class JobError(VidsegError):
    """One file failed; the others go on."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class SourceError(JobError):
    """The source can't be read, or holds no picture."""


class LimitError(SourceError):
    """The source claims more than a bound allows: pixels, streams, time between two frames."""


class WriteError(JobError):
    """The output can't be written."""


class DiskError(WriteError):
    """The disk is full, or can't be written to any more: the next file would fail by it too, so the run stops."""


class IncompleteError(JobError):
    """What was written isn't what was asked, so it was thrown away."""


class CutError(JobError):
    """The source can't be cut into pieces, so it is done whole; a user reads of it with ``-v`` only."""


class DownloadError(VidsegError):
    """A model couldn't be downloaded; what of it is here stays for the next try."""

    def __init__(self, model: str, reason: str) -> None:
        super().__init__(model, reason)
        self.model, self.reason = model, reason

    def __str__(self) -> str:
        return f"model {self.model}: {self.reason}"


class WorkersError(VidsegError):
    """No worker can be started or reached, or one isn't fit for the work."""

    exit_code = 3

    def __init__(self, workers: str, reason: str) -> None:
        super().__init__(workers, reason)
        self.workers, self.reason = workers, reason

    def __str__(self) -> str:
        return f"{self.workers}: {self.reason}"
