"""`windchime consent …`: what firms agreed to: record, revoke, list, import."""

from collections.abc import Mapping
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from windchime.cli.imports import told
from windchime.cli.options import ActorName, Json, Reason
from windchime.cli.shell import Shell, as_date
from windchime.cli.words import say
from windchime.core.text import _, translate

if TYPE_CHECKING:
    from windchime.service.access.tables import Consent

app = typer.Typer(no_args_is_help=True)


@app.command(help=say(_("record a signed consent of a firm; of the document its SHA-256 alone is kept")))
def record(
    context: typer.Context,
    firm: Annotated[str, typer.Argument(metavar="FIRM", help=say(_("id of the firm")))],
    purpose: Annotated[str, typer.Option(help=say(_("what its data may be read for, such as loan_review")))],
    document: Annotated[Path, typer.Option(exists=True, dir_okay=False, help=say(_("file of the signed document")))],
    until: Annotated[str, typer.Option(help=say(_("last day on which it holds")))],
    since: Annotated[str | None, typer.Option(help=say(_("first day on which it holds; default: today")))] = None,
    category: Annotated[
        list[str] | None, typer.Option(help=say(_("kind of data, firm or person; default: firm")))
    ] = None,
    given_by: Annotated[str, typer.Option(help=say(_("legal_rep, proxy or operator")))] = "legal_rep",
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Record one."""
    from windchime.core.clock import today
    from windchime.portfolio import known_firms
    from windchime.portfolio.access import purposes
    from windchime.service.access import consents

    shell: Shell = context.obj
    shell.json = json
    with document.open("rb") as stream:
        digest = file_digest(stream, "sha256").hexdigest()
    with shell.bank.session() as session:
        known_firms.demand_agreeing(shell.bank, session, firm)
        known = purposes(shell.bank, session).known
    last = as_date(until)
    assert last is not None
    terms = consents.Terms(firm, purpose, tuple(category or ["firm"]), as_date(since) or today(shell.bank.clock), last)
    with shell.bank.unit(shell.actor(actor)) as unit:
        made = consents.record(unit, terms, given_by=given_by, document=digest, known=known).id
    shell.envelope({"consent": made, "document": digest})
    shell.say(_("consent {id} is recorded; document {digest}"), id=made, digest=digest)


@app.command(help=say(_("end a consent at once; what was decided under it stands")))
def revoke(
    context: typer.Context,
    consent: Annotated[str, typer.Argument(metavar="ID", help=say(_("id of the consent")))],
    reason: Reason,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Revoke one."""
    from windchime.service.access import consents

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.unit(shell.actor(actor)) as unit:
        consents.revoke(unit, consent, reason)
    shell.envelope({"revoked": consent})
    shell.say(_("consent {id} is revoked"), id=consent)


@app.command("list", help=say(_("the consents, of one firm or of all, the one recorded last first")))
def list_(
    context: typer.Context,
    firm: Annotated[str, typer.Argument(metavar="FIRM", help=say(_("id of the firm; default: all")))] = "",
    by: Annotated[str, typer.Option(help=say(_("only those this account recorded")))] = "",
    purpose: Annotated[str, typer.Option(help=say(_("only for this purpose")))] = "",
    since: Annotated[str | None, typer.Option(help=say(_("recorded on this day or later")))] = None,
    until: Annotated[str | None, typer.Option(help=say(_("recorded on this day or before")))] = None,
    json: Json = False,
) -> None:
    """List."""
    from windchime.service.access import consented

    shell: Shell = context.obj
    shell.json = json
    now = shell.bank.clock.now()
    with shell.bank.session() as session:
        sought = consented.Sought(
            firm_id=firm, recorded_by=by, purpose=purpose, since=as_date(since), until=as_date(until)
        )
        listed = [_told(c, holds=consented.holds(c, now)) for c in consented.recorded(session, sought)]
    shell.envelope({"consents": listed})
    rows = [(c["id"], c["firm_id"], c["purpose"], " ".join(c["categories"]), str(c["valid_from"]), str(c["valid_to"]),
             c["recorded_by"], _("in force") if c["in_force"] else _("not in force")) for c in listed]  # fmt: skip
    shell.table(
        [_("consent"), _("firm"), _("purpose"), _("data"), _("from"), _("until"), _("recorded by"), _("state")],
        [(*r[:-1], translate(r[-1], shell.lang)) for r in rows],
    )


@app.command(
    "import",
    help=say(
        _("many consents from a CSV file: firm_id, purpose, categories, given_by, document, valid_from, valid_to")
    ),
)
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=say(_("CSV in UTF-8; all rows are taken or none")))],
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Record many."""
    from windchime.portfolio.rights_files import import_consents

    shell: Shell = context.obj
    shell.json = json
    told(shell, import_consents(shell.bank, shell.actor(actor), file))


def _told(row: "Consent", *, holds: bool) -> Mapping[str, Any]:
    names = ("id", "firm_id", "purpose", "given_by", "document", "valid_from", "valid_to", "recorded_by", "recorded_at")
    return {n: getattr(row, n) for n in (*names, "revoked_at")} | {
        "categories": row.categories.split(),
        "in_force": holds,
    }
