"""`windchime contract …`: what each table of the library is; schemas and workbooks of it; whether a lake can go on."""

from pathlib import Path
from typing import Annotated

import typer

from windchime.cli.options import Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.errors import BadCall
from windchime.core.text import _, translate

app = typer.Typer(no_args_is_help=True)
TableName = Annotated[str, typer.Argument(metavar="TABLE", help=say(_("name of a table: windchime contract list")))]


class FileThere(BadCall):
    """A file that would be written over, with what a person may have filled in."""

    msgid = _("{path} is there already and is not written over")
    hint = _("name another file with --to, or move it away")

    def __init__(self, path: Path) -> None:
        super().__init__(path=str(path))


@app.command(name="list", help=say(_("every table of the library by category, with the number of its columns")))
def list_(context: typer.Context, json: Json = False) -> None:
    """Show categories and tables."""
    from windchime.data.contracts.categories import BESIDE, CATEGORIES, by_category

    shell: Shell = context.obj
    shell.json = json
    found = by_category()
    ten = [c for code, members in found.items() if code not in BESIDE for c in members]
    shell.envelope(
        {
            "categories": [
                {
                    "category": code,
                    "label": CATEGORIES[code].as_dict(),
                    "beside": code in BESIDE,
                    "tables": [
                        {
                            "table": c.name,
                            "version": c.version,
                            "label": c.label.as_dict(),
                            "columns": len(c.expected),
                            "versions": c.versions,
                            "key": list(c.key),
                        }
                        for c in members
                    ],
                }
                for code, members in found.items()
            ],
            "tables": len(ten),
            "columns": sum(len(c.expected) for c in ten),
        }
    )
    shell.table(
        [_("category"), _("table"), _("label"), _("version"), _("columns"), _("key")],
        [
            [
                CATEGORIES[code][shell.lang],
                c.name,
                c.label[shell.lang],
                str(c.version),
                str(len(c.expected)),
                ", ".join(c.key),
            ]
            for code, members in found.items()
            for c in members
        ],
        right=[3, 4],
    )
    shell.say(
        _("{tables} tables of the ten categories with {columns} columns"),
        tables=len(ten),
        columns=sum(len(c.expected) for c in ten),
    )


@app.command(help=say(_("one table: key, times, columns, codes and rules")))
def show(context: typer.Context, table: TableName, json: Json = False) -> None:
    """Show one contract."""
    from windchime.data.contracts import contract
    from windchime.data.contracts.json_schema import json_schema

    shell: Shell = context.obj
    shell.json = json
    found = contract(table)
    shell.envelope({"contract": json_schema(found)})
    shell.say(_("{label}: {grain}"), label=found.label, grain=found.grain)
    shell.say(
        _("version {version}; key {key}; happened at {happened}; known at {known}"),
        version=found.version,
        key=", ".join(found.key),
        happened=", ".join(found.happened_from),
        known=", ".join(found.known_from),
    )
    shell.table(
        [_("column"), _("label"), _("type"), _("required"), _("personal data"), _("unit"), _("codes")],
        [
            [
                c.name,
                c.label[shell.lang],
                c.type,
                "" if c.nullable else "*",
                "" if c.personal == "none" else c.personal,
                c.unit,
                ", ".join(c.values),
            ]
            for c in found.expected
        ],
    )
    shell.table(
        [_("rule"), _("effect"), _("what is wrong")], [[r.code, r.effect, r.label[shell.lang]] for r in found.rules]
    )


@app.command(help=say(_("the JSON Schema of one row of a table")))
def schema(context: typer.Context, table: TableName) -> None:
    """Print the schema; it is JSON already, so there is no envelope."""
    from json import dumps

    from windchime.data.contracts import contract
    from windchime.data.contracts.json_schema import json_schema

    del context
    typer.echo(dumps(json_schema(contract(table)), ensure_ascii=False, indent=2))


@app.command(help=say(_("an empty workbook of a table to fill in and load")))
def template(
    context: typer.Context,
    table: TableName,
    to: Annotated[
        Path | None, typer.Option("--to", help=say(_("file to write; default: TABLE.xlsx in the current folder")))
    ] = None,
) -> None:
    """Write the workbook."""
    from windchime.data.contracts import contract
    from windchime.data.contracts.template import template as workbook

    shell: Shell = context.obj
    path = to or Path(f"{table}.xlsx")
    if path.exists():
        raise FileThere(path)
    path.write_bytes(workbook(contract(table), shell.lang))
    shell.say(_("written: {path}"), path=str(path))


@app.command(help=say(_("whether the tables of the lake can go on under the contracts of this release")))
def migrate(
    context: typer.Context,
    check: Annotated[bool, typer.Option("--check", help=say(_("exit with 1 where a table cannot go on")))] = False,
    json: Json = False,
) -> None:
    """Compare the lake with the contracts; added columns need no work, so nothing is ever written."""
    from windchime.data.lake import Lake
    from windchime.data.migration import migration

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        found = migration(Lake(shell.bank.lake_dir), session)
    shell.envelope(
        {
            "tables": [
                {
                    "table": s.table,
                    "version": s.version,
                    "refused": s.refused,
                    "differences": [
                        {"column": d.column, "kind": d.kind, "stored": d.stored, "now": d.now} for d in s.differences
                    ],
                }
                for s in found
            ]
        }
    )
    words = {
        "added": _("added: empty in older rows"),
        "removed": _("stored, but no longer in the contract"),
        "retyped": _("stored with another type"),
        "required": _("missing, and it must not be empty"),
    }
    shell.table(
        [_("table"), _("column"), _("difference"), _("stored"), _("now")],
        [
            [s.table, d.column, translate(words[d.kind], shell.lang), d.stored, d.now]
            for s in found
            for d in s.differences
        ],
    )
    refused = [s.table for s in found if s.refused]
    if refused:
        shell.say(_("cannot go on: {tables}"), tables=", ".join(refused))
        if check:
            raise typer.Exit(1)
    else:
        shell.say(_("{tables} tables can go on; added columns are filled from the next load on"), tables=len(found))
