"""``vidseg status``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vidseg.cli import options
from vidseg.cli.printable import printable
from vidseg.errors import SourcesError
from vidseg.json_line import json_line


@click.command()
@click.argument("folder", metavar="DIR", type=options.PATH)
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each output on standard output.")
def status(folder: Path, as_json: bool) -> int:
    """Show what is done, running, waiting and failed in a folder for outputs.

    By the manifest that is kept there. What was begun by a run that isn't there any more is interrupted: the same
    command goes on with it.
    """
    from vidseg.manifest import is_at_work, of_folder, read

    if folder.name == of_folder(folder).name:
        folder = folder.parent
    path = of_folder(folder)
    entries = read(path)
    if not entries:
        raise SourcesError(str(folder), "no run has kept a manifest here (it is kept in an --out-dir)")
    found = states(entries, folder, at_work=is_at_work(path))
    for name, entry in found.items():
        if as_json:
            click.echo(json_line({"target": str(folder / name)} | entry))
        else:
            click.echo(f"{entry['state']:<11} {printable(name)}{printable(_described(entry))}")
    if not as_json:
        names = [entry["state"] for entry in found.values()]
        click.echo(", ".join(f"{names.count(state)} {state}" for state in dict.fromkeys(names)))
    return 0


def states(entries: list[dict[str, Any]], folder: Path, *, at_work: bool) -> dict[str, dict[str, Any]]:
    """What each output's state is, by the manifest's entries and the files that are there."""
    from vidseg.manifest import file_state

    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        if entry["event"] == "run":
            for name in entry.get("jobs", ()):
                found[name] = {"state": "waiting"}
        elif entry["event"] == "begun":
            found[entry["target"]] = {"state": "running", "source": entry.get("source"), "before": entry.get("before")}
        elif entry["event"] == "failed":
            found[entry["target"]] = {"state": "failed"} | {key: entry.get(key) for key in ("source", "reason")}
        elif entry["event"] == "done":
            keys = ("source", "frames", "seconds", "notes", "output")
            found[entry["target"]] = {"state": "done"} | {key: entry.get(key) for key in keys}
    for name, entry in found.items():
        now = file_state(folder / name)
        if entry["state"] == "done" and entry.pop("output") != now:
            entry["state"] = "gone" if now is None else "changed"
        elif entry["state"] == "running":
            if entry.pop("before") != now and now is not None:
                entry["state"] = "done"
            else:
                entry["state"] = "running" if at_work else "interrupted"
                entry["pieces"] = _pieces(folder / name)
        elif entry["state"] == "waiting" and not at_work:
            entry["state"] = "interrupted"
    return found


def _pieces(target: Path) -> list[int] | None:
    """How many pieces are finished, of how many; nothing where the job isn't cut."""
    from vidseg.pieces import pieces_of

    files = [file for folder in target.parent.glob(f"{pieces_of(target)}*") for file in folder.glob("*.piece")]
    if not files:
        return None
    return [len(files), int(files[0].stem.rpartition("-")[2])]


def _described(entry: dict[str, Any]) -> str:
    if entry["state"] == "failed":
        return f": {entry['reason']}"
    if entry["state"] == "done" and entry.get("frames"):
        return f": {entry['frames']} frames in {entry['seconds']:.1f} s"
    if entry.get("pieces"):
        return ": {} of {} pieces".format(*entry["pieces"])
    return ""
