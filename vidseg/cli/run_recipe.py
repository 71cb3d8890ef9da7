"""``vidseg run``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vidseg.cli import options, recipe_file


@click.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@click.argument("recipe", metavar="RECIPE.toml", type=options.PATH)
@click.argument("others", metavar="SOURCES... [OPTIONS]", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def run(context: click.Context, recipe: Path, others: tuple[str, ...]) -> Any:
    """Do what a recipe says.

    A recipe is a TOML file with the name of a command and its options as they are on the command line, for example
    command = "replace", bg = "beach.jpg", crf = 16. --save-recipe of every command writes one. Options that follow the
    recipe's name take the place of its own.
    """
    group = context.parent.command if context.parent is not None else None
    commands = group.commands if isinstance(group, click.Group) else {}
    known = {name: command for name, command in commands.items() if "save_recipe" in {p.name for p in command.params}}
    command, written = recipe_file.arguments(recipe, known)
    with command.make_context(command.name, [*written, *others], parent=context.parent) as inner:
        return command.invoke(inner)
