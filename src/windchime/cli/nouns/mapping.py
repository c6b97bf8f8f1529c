"""`windchime mapping …`: how files of one's own become tables: propose, check, save, list, show."""

from pathlib import Path
from typing import Annotated

import typer

from windchime.cli.options import ActorName, Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.dates import SHANGHAI
from windchime.core.text import _

app = typer.Typer(no_args_is_help=True)

File = Annotated[Path, typer.Argument(help=say(_("mapping file")))]


@app.command(
    help=say(_("propose a mapping for a file: which column is which, how sure and why; prints the mapping file"))
)
def propose(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help=say(_("data file: Parquet, CSV, JSON lines or a workbook")))],
    table: Annotated[str | None, typer.Option(help=say(_("table it is meant for; found out by default")))] = None,
    sheet: Annotated[str | None, typer.Option(help=say(_("only this sheet of a workbook")))] = None,
    name: Annotated[str, typer.Option(help=say(_("name of the mapping")))] = "my_mapping",
    source: Annotated[str, typer.Option(help=say(_("source of the data: first part of every firm id")))] = "own",
    json: Json = False,
) -> None:
    """Propose, on standard output."""
    from windchime.core.errors import UnknownName
    from windchime.data.intake.proposal_file import Proposed, mapping_text, why
    from windchime.data.intake.proposing import propose as proposals
    from windchime.data.intake.sampling import sample

    shell: Shell = context.obj
    shell.json = json
    samples = sample(file)
    if sheet is not None:
        names = [s.sheet or "" for s in samples]
        samples = [s for s in samples if s.sheet == sheet]
        if not samples:
            raise UnknownName("sheet", sheet, names)
    found = [Proposed(s, proposals(s.values, table)[0]) for s in samples]
    text = mapping_text(file, name, source, found, shell.lang)
    shell.envelope(
        {
            "mapping": text,
            "proposals": [
                {
                    "sheet": one.sample.sheet,
                    "table": one.proposal.table,
                    "score": f"{one.proposal.score:.4f}",
                    "missing": list(one.proposal.missing),
                    "unused": list(one.proposal.unused),
                    "columns": [
                        {
                            "header": m.header,
                            "column": m.column,
                            "confidence": f"{m.confidence:.4f}",
                            "why": {"zh": why(m, "zh"), "en": why(m, "en")},
                        }
                        for m in one.proposal.matches
                    ],
                }
                for one in found
            ],
        }
    )
    if not json:
        typer.echo(text, nl=False)


@app.command(help=say(_("check a mapping file: every fault at once, before any data are read")))
def check(context: typer.Context, file: File, json: Json = False) -> None:
    """Check; a fault ends with exit code 3."""
    from windchime.data.intake.mapping_file import open_mapping

    shell: Shell = context.obj
    shell.json = json
    found = open_mapping(file)
    tables = sorted({made.table for feed in found.feeds for made in feed.tables})
    shell.envelope({"mapping": {"name": found.name, "version": found.version, "tables": tables}})
    shell.say(_("mapping {name} can be followed; it fills {tables}"), name=found.name, tables=", ".join(tables))


@app.command(help=say(_("keep a mapping under its name; earlier versions stay")))
def save(context: typer.Context, file: File, actor: ActorName = None, json: Json = False) -> None:
    """Save."""
    from windchime.data.intake import mapping_store
    from windchime.data.intake.mapping_file import open_mapping

    shell: Shell = context.obj
    shell.json = json
    found = open_mapping(file)
    with shell.bank.unit(shell.actor(actor)) as unit:
        mapping_store.keep(unit, found)
    shell.envelope({"mapping": {"name": found.name, "version": found.version}})
    shell.say(_("mapping {name} is saved as version {version}"), name=found.name, version=found.version[:12])


@app.command("list", help=say(_("the mappings that were saved: name, version, author, time")))
def list_(context: typer.Context, json: Json = False) -> None:
    """List."""
    from windchime.data.intake import mapping_store

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        found = mapping_store.saved(session)
    listed = [{"name": m.name, "version": m.version, "author": m.author, "saved_at": m.saved_at} for m in found]
    shell.envelope({"mappings": listed})
    shell.table(
        [_("name"), _("version"), _("author"), _("saved at")],
        [[m.name, m.version[:12], m.author, f"{m.saved_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"] for m in found],
    )


@app.command(help=say(_("print a saved mapping")))
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=say(_("name of the mapping")))],
    version: Annotated[str, typer.Option(help=say(_("beginning of a version; the newest by default")))] = "",
    json: Json = False,
) -> None:
    """Print the file as it was saved."""
    from windchime.data.intake import mapping_store

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        found = mapping_store.stored(session, name, version)
    shell.envelope({"mapping": {"name": found.name, "version": found.version, "body": found.body}})
    if not json:
        typer.echo(found.body, nl=False)
