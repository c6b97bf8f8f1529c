"""`windchime bank …`: the banks of one home; for whoever runs the machine, who alone knows of them all."""

from typing import Annotated

import typer

from windchime.cli.options import Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.errors import BadCall
from windchime.core.text import _

app = typer.Typer(no_args_is_help=True)


class NoBanksFile(BadCall):
    """There is no file to write a bank into."""

    msgid = _("no file names the banks of this home")
    hint = _("name one in WINDCHIME_BANKS_FILE; it is made where it is not there")

    def __init__(self) -> None:
        super().__init__()


@app.command("list", help=say(_("the banks of this home, with the hosts each answers under")))
def list_(context: typer.Context, json: Json = False) -> None:
    """List."""
    from windchime.service.banks import Banks

    shell: Shell = context.obj
    shell.json = json
    banks = Banks.of(shell.settings)
    told = [
        {
            "name": e.name,
            "hosts": e.hosts,
            "lang": e.lang,
            "database": "postgresql" if e.database else "sqlite",
            "crypto": e.crypto,
            "made": (banks.home / "banks" / e.name).exists(),
        }
        for e in banks.entries
    ]
    shell.envelope({"banks": told})
    rows = [
        [e.name, " ".join(e.hosts), e.lang, "PostgreSQL" if e.database else "SQLite", e.crypto] for e in banks.entries
    ]
    shell.table([_("bank"), _("hosts"), _("language"), _("database"), _("crypto suite")], rows)


@app.command(help=say(_("write a bank into the file of banks and set it up, empty")))
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help=say(_("1 to 40 of a-z, 0-9, - and _")))],
    host: Annotated[list[str], typer.Option("--host", help=say(_("a host it answers under; give it again for each")))],
    language: Annotated[str, typer.Option("--language", help=say(_("language shown first: zh or en")))] = "zh",
    database_file: Annotated[
        str | None, typer.Option(help=say(_("file with the address of a PostgreSQL database; default: SQLite")))
    ] = None,
    json: Json = False,
) -> None:
    """Add."""
    from windchime.service.banks import Banks, written

    shell: Shell = context.obj
    shell.json = json
    if shell.settings.banks_file is None:
        raise NoBanksFile
    said = {"name": name, "hosts": host, "lang": language} | ({"database_file": database_file} if database_file else {})
    written(shell.settings, said)
    banks = Banks.of(shell.settings)
    banks.open(banks.by_name(name), clock=shell.clock).close()
    shell.envelope({"name": name, "hosts": host})
    shell.say(_("bank {bank} is set up, empty; a server that runs knows it once it is started again"), bank=name)
