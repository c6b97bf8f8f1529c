"""`windchime load`: read a data pack into the lake; what fails its contract goes to quarantine."""

from pathlib import Path
from typing import Annotated

import typer

from windchime.cli.app import app
from windchime.cli.options import ActorName, Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.text import _


@app.command(help=say(_("read a data pack into the lake; rows that fail their contract go to quarantine")))
def load(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help=say(_("folder of the pack, or one workbook")))],
    pack: Annotated[str, typer.Option(help=say(_("how the pack is built: windchime, cumcm2020c")))] = "windchime",
    part: Annotated[list[str] | None, typer.Option(help=say(_("only these parts of the pack; all by default")))] = None,
    strict: Annotated[bool, typer.Option("--strict", help=say(_("exit code 3 when a row was quarantined")))] = False,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Load, and say what became of every row."""
    from windchime.data.intake import load as read_in

    shell: Shell = context.obj
    shell.json = json
    with shell.progress() as told:
        done = read_in(shell.bank, shell.actor(actor), folder, pack=pack, parts=part, progress=told)
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
