"""``python -m vidseg``."""

from __future__ import annotations

import sys

from vidseg.cli import main

if __name__ == "__main__":
    sys.exit(main())
