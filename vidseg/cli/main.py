"""``vidseg`` itself: its commands, and how every ending becomes one line and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, TextIO

import click

import vidseg
from vidseg.cli.blur import blur
from vidseg.cli.cutout import cutout
from vidseg.cli.doctor import doctor
from vidseg.cli.endings import INTERRUPTED, Ended, signals_heard
from vidseg.cli.info import info
from vidseg.cli.matte import matte
from vidseg.cli.models import models
from vidseg.cli.overlay import overlay
from vidseg.cli.patient import nowhere, patient
from vidseg.cli.preview import preview
from vidseg.cli.printable import printable
from vidseg.cli.replace import replace
from vidseg.cli.run_recipe import run
from vidseg.cli.screen import screen
from vidseg.cli.status import status
from vidseg.errors import VidsegError

NOBODY_READS = 141
"""The exit code where standard output was closed before all was said: 128 and SIGPIPE's number, as shells have it."""


class _Group(click.Group):
    """A group in which a reader that has gone is told from other errors, before click makes it a failure."""

    def invoke(self, ctx: click.Context) -> Any:
        """As click does."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            nowhere(sys.stdout)
            return NOBODY_READS
        except KeyboardInterrupt:
            raise Ended(INTERRUPTED, "interrupted") from None  # click would write to the terminal, which may be gone


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(vidseg.__version__, "--version", message="vidseg %(version)s")
def commands() -> None:
    """Find the people in video files and give back edited video.

    \b
    vidseg replace talk.mp4 --bg beach.jpg             another background
    vidseg blur talk.mp4                               the place out of focus
    vidseg screen talk.mp4 --color green               a plate for a keyer
    vidseg matte talk.mp4                              the alpha in grey, for a track matte
    vidseg cutout talk.mp4 --for premiere              the people with a real alpha
    vidseg overlay talk.mp4                            the matte painted over the picture
    vidseg preview talk.mp4                            a picture of some moments, in seconds
    vidseg info talk.mp4                               what a file is, and whether it is transparent
    vidseg models                                      what looks at people, and what more can be had
    vidseg replace footage/ --bg loop.mp4 --out-dir done/
    vidseg status done/                                what of it is done
    vidseg run recipe.toml footage/ --out-dir done/    what a file says
    vidseg doctor                                      whether all that is needed is there and works

    Sound, subtitles, chapters and every frame's time are kept. Sources are never changed; an output appears when it
    is whole. Exit codes: 0 all done, 1 some failed, 2 the request was wrong and nothing started, 3 the workers failed,
    130 interrupted.
    """  # noqa: D301 - click's mark for lines to be left as they are is the character itself


for command in (replace, blur, screen, matte, cutout, overlay, preview, info, models, run, status, doctor):
    commands.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line (that of the process without ``arguments``) and give its exit code."""
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115, PTH123 - closed by whoever started us
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115, PTH123
    try:
        with signals_heard():
            code = _run(arguments)
    finally:
        for stream in (sys.stdout, sys.stderr):
            _flush(stream)
    return code


def _run(arguments: Sequence[str] | None) -> int:
    try:
        result = commands.main(arguments, prog_name="vidseg", standalone_mode=False)
    except VidsegError as error:
        _complain(str(error))
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show(sys.stderr)
        return 2
    except click.ClickException as error:
        _complain(error.format_message())
        return 2
    except OSError as error:
        _complain(f"{error.filename or 'the system'}: {error.strerror or error}")
        return 1
    except ImportError as error:
        _complain(
            f"a library can't be loaded ({error}): either the memory that this process may have is too little for it "
            "(ulimit -v), or the installation is damaged: install vidseg anew"
        )
        return 2
    except MemoryError:
        _complain("there is too little memory for this: close other programs, or take --workers 1 and --scale 0.5")
        return 1
    except Ended as ended:
        _complain(f"{ended.why}: nothing half-written was left")
        return int(ended.code or 0)
    except (click.Abort, KeyboardInterrupt):
        _complain("interrupted: nothing half-written was left")
        return INTERRUPTED
    return result if isinstance(result, int) else 0


def _flush(stream: TextIO) -> None:
    """What can't be written is let go: Python would complain of it at its end, and change the exit code."""
    try:
        stream.flush()
    except (OSError, ValueError):
        nowhere(stream)


def _complain(text: str) -> None:
    print(f"vidseg: {printable(text)}", file=patient(sys.stderr), flush=True)
