"""``vidseg doctor``."""

from __future__ import annotations

from typing import Any

import click

from vidseg.cli.printable import printable

_MARKS = {"ok": " ", "absent": "-", "broken": "!"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def doctor(as_json: bool) -> int:
    """Find out what of vidseg is there and works, by trying it: what a report of an error should hold.

    Versions, system libraries, encoders (also those of the hardware), models, space, memory, and a clip made on the
    spot that goes the whole way. Lines with - are of what isn't there and needn't be, lines with ! of what is broken.
    The exit code is 1 if something is.
    """
    from vidseg.health import examine

    found = examine()
    if as_json:
        click.echo(found.to_json())
    else:
        for line in _lines(found):
            click.echo(line)
    return 0 if found.sound else 1


def _lines(found: Any) -> list[str]:
    width = max(len(fact.name) for facts in found.sections.values() for fact in facts)
    lines = []
    for section, facts in found.sections.items():
        lines.append(section)
        lines += [f"{_MARKS[fact.state]} {printable(fact.name):<{width}}  {printable(fact.text)}" for fact in facts]
    broken = [fact.name for facts in found.sections.values() for fact in facts if fact.state == "broken"]
    lines.append(f"broken: {', '.join(map(printable, broken))}" if broken else "all that is needed works")
    return lines
