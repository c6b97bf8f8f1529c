"""`windchime customer …`: whose customers firms are: branch, relationship manager, the firm's own user."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from windchime.cli.imports import told
from windchime.cli.options import ActorName, Json, Reason
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.text import _

app = typer.Typer(no_args_is_help=True)


@app.command(help=say(_("say whose customer a firm is; in the console this is proposed and checked")))
def assign(
    context: typer.Context,
    firm: Annotated[str, typer.Argument(metavar="FIRM", help=say(_("id of the firm")))],
    branch: Annotated[str, typer.Option(help=say(_("its branch")))],
    reason: Reason,
    manager: Annotated[str, typer.Option(help=say(_("account of its relationship manager; empty for none")))] = "",
    applicant: Annotated[str, typer.Option(help=say(_("account of the firm's own user; empty for none")))] = "",
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Assign one firm."""
    from windchime.portfolio import customers
    from windchime.service.access.customers import Belonging

    shell: Shell = context.obj
    shell.json = json
    wanted = Belonging(firm, branch, manager, applicant)
    changed = customers.assign(shell.bank, shell.actor(actor), wanted, reason)
    shell.envelope({"customer": asdict(wanted), "changed": changed})
    shell.say(_("{firm} belongs to {branch}, {manager}"), firm=firm, branch=branch, manager=manager or "-")


@app.command(
    "import", help=say(_("whose customers many firms are, from a CSV file: firm_id, branch, manager, applicant"))
)
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=say(_("CSV in UTF-8; all rows are taken or none")))],
    reason: Reason,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Assign many firms."""
    from windchime.portfolio.rights_files import import_customers

    shell: Shell = context.obj
    shell.json = json
    told(shell, import_customers(shell.bank, shell.actor(actor), file, reason))


@app.command("list", help=say(_("firms with their branch, manager and own user")))
def list_(
    context: typer.Context,
    branch: Annotated[str, typer.Option(help=say(_("only of this branch")))] = "",
    manager: Annotated[str, typer.Option(help=say(_("only of this relationship manager")))] = "",
    json: Json = False,
) -> None:
    """List."""
    from windchime.service.access import customers

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        found = customers.listed(session, branch=branch, manager=manager)
    shell.envelope({"customers": [asdict(b) for b in found]})
    rows = [(b.firm_id, b.branch, b.manager or "-", b.applicant or "-") for b in found]
    shell.table([_("firm"), _("branch"), _("relationship manager"), _("own user")], rows)
