"""JSON for programs that read lines, harmless to a terminal that shows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any


def json_line(value: Any, default: Callable[[Any], Any] | None = None) -> str:
    """A value as JSON on one line, of ASCII that moves no cursor: JSON itself leaves DEL as it is.

    ``default`` makes of what JSON hasn't something that it has.
    """
    return json.dumps(value, default=default).replace("\x7f", "\\u007f")
