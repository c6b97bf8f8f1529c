"""`windchime proposal make|revise`: a change of any kind, from a file with what shall stand."""

import json as jsons
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from windchime.cli.nouns.proposal.app import Id, app, done, whole
from windchime.cli.options import ActorName, Json, Reason
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.errors import BadInput
from windchime.core.text import _

After = Annotated[Path, typer.Argument(metavar="AFTER", help=say(_("file with what shall stand, as JSON")))]


class NotJson(BadInput):
    """A file that is no JSON."""

    msgid = _("{file} holds no JSON")

    def __init__(self, file: str) -> None:
        super().__init__(file=file)


@app.command(help=say(_("give your own proposal another form; it waits to be checked again")))
def revise(
    context: typer.Context, proposal: Id, after: After, reason: Reason = "", actor: ActorName = None, json: Json = False
) -> None:
    """Revise."""
    from windchime.portfolio import four_eyes

    shell: Shell = context.obj
    shell.json = json
    by = shell.actor(actor)
    with shell.bank.session() as session:
        one = whole(shell, session, proposal, by).row.id
    four_eyes.revise(shell.bank, by, one, _read(after), reason=reason)
    done(shell, one, "open", _("proposal {proposal} waits to be checked by somebody else"))


@app.command(help=say(_("propose a change of any kind, as its form is written in the reference")))
def make(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help=say(_("kind of change, such as decision.override")))],
    subject: Annotated[str, typer.Argument(help=say(_("what it is about, such as decision:0192…")))],
    after: After,
    reason: Reason = "",
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Propose."""
    from windchime.portfolio import four_eyes

    shell: Shell = context.obj
    shell.json = json
    one = four_eyes.propose(shell.bank, shell.actor(actor), kind, subject, _read(after), reason=reason)
    done(shell, one, "open", _("proposal {proposal} waits to be checked by somebody else"))


def _read(file: Path) -> Any:
    try:
        return jsons.loads(file.read_bytes(), parse_float=Decimal)
    except (OSError, ValueError, RecursionError):
        raise NotJson(str(file)) from None
