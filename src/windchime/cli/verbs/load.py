"""`windchime load`: read a data pack into the lake; what fails its contract goes to quarantine."""

from pathlib import Path
from typing import Annotated

import typer

from windchime.cli.app import app
from windchime.cli.options import ActorName, Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.dates import parse_date
from windchime.core.errors import BadCall
from windchime.core.text import _


class NothingNamed(BadCall):
    """Neither a folder nor a query was given."""

    msgid = _("name a folder, a zip or a file to load, or a query with --query")


@app.command(help=say(_("read a data pack into the lake; rows that fail their contract go to quarantine")))
def load(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help=say(_("folder of the pack, a zip of it, or one file")))] = None,
    pack: Annotated[str, typer.Option(help=say(_("how the pack is built: windchime, cumcm2020c")))] = "windchime",
    mapping: Annotated[
        str | None, typer.Option(help=say(_("mapping of one's own: its file, or the name it was saved under")))
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help=say(_("day the data were taken, for mappings of one's own")))
    ] = None,
    query: Annotated[Path | None, typer.Option(help=say(_("file with one SELECT to ask another database")))] = None,
    url: Annotated[
        str | None,
        typer.Option(envvar="WINDCHIME_SOURCE_URL", help=say(_("address of that database, best from the environment"))),
    ] = None,
    administrator: Annotated[
        bool, typer.Option("--administrator", help=say(_("act as administrator, who alone may ask other databases")))
    ] = False,
    part: Annotated[list[str] | None, typer.Option(help=say(_("only these parts of the pack; all by default")))] = None,
    strict: Annotated[bool, typer.Option("--strict", help=say(_("exit code 3 when a row was quarantined")))] = False,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Load, and say what became of every row."""
    from windchime.data.intake import SqlSource, load_query
    from windchime.data.intake import load as read_in
    from windchime.data.intake.mapping_file import open_mapping

    shell: Shell = context.obj
    shell.json = json
    own = Path(mapping) if mapping and Path(mapping).suffix in (".yaml", ".yml") else None
    how = open_mapping(own) if own else mapping or pack
    day = parse_date(as_of) if as_of else None
    with shell.progress() as told:
        if query is not None:
            source = SqlSource(url or "", query.read_text(encoding="utf-8"), query.name)
            done = load_query(
                shell.bank,
                shell.actor(actor),
                source,
                administrator=administrator,
                mapping=how,
                as_of=day,
                progress=told,
            )
        elif folder is not None:
            done = read_in(shell.bank, shell.actor(actor), folder, pack=how, parts=part, as_of=day, progress=told)
        else:
            raise NothingNamed
    shell.envelope({"load": done.as_dict()}, lake_version=done.lake_version)
    rows = [[n, f"{c.source:,}", f"{c.lake:,}", f"{c.quarantined:,}"] for n, c in done.tables.items()]
    shell.table([_("table"), _("rows in the source"), _("in the lake"), _("in quarantine")], rows, right=[1, 2, 3])
    if done.already_loaded:
        shell.say(_("nothing new: these files were loaded before (load {load_id})"), load_id=done.load_id)
    else:
        shell.say(_("lake version {version}, load {load_id}"), version=done.lake_version, load_id=done.load_id)
    for name in done.unchanged:
        shell.say(_("left out, loaded before and unchanged: {file}"), file=name)
    for note in done.notes:
        shell.say("· {file}: {sentence}", file=note.file, sentence=note.sentence(shell.lang))
    if done.quarantined:
        shell.say(_("{count} rows wait in quarantine: windchime quarantine list"), count=done.quarantined)
        if strict:
            raise typer.Exit(3)
