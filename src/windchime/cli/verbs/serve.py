"""`windchime serve`: the console, on this machine only."""

import errno
from contextlib import suppress
from typing import Annotated

import typer

from windchime.cli.app import app
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.errors import BadCall, Refused
from windchime.core.text import _

LOCAL = ("127.0.0.1", "localhost", "::1")


class NotLocal(Refused):
    """An address that other machines could reach."""

    msgid = _("the console has no accounts yet and is served on this machine only; {host} is refused")

    def __init__(self, host: str) -> None:
        super().__init__(host=host)


class PortTaken(BadCall):
    """A port that another program listens on."""

    msgid = _("port {port} is in use; choose another with --port, or let one be picked: --port 0")

    def __init__(self, port: int) -> None:
        super().__init__(port=port)


@app.command(help=say(_("serve the console on this machine")))
def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help=say(_("0 picks a free one")))] = 8000,
    host: Annotated[str, typer.Option(help=say(_("an address of this machine")))] = "127.0.0.1",
) -> None:
    """Serve until interrupted."""
    run_console(context.obj, host, port)


def run_console(shell: Shell, host: str, port: int) -> None:
    """Bind, print the address, serve."""
    import socket

    import uvicorn

    from windchime.console import create_app

    if host not in LOCAL:
        raise NotLocal(host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, port))
        except OSError as error:
            raise PortTaken(port) if error.errno == errno.EADDRINUSE else error from None
        name = f"[{host}]" if ":" in host else host
        shell.say(
            _("the console is at {address} (stop with Ctrl-C)"), address=f"http://{name}:{bound.getsockname()[1]}/"
        )
        config = uvicorn.Config(
            create_app(shell.bank, lang=shell.lang, actor=shell.actor(None), engine=shell.settings.engine),
            log_level="warning",
            server_header=False,
            access_log=False,
        )
        with suppress(KeyboardInterrupt):  # Ctrl-C is how serving ends
            uvicorn.Server(config).run(sockets=[bound])
