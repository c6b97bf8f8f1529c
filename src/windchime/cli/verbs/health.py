"""`windchime health`: whether the server of this machine can be asked; for containers, which have no other program to ask."""

import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Annotated

import typer

from windchime.cli.app import app
from windchime.cli.options import Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.text import _
from windchime.service.http.paths import ALIVE, READY

HERE = "127.0.0.1"
#: seconds the server has to answer
PATIENCE = 5


@app.command(help=say(_("whether the server of this machine can be asked; exit code 1 when not")))
def health(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=1, max=65535, help=say(_("the port it was started with")))] = 8000,
    tls: Annotated[bool, typer.Option("--tls", help=say(_("it speaks TLS itself")))] = False,
    alive: Annotated[
        bool, typer.Option("--alive", help=say(_("only whether it lives, not whether its database answers")))
    ] = False,
    json: Json = False,
) -> None:
    """Ask the server on this machine's own address, and end with its answer."""
    shell: Shell = context.obj
    shell.json = json
    status = asked(port, ALIVE if alive else READY, tls=tls)
    shell.envelope({"status": status, "sound": status == 200})
    shell.say(_("the server can be asked") if status == 200 else _("the server cannot be asked"))
    if status != 200:
        raise typer.Exit(1)


def asked(port: int, path: str, *, tls: bool) -> int:
    """The status of the answer; 0 where none came. The certificate is another name's, so it is not looked at."""
    if tls:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection: HTTPConnection = HTTPSConnection(HERE, port, timeout=PATIENCE, context=context)
    else:
        connection = HTTPConnection(HERE, port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()
