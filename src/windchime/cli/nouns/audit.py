"""`windchime audit …`: the chain of who did what, and whether it is whole."""

from typing import Annotated

import typer

from windchime.cli.options import Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.dates import SHANGHAI
from windchime.core.text import _

app = typer.Typer(no_args_is_help=True)


@app.command(help=say(_("walk the chain and name each record that was changed, is missing or was put in between")))
def verify(context: typer.Context, json: Json = False) -> None:
    """Exit code 1 when the chain is not whole."""
    from windchime.decision import log as decision_log
    from windchime.service import audit

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        problems = [*audit.verify(session), *decision_log.verify(session)]
        count = sum(1 for _record in audit.records(session))
    shell.envelope({"records": count, "whole": not problems}, problems=problems)
    if problems:
        for problem in problems:
            shell.say("{sentence}", sentence=problem.sentence(shell.lang))
        raise typer.Exit(1)
    shell.say(_("the audit chain is whole: {count} records"), count=count)


@app.command("list", help=say(_("the records, newest last")))
def list_(
    context: typer.Context,
    subject: Annotated[str | None, typer.Option(help=say(_("only of this subject, such as decision:0192…")))] = None,
    last: Annotated[int, typer.Option(help=say(_("at most this many, from the end")))] = 50,
    json: Json = False,
) -> None:
    """Show the chain."""
    from windchime.service import audit

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        found = list(audit.records(session, subject=subject))[-last:]
        fields = ("seq", "at", "actor", "action", "subject", "before", "after", "reason", "hash")
        shell.envelope({"records": [{name: getattr(r, name) for name in fields} for r in found]})
        rows = [
            [str(r.seq), f"{r.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}", r.actor, r.action, r.subject, r.reason]
            for r in found
        ]
    shell.table([_("no."), _("at"), _("who"), _("action"), _("subject"), _("reason")], rows, right=[0])
