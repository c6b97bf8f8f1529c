"""`windchime quarantine …`: rows that failed their contract: see them, repair them."""

from dataclasses import asdict
from typing import Annotated

import typer

from windchime.cli.options import ActorName, Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.errors import BadCall
from windchime.core.text import _

app = typer.Typer(no_args_is_help=True)


class NotAChange(BadCall):
    """A repair that is not `column=value`."""

    msgid = _("'{text}' is not a change; expected column=value")

    def __init__(self, text: str) -> None:
        super().__init__(text=text)


@app.command("list", help=say(_("the rows, with file, row, column, value and reason")))
def list_(
    context: typer.Context,
    table: Annotated[str | None, typer.Option(help=say(_("only of this table")))] = None,
    code: Annotated[str | None, typer.Option(help=say(_("only with this fault")))] = None,
    load_id: Annotated[str | None, typer.Option("--load", help=say(_("only of this load")))] = None,
    json: Json = False,
) -> None:
    """Show what waits."""
    from windchime.data.contracts import contract
    from windchime.data.intake.quarantine import quarantined

    shell: Shell = context.obj
    shell.json = json
    if table:
        contract(table)
    with shell.bank.session() as session:
        found = quarantined(shell.bank, session, table=table, code=code, load_id=load_id)
    listed = [asdict(q) | {"problems": [p.as_dict() for p in q.problems()]} for q in found]
    shell.envelope({"quarantined": listed})
    for q in found:
        shell.say("{id}  {table}", id=q.quarantine_id, table=contract(q.table).label[shell.lang])
        for fault, problem in zip(q.faults, q.problems(), strict=True):
            shell.say("  · {sentence} [{code}]", sentence=problem.sentence(shell.lang), code=fault.code)
    if found:
        shell.say(
            _("{count} rows; put one right: windchime quarantine repair ID COLUMN=VALUE --reason WHY"),
            count=f"{len(found):,}",
        )
    else:
        shell.say(_("no row is in quarantine"))


@app.command(help=say(_("put a row right: column=value …; it goes through the same checks, the original stays")))
def repair(
    context: typer.Context,
    quarantine_id: Annotated[str, typer.Argument(help=say(_("id of the row")))],
    changes: Annotated[
        list[str],
        typer.Argument(help=say(_("column=value, as the source writes it; column=- asks for a personal value"))),
    ],
    reason: Annotated[str, typer.Option(help=say(_("why, for the audit chain")))],
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Repair one row."""
    from windchime.data.intake.repair import repair as put_right

    shell: Shell = context.obj
    shell.json = json
    for text in changes:
        if "=" not in text:
            raise NotAChange(text)
    said = dict(c.split("=", 1) for c in changes)
    said |= {column: shell.asked(_("value (not shown)")) for column, value in said.items() if value == "-"}
    done = put_right(shell.bank, shell.actor(actor), quarantine_id, said, reason)
    shell.envelope(
        {"repair": {"quarantine_id": quarantine_id, "lake_version": done.lake_version}}, lake_version=done.lake_version
    )
    shell.say(_("repaired; the row stands in lake version {version}"), version=done.lake_version)
