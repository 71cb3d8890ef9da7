"""Report: what became of a run's jobs, as JSON, and as a page with pictures that needs nothing beside itself."""

from __future__ import annotations

import html
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import Any

from vidseg.errors import OptionError, TargetError
from vidseg.job import Done, Failed, Outcome, Record
from vidseg.version import VERSION

SUFFIXES = (".json", ".html")

_MARK = "vidseg report"
"""By which a report is known, that a later one may replace."""

_POINTS = 600
"""Of a plot, at most."""


def check(path: Path) -> None:
    """Raise a ``RequestError`` unless a report can be written there."""
    if path.suffix.lower() not in SUFFIXES:
        raise OptionError("--report", f"{path} is neither a .json nor an .html")
    if not path.absolute().parent.is_dir():
        raise TargetError(str(path), "no such folder")
    if path.exists():
        if not path.is_file():
            raise TargetError(str(path), "is there already, and no file")
        try:
            with path.open("rb") as file:
                known = _MARK.encode() in file.read(200)
        except OSError:
            known = False
        if not known:
            raise TargetError(str(path), "is there already, and no report of vidseg's: give another name")


def write(path: Path, outcomes: Sequence[Outcome]) -> None:
    """All of it, whole or not at all; raises ``TargetError``."""
    text = page(outcomes) if path.suffix.lower() == ".html" else json.dumps(as_json(outcomes)) + "\n"
    temporary = path.with_name(f".vidseg-{secrets.token_hex(6)}.part")
    try:
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace")
        os.replace(temporary, path)  # noqa: PTH105
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise TargetError(str(path), f"can't be written: {error.strerror}") from None


def as_json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """For programs: what ``--json`` says of each job, its recipe, and for every frame coverage and change (0 to 1)."""
    return {
        "what": _MARK,
        "vidseg": VERSION,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "sums": _sums(outcomes),
        "jobs": [_job(outcome) for outcome in outcomes],
    }


def _sums(outcomes: Sequence[Outcome]) -> dict[str, int]:
    names = [type(outcome).__name__.lower() for outcome in outcomes]
    return {name: names.count(name) for name in ("done", "failed", "skipped")}


def _job(outcome: Outcome) -> dict[str, Any]:
    job = outcome.job
    said: dict[str, Any] = {
        "source": str(job.source),
        "target": str(job.target),
        "outcome": type(outcome).__name__.lower(),
        "recipe": json.loads(job.recipe.to_json()),
    }
    if isinstance(outcome, Done):
        said |= {
            "frames": outcome.frames,
            "seconds": round(outcome.seconds, 3),
            "speed": round(outcome.frames / outcome.seconds, 2) if outcome.seconds else None,
            "notes": list(outcome.notes),
            "details": list(outcome.details),
            "damage": asdict(outcome.damage) if outcome.damage else None,
        }
        if outcome.record is not None:
            said |= {"coverage": outcome.record.coverage, "change": outcome.record.change}
    else:
        said["reason"] = outcome.reason
    return said


def page(outcomes: Sequence[Outcome]) -> str:
    """For people."""
    sums = _sums(outcomes)
    date = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
    said = ", ".join(f"{count} {name}" for name, count in sums.items())
    order = sorted(outcomes, key=lambda outcome: (not isinstance(outcome, Failed), str(outcome.job.source)))
    return (
        f'<!doctype html><!-- {_MARK} --><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>vidseg: {said}</title><style>{_STYLE}</style><h1>{said}</h1>"
        f"<p>vidseg {VERSION}, {date}. Coverage is how much of the picture is person; change is how much of "
        "the matte is not as it was a frame before: a peak is a cut, a flicker or somebody lost.</p>\n"
        + "\n".join(_section(outcome) for outcome in order)
        + "</html>\n"
    )


def _section(outcome: Outcome) -> str:
    job = outcome.job
    kind = type(outcome).__name__.lower()
    parts = [
        f'<section class="{kind}"><h2>{_text(job.source.name)}</h2><p>{_text(job.source)} → {_text(job.target)}</p>'
    ]
    if isinstance(outcome, Done):
        speed = f", {outcome.frames / outcome.seconds:.1f} frames a second" if outcome.seconds else ""
        parts.append(f"<p>{outcome.frames} frames in {outcome.seconds:.1f} s{speed}</p>")
        said = [f'<li class="note">{_text(note)}' for note in outcome.notes]
        said += [f"<li>{_text(detail)}" for detail in outcome.details]
        if said:
            parts.append(f"<ul>{''.join(said)}</ul>")
        if outcome.record is not None:
            parts.append(_pictured(outcome.record))
    else:
        parts.append(f'<p class="reason">{kind}: {_text(outcome.reason)}</p>')
    return "".join(parts) + "</section>"


def _pictured(record: Record) -> str:
    rows = []
    for shot in record.shots:
        pictures = "".join(
            f'<td><img alt="{name}" src="data:image/jpeg;base64,{data}">'
            for name, data in (("source", shot.source), ("matte", shot.matte), ("result", shot.result))
        )
        rows.append(f"<tr><th>{shot.time:.1f} s{pictures}")
    table = f"<table><tr><th><th>source<th>matte<th>result{''.join(rows)}</table>" if rows else ""
    if not record.coverage:
        return table
    largest = max(range(len(record.change)), key=record.change.__getitem__)
    return (
        table
        + _plot("coverage", record.coverage, 1.0, f"mean {mean(record.coverage):.1%}, least {min(record.coverage):.1%}")
        + _plot(
            "change", record.change, max(0.02, *record.change),
            f"mean {mean(record.change):.2%}, largest {record.change[largest]:.2%} at frame {largest}",
        )
    )  # fmt: skip


def _plot(name: str, values: Sequence[float], top: float, said: str) -> str:
    """A line of the values over the frames, from 0 to ``top``; of many frames the least and the largest of each few."""
    width, height = 640, 80
    step = max(-(-len(values) // (_POINTS // 2)), 1)
    points = []
    for at in range(0, len(values), step):
        few = values[at : at + step]
        for value in dict.fromkeys((min(few), max(few))):
            x = at / max(len(values) - 1, 1) * width
            points.append(f"{x:.1f},{height - value / top * height:.1f}")
    return (
        f"<figure><figcaption>{name}: {said}</figcaption>"
        f'<svg viewBox="0 -2 {width} {height + 4}" role="img" aria-label="{name}">'
        f'<path d="M0 0H{width}M0 {height}H{width}"/>'
        f'<polyline points="{" ".join(points)}"/></svg>'
        f"<p>{len(values)} frames, 0 to {top:.0%}</p></figure>"
    )


def _text(value: object) -> str:
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(value))
    return html.escape(shown)


_STYLE = (
    "body{font:15px/1.4 system-ui,sans-serif;max-width:1060px;margin:2em auto;padding:0 1em;color:#222;background:#fff}"
    "section{border-top:1px solid #bbb;padding-bottom:1em}h2{margin-bottom:0}section p{margin:.2em 0;color:#555;"
    "overflow-wrap:anywhere}.failed h2,.reason,.note{color:#a40000}img{max-width:100%;display:block}"
    "th{font-weight:normal;text-align:left;vertical-align:top;color:#555}figure{margin:1em 0 0}svg{width:100%;"
    "max-width:640px;height:auto;display:block}path{stroke:#ccc}polyline{fill:none;stroke:#1f5fa8;stroke-width:1.5}"
)
