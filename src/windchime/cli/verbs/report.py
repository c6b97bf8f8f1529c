"""`windchime report`: a firm's or the portfolio's report, as HTML and PDF."""

from pathlib import Path
from typing import Annotated

import typer

from windchime.cli.app import app
from windchime.cli.options import ActorName, Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.text import LANGS, Lang, _


@app.command(help=say(_("the report of a firm, or of the portfolio, as HTML and PDF with a source for every figure")))
def report(
    context: typer.Context,
    firm: Annotated[
        str | None, typer.Argument(help=say(_("id of the firm; the portfolio where none is named")))
    ] = None,
    decision: Annotated[str, typer.Option(help=say(_("which decision of the firm; default: the newest")))] = "",
    out: Annotated[
        Path | None, typer.Option(help=say(_("folder to write to; default: the bank's files folder")))
    ] = None,
    both: Annotated[bool, typer.Option("--both", help=say(_("in Chinese and in English")))] = False,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Write the report and say where."""
    from windchime.documents.files import write_firm, write_portfolio

    shell: Shell = context.obj
    shell.json = json
    folder = out or shell.bank.files_dir / "reports"
    langs: tuple[Lang, ...] = LANGS if both else (shell.lang,)
    by = shell.actor(actor).name
    if firm:
        written = write_firm(shell.bank, folder, firm, by=by, decision_id=decision, langs=langs)
    else:
        written = write_portfolio(shell.bank, folder, by=by, langs=langs)
    shell.envelope({"files": [str(path) for path in written]})
    for path in written:
        shell.say("{path}", path=path)
