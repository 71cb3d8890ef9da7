"""``vidseg models``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import click

from vidseg.cli.printable import printable
from vidseg.errors import DownloadError


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each model.")
@click.pass_context
def models(context: click.Context, as_json: bool) -> None:
    """List the models: what comes along, what is here, what can be had.

    For --model NAME, with their sizes and SHA-256 sums.
    """
    if context.invoked_subcommand is not None:
        return
    for one in _listed():
        if as_json:
            click.echo(json.dumps(one))
            continue
        size = f"{'' if one['exact'] else 'about '}{one['bytes'] / 1e6:.1f} MB"
        click.echo(f"{one['name']:<26} {one['where']:<12} {size:>13}  {one['finds']}")
        click.echo(f"{'':<26} {one['sha256'] or 'its sum is pinned when it is first downloaded'}")
        if one["where"] == "can be had":
            click.echo(f"{'':<26} vidseg models pull {one['name']}")
        elif one["where"] == "here":
            click.echo(f"{'':<26} {printable(one['path'])}")


def _listed() -> Iterator[dict[str, Any]]:
    from vidseg.segmenters.model_file import BUNDLED
    from vidseg.segmenters.published import PUBLISHED, sum_of

    for name, path in BUNDLED.items():
        yield {
            "name": name, "where": "comes along", "bytes": path.stat().st_size, "exact": True, "sha256": sum_of(path),
            "finds": "person", "path": str(path),
        }  # fmt: skip
    for model in PUBLISHED.values():
        here = model.path.is_file()
        size = model.path.stat().st_size if here else round(model.megabytes * 1e6)
        yield {
            "name": model.name, "where": "here" if here else "can be had", "bytes": size, "exact": here,
            "sha256": sum_of(model.path) if here else model.pinned(), "finds": model.finds,
            "path": str(model.path) if here else None,
        }  # fmt: skip


@models.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--from", "base", metavar="URL", help="A mirror of MediaPipe's bucket.  [env var: VIDSEG_MODELS_URL]")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but failures.")
def pull(names: tuple[str, ...], base: str | None, quiet: bool) -> int:
    """Download models that MediaPipe publishes into the user's cache.

    What breaks off is gone on with by the same command. The SHA-256 of the first download is kept, and asked of every
    later one.
    """
    from vidseg.segmenters import pull as pulling

    for name in names:
        pulling.known(name, base)
    failed = False
    for name in names:
        with _Bar(name, off=quiet) as bar:
            try:
                pulled = pulling.pull(name, base, bar.show)
            except DownloadError as error:
                bar.close()
                click.echo(f"FAILED: {printable(str(error))}", err=True)
                failed = True
                continue
        if not quiet:
            said = "is there already" if pulled.already else "was downloaded"
            click.echo(f"{name} {said}: {printable(str(pulled.path))}, SHA-256 {pulled.sum}", err=True)
    return 1 if failed else 0


def terminal() -> bool:
    """Whether a person looks at standard error."""
    return sys.stderr.isatty()


class _Bar:
    """A bar on a terminal, with the first bytes; none elsewhere."""

    def __init__(self, name: str, *, off: bool) -> None:
        self._name, self._off = name, off or not terminal()
        self._bar: Any = None

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def show(self, done: int, total: int | None) -> None:
        """Move on."""
        if self._off:
            return
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(
                desc=self._name, total=total, initial=done, unit="B", unit_scale=True, leave=False, file=sys.stderr
            )
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """Take it away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
