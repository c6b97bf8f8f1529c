"""`windchime lake …`: the versions of the library."""

import typer

from windchime.cli.options import Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.dates import SHANGHAI
from windchime.core.text import _

app = typer.Typer(no_args_is_help=True)


@app.command(help=say(_("every lake version: when it was made, by which load, which tables")))
def log(context: typer.Context, json: Json = False) -> None:
    """Show the versions."""
    from windchime.data.lake import log as lake_log

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        found = lake_log(session)
    shell.envelope(
        {
            "versions": [
                {
                    "lake_version": v.lake_version,
                    "tables": dict(v.tables),
                    "load_id": v.load_id,
                    "content_hash": v.content_hash,
                    "made_at": v.made_at,
                }
                for v in found
            ]
        }
    )
    shell.table(
        [_("version"), _("made at"), _("load"), _("tables")],
        [
            [
                str(v.lake_version),
                f"{v.made_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
                v.load_id,
                ", ".join(f"{t}@{n}" for t, n in v.tables.items()),
            ]
            for v in found
        ],
        right=[0],
    )
