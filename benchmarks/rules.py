"""How a command may end on any file at all, and a run of it under limits that says which way it took.

A command ends as ``done``, as ``damaged`` (done, with the damage said) or as ``refused`` (one line, nothing left).
Everything else breaks the rules: a traceback, a signal, more time or memory than it was given, a file left behind, a
request over the network.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from benchmarks.children import VIDSEG


class Listener:
    """A socket on loopback that counts who calls; with its ``environment`` whatever goes by HTTP comes here."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.calls = 0
        threading.Thread(target=self._answer, daemon=True).start()

    def _answer(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            caller.close()

    @property
    def environment(self) -> dict[str, str]:
        """Every proxy that FFmpeg and Python know."""
        address = f"http://127.0.0.1:{self.port}"
        return dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"), address)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()


@dataclass(frozen=True)
class Limits:
    """What one command may take: seconds of wall and of CPU time, and MB (10^6 bytes) of resident memory."""

    seconds: float = 300
    cpu: int = 600
    memory: float = 2000


@dataclass(frozen=True)
class Ending:
    """How a command ended: ``kind`` is done, damaged, refused, or what it broke; ``said`` its last line for people."""

    kind: str
    said: str
    seconds: float
    cpu: float
    peak: float
    results: tuple[dict[str, Any], ...] = field(default=(), repr=False)

    @property
    def keeps(self) -> bool:
        """Whether it is one of those that may be."""
        return self.kind in ("done", "damaged", "refused")


def listing(folder: Path) -> set[str]:
    """All that is in a folder, hidden files included."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def run(
    arguments: Sequence[str | Path], folder: Path, made: Sequence[Path], listener: Listener, limits: Limits
) -> Ending:
    """Run ``vidseg ARGUMENTS`` in a folder, where ``made`` is all that may appear, and that only if it is done."""
    before, calls = listing(folder), listener.calls
    scratch = folder / "tmp"
    scratch.mkdir(exist_ok=True)
    began = time.perf_counter()
    with subprocess.Popen(
        [VIDSEG, *arguments], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | listener.environment | {"TMPDIR": str(scratch)}, start_new_session=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu, limits.cpu)),
    ) as child:  # fmt: skip
        late = threading.Timer(limits.seconds, lambda: os.killpg(child.pid, signal.SIGKILL))
        late.start()
        said: list[bytes] = [b"", b""]
        readers = [threading.Thread(target=_read, args=(child, said, n)) for n in (0, 1)]
        for reader in readers:
            reader.start()
        _, status, used = os.wait4(child.pid, 0)
        hung = not late.is_alive()
        late.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        for reader in readers:
            reader.join()
    seconds = time.perf_counter() - began
    left = listing(folder) - before - {"tmp"}
    wanted = {str(path.relative_to(folder)) for path in made} if child.returncode == 0 else set()
    peak = used.ru_maxrss * 1024 / 1e6
    out, err = (text.decode(errors="replace") for text in said)
    lines = [line for line in err.splitlines() if line.strip()]
    broken = {
        f"HUNG for {limits.seconds:.0f} s": hung,
        f"DIED of signal {-child.returncode}": child.returncode < 0 and not hung,
        f"EXIT {child.returncode}": child.returncode > 2,
        "TRACEBACK": "Traceback" in err or "unforeseen" in err,
        f"LEFT {', '.join(sorted(left)) or 'nothing'}": left != wanted,
        f"SAID {len(lines)} lines": len(lines) != 1 and (child.returncode != 0 or len(lines) > 1),
        "CONTROL characters": any(not (one.isprintable() or one == "\n") for one in out + err),
        f"CALLED the network {listener.calls - calls} times": listener.calls > calls,
        f"TOOK {peak:.0f} MB": peak > limits.memory,
    }
    results = tuple(json.loads(line) for line in out.splitlines())
    kind = "; ".join(words for words, true in broken.items() if true)
    if not kind:
        damaged = any(result.get("damage") for result in results)
        kind = "refused" if child.returncode else "damaged" if damaged else "done"
    return Ending(kind, lines[-1] if lines else "", seconds, used.ru_utime + used.ru_stime, peak, results)


def _read(child: subprocess.Popen[bytes], said: list[bytes], n: int) -> None:
    pipe = child.stdout if n == 0 else child.stderr
    assert pipe is not None
    said[n] = pipe.read()
