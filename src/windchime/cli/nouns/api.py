"""`windchime api …`: the description of the HTTP API."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from windchime.cli.words import say
from windchime.core.text import _

app = typer.Typer(no_args_is_help=True)


@app.command(help=say(_("print the description of the HTTP API (OpenAPI 3.1)")))
def openapi() -> None:
    """Describe the API as this release has it: no bank of anybody's is looked at."""
    from windchime.api import create_api
    from windchime.service.bank import Bank

    with TemporaryDirectory() as folder:
        bank = Bank.open(Path(folder))
        typer.echo(json.dumps(create_api(bank).openapi(), ensure_ascii=False, indent=1, sort_keys=True))
        bank.close()
