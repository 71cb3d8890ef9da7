"""Text from elsewhere, for a terminal."""

from __future__ import annotations

import json
from typing import Any


def printable(text: object) -> str:
    """Text without control characters: file names and tags are not to be trusted with a terminal."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(text))


def json_line(value: Any) -> str:
    """A value as JSON on one line, of ASCII that moves no cursor: JSON itself leaves DEL as it is."""
    return json.dumps(value).replace("\x7f", "\\u007f")
