"""The reference page of the command line, written from the command tree in the language the tree was built in."""

from collections.abc import Iterator
from typing import Any

import typer

from windchime.cli.commands import app

#: a command of the tree: what typer makes of a function or a group (typer brings its own form of click)
Command = Any


def commands() -> dict[str, Command]:
    """Every command by its words after `windchime`, groups before what is in them; the whole tree stands under ``""``."""
    return dict(_walk("", typer.main.get_command(app)))


def reference_page() -> str:
    """The page as Markdown: options of all commands, then each command with its arguments and options."""
    return "\n".join(_lines()) + "\n"


def _walk(name: str, command: Command) -> Iterator[tuple[str, Command]]:
    yield name, command
    for word, inner in getattr(command, "commands", {}).items():
        yield from _walk(f"{name} {word}".strip(), inner)


def _lines() -> Iterator[str]:
    tree = commands()
    yield "# Command line"
    yield ""
    yield "Generated from the command tree. Every command answers `--help`, in Chinese or in English (`--lang en`)."
    yield ""
    yield from (
        "Exit codes: 0 done, 1 finished with findings the caller asked to fail on, 2 wrong call, 3 bad input, 4 refused",
        "(permission, four eyes), 5 internal error. `--json` prints one document: `schema`, `bank`, `lake_version`, `as_of`,",
        "`problems`, and what the command has to tell.",
    )
    yield ""
    yield "Options of `windchime` itself stand before the command:"
    yield from _table(tree.pop(""))
    for name, command in tree.items():
        yield ""
        if getattr(command, "commands", None):
            yield f"## `windchime {name} …`"
            yield ""
            yield _sentence(command.help)
            continue
        yield f"{'###' if ' ' in name else '##'} `{_usage(name, command)}`"
        yield ""
        yield _sentence(command.help)
        yield from _table(command)


def _usage(name: str, command: Command) -> str:
    words = ["windchime", name]
    for p in (p for p in command.params if p.param_type_name == "argument"):
        given = p.name.upper() + (" …" if p.nargs == -1 else "")
        words.append(given if p.required else f"[{given}]")
    return " ".join(words)


def _table(command: Command) -> Iterator[str]:
    rows = [_row(p) for p in command.params if p.name not in _TYPERS_OWN]
    if rows:
        yield from ("", "| | Meaning | Default |", "| --- | --- | --- |", *rows)


#: what typer adds for the shell; not ours to describe
_TYPERS_OWN = ("help", "install_completion", "show_completion")


def _row(parameter: Any) -> str:
    names = parameter.name.upper() if parameter.param_type_name == "argument" else " ".join(parameter.opts)
    both = [*(f"`{names}`",), *(f"`{n}`" for n in parameter.secondary_opts)]
    variable = f"; variable `{parameter.envvar}`" if parameter.envvar else ""
    return f"| {' / '.join(both)} | {_sentence(parameter.help)}{variable} | {_default(parameter)} |"


def _default(parameter: Any) -> str:
    if parameter.required:
        return "to be given"
    value = parameter.default
    if isinstance(value, bool) and parameter.secondary_opts:
        return f"`{(parameter.opts if value else parameter.secondary_opts)[0]}`"
    return "" if value is None or value is False or value == "" or callable(value) else f"`{value}`"


def _sentence(text: str | None) -> str:
    return (text or "").replace("|", "\\|")
