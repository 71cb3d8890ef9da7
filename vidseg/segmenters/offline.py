"""Nothing is sent: MediaPipe's tasks report their use over the network, and have no switch for it."""

from __future__ import annotations

import os

_NOWHERE = "nowhere://"
"""A proxy of a kind that doesn't exist: libcurl, which MediaPipe sends with, gives up before it asks for an address."""


def keep_offline() -> None:
    """Leave MediaPipe no way out of this process; before its first task is made.

    The Privacy Notice of its package (June 2026) says that it sends metrics of performance and use to Google.
    """
    for name in ("https_proxy", "HTTPS_PROXY"):
        os.environ[name] = _NOWHERE
    for name in ("no_proxy", "NO_PROXY"):  # else a host that is named there would be gone to without a proxy
        os.environ[name] = ""
