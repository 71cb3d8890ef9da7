"""The command line: the only package that knows click and tqdm."""

from __future__ import annotations

from vidseg.cli.main import main

__all__ = ["main"]
