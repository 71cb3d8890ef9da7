"""Text from elsewhere, for a terminal."""

from __future__ import annotations


def printable(text: object) -> str:
    """Text without control characters: file names and tags are not to be trusted with a terminal."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(text))
