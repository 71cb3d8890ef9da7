"""A recipe in a file: a command and its options by their names on the command line, as TOML."""

from __future__ import annotations

import difflib
import json
import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from vidseg.errors import OptionError

COMMAND = "command"

RUN = frozenset(
    {
        "sources", "recursive", "from_file", "output", "out_dir", "name", "existing", "dry_run", "quiet", "verbose",
        "as_json", "workers", "threads", "piece", "stall", "memory", "progress", "reports", "save_recipe", "cluster",
        "help", "start", "end", "hwaccel",
    }
)  # fmt: skip
"""What says on what and how a run works, and isn't saved: the rest decides what is made."""


def _name(option: click.Parameter) -> str:
    """An option's name on the command line, without dashes."""
    return max(option.opts, key=len).lstrip("-")


def _options(command: click.Command) -> dict[str, click.Option]:
    return {_name(one): one for one in command.params if isinstance(one, click.Option)}


def arguments(path: Path, commands: dict[str, click.Command]) -> tuple[click.Command, list[str]]:
    """The command that a recipe names, and its options as they would be written out.

    A file that an option names is looked for beside the recipe first. Raises ``OptionError``.
    """
    said = _read(path)
    if COMMAND not in said and (near := difflib.get_close_matches(COMMAND, said, 1)):
        raise OptionError(f"{path}: {near[0]}", f"is no option: did you mean {COMMAND}?")
    name = said.pop(COMMAND, None)
    if not isinstance(name, str) or name not in commands:
        near = difflib.get_close_matches(name, commands, 1) if isinstance(name, str) else []
        advice = f": did you mean {near[0]}?" if near else ""
        raise OptionError(str(path), f'{COMMAND} = "..." must be one of {", ".join(commands)}{advice}')
    known = _options(commands[name])
    written: list[str] = []
    for key, value in said.items():
        option = known.get(key)
        if option is None or option.name in ("help", "save_recipe"):
            near = difflib.get_close_matches(key, known, 1)
            advice = f": did you mean {near[0]}?" if near else f"; {name} has {', '.join(sorted(known))}"
            raise OptionError(f"{path}: {key}", f"is no option of {name}{advice}")
        written += _written(option, value, path)
    return commands[name], written


_LARGEST = 1_000_000
"""Bytes: a recipe has a few hundred."""


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for, and some devices have no end
            raise OptionError(str(path), "is no file")
        if path.exists() and path.stat().st_size > _LARGEST:
            raise OptionError(str(path), "is no recipe: it is too large for one")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise OptionError(str(path), f"can't be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:  # TOML's, Unicode's, numbers without end, lists in lists in lists
        raise OptionError(str(path), f"is no recipe: {error}") from None


def _written(option: click.Option, value: Any, path: Path) -> list[str]:
    dashed = max(option.opts, key=len)
    if option.is_flag:
        if not isinstance(value, bool):
            raise OptionError(f"{path}: {_name(option)}", "is true or false")
        return [dashed] if value else list(option.secondary_opts[:1])
    if isinstance(value, list) and option.multiple:
        return [text for one in value for text in _written(option, one, path)]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise OptionError(f"{path}: {_name(option)}", f"{value!r} is no value for it")
    text = str(value)
    if isinstance(value, str) and not isinstance(option.type, click.Choice) and _is_file(path.parent / text):
        text = str(path.parent / text)
    return [f"{dashed}={text}"]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def check(path: Path) -> None:
    """Raise ``OptionError`` unless a recipe can be saved there: it replaces recipes only."""
    if not path.absolute().parent.is_dir():
        raise OptionError("--save-recipe", f"{path}: no such folder")
    if path.is_symlink():
        raise OptionError("--save-recipe", f"{path} is a symbolic link: it isn't written through")
    if path.exists() and COMMAND not in _existing(path):
        raise OptionError("--save-recipe", f"{path} is there already, and no recipe")


def _existing(path: Path) -> dict[str, Any]:
    try:
        return _read(path)
    except OptionError:
        return {}


def save(path: Path, context: click.Context) -> None:
    """What a command line asks to be made, every option with its value, so that a later default changes nothing.

    Files are named from the recipe's own folder where they lie in it. Raises ``OptionError``.
    """
    check(path)
    lines = [f"{COMMAND} = {_toml(context.info_name or context.command.name or '')}"]
    for name, option in _options(context.command).items():
        value = context.params.get(option.name or "")
        if option.name in RUN and not (
            option.name in ("start", "end") and context.get_parameter_source(option.name) is ParameterSource.COMMANDLINE
        ):
            continue
        if value is None or value == () or (option.is_flag and not value and not option.secondary_opts):
            continue
        lines.append(f"{name} = {_toml(_portable(value, option, path))}")
    try:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except (OSError, UnicodeEncodeError) as error:
        reason = getattr(error, "strerror", None) or "a name in it is no text"
        raise OptionError("--save-recipe", f"{path} can't be written: {reason}") from None


def _portable(value: Any, option: click.Option, path: Path) -> Any:
    if isinstance(value, tuple):
        return [_portable(one, option, path) for one in value]
    if isinstance(value, str | Path) and not isinstance(option.type, click.Choice) and _is_file(Path(value)):
        file = Path(value).absolute()
        folder = path.absolute().parent
        return str(file.relative_to(folder)) if file.is_relative_to(folder) else str(file)
    return value


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        return _toml(_decimal(value))
    if isinstance(value, int | float):
        return str(value)
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _decimal(value: Fraction) -> str:
    """A time as it was written: its parts are decimal."""
    digits = 0
    while (value * 10**digits).denominator != 1 and digits < 12:
        digits += 1
    return f"{float(value):.{digits}f}" if digits else str(value)
