"""Progress on a terminal: one bar for the whole and one for each worker."""

from __future__ import annotations

from typing import Any, TextIO

from vidseg.cli.printable import printable


class Bars:
    """Bars that come with the first progress; none where the stream is no terminal."""

    def __init__(self, stream: TextIO, jobs: int, *, off: bool) -> None:
        self._stream, self._jobs = stream, jobs
        self._off = off or not stream.isatty()
        self._whole: Any = None
        self._bars: dict[int, Any] = {}
        self._parts: dict[Any, float] = {}
        self._ended = 0

    def show(self, job: Any, progress: Any) -> None:
        """Move on."""
        if self._off:
            return
        done, total = (progress.frames, progress.total) if progress.piece is None else progress.piece[2:]
        name = printable(job.source.name)[:40]
        if progress.piece is not None:
            name += f" {progress.piece[0] + 1}/{progress.piece[1]}"
        bar = self._bars.get(progress.worker)
        if bar is None:
            bar = self._bars[progress.worker] = self._made(
                total=total, desc=name, unit=" frames", position=len(self._bars) + (self._jobs > 1)
            )
        elif name != bar.desc.removesuffix(": "):
            bar.reset(total)
            bar.set_description(name)
        bar.update(done - bar.n)
        self._show_whole(job, progress)

    def _show_whole(self, job: Any, progress: Any) -> None:
        if self._jobs < 2:
            return
        if self._whole is None:
            form = "{desc}: {percentage:3.0f}%|{bar}| {n:.1f}/{total_fmt} files [{elapsed}<{remaining}]"
            self._whole = self._made(total=self._jobs, desc="all", position=0, bar_format=form)
        if progress.total:
            self._parts[job] = min(progress.frames / progress.total, 1.0)
        self._whole.n = self._ended + sum(self._parts.values())
        self._whole.update(0)

    def _made(self, **settings: Any) -> Any:
        from tqdm import tqdm

        return tqdm(file=self._stream, leave=False, dynamic_ncols=True, **settings)

    def ended(self, job: Any) -> None:
        """A job is over."""
        self._parts.pop(job, None)
        self._ended += 1

    def clear(self) -> None:
        """Take the bars away, for a line; they come again."""
        for bar in (*self._bars.values(), self._whole):
            if bar is not None:
                bar.close()
        self._bars, self._whole = {}, None
