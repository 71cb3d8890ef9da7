"""That a run with MediaPipe in it calls nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.rules import Listener
from vidseg.segmenters.offline import keep_offline


def test_what_mediapipe_would_send_is_not_sent(tmp_path: Path) -> None:
    """It would go to the proxy that the environment names, which is this test."""
    program = (
        "import sys, time\n"
        "import numpy as np\n"
        "from vidseg.segmenters.network import Network\n"
        "with Network('general') as network:\n"
        "    network.matte(np.zeros((network.height, network.width, 3), np.uint8))\n"
        "    time.sleep(0.5)\n"
    )
    with Listener() as listener:
        subprocess.run(
            [sys.executable, "-c", program], env=os.environ | listener.environment, capture_output=True,
            check=True, timeout=120, cwd=tmp_path,
        )  # fmt: skip
        assert listener.calls == 0


def test_no_host_is_gone_to_without_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "*")
    keep_offline()
    assert os.environ["https_proxy"] == os.environ["HTTPS_PROXY"] == "nowhere://"
    assert os.environ["no_proxy"] == os.environ["NO_PROXY"] == ""
