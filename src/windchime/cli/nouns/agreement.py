"""`windchime agreement …`: what may cross between two banks of one installation; for whoever runs the machine."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from windchime.cli.options import ActorName, Json, Reason
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.dates import parse_date
from windchime.core.text import _

if TYPE_CHECKING:
    from windchime.service.agreements.terms import Terms

app = typer.Typer(no_args_is_help=True)
Id = Annotated[
    str, typer.Argument(metavar="AGREEMENT", help=say(_("id of the agreement, or eight characters of its beginning")))
]
PaperFile = Annotated[
    Path, typer.Argument(metavar="FILE", help=say(_("the agreement, as one bank hands it to the other")))
]


@app.command(help=say(_("this bank's public key, which the other bank names in the terms")))
def key(context: typer.Context, json: Json = False) -> None:
    """Show the key."""
    from windchime.service.agreements import signing
    from windchime.service.agreements.terms import fingerprint

    shell: Shell = context.obj
    shell.json = json
    found = signing.public_key(shell.bank)
    made = fingerprint(found)
    shell.envelope({"name": shell.bank.name, "key": found, "fingerprint": made})
    shell.say(_("{bank}: {key}, fingerprint {fingerprint}"), bank=shell.bank.name, key=found, fingerprint=made)


@app.command(help=say(_("propose terms; another person of this bank signs them: windchime proposal approve")))
def propose(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", help=say(_("what crosses: content or aggregates")))],
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help=say(_("of it: schemes:access, schemes:*")))],
    other: Annotated[str, typer.Option("--with", help=say(_("name of the other bank")))],
    other_key: Annotated[str, typer.Option("--key", help=say(_("its public key: windchime agreement key, there")))],
    purpose: Annotated[str, typer.Option(help=say(_("what for")))],
    until: Annotated[str, typer.Option(help=say(_("last day")))],
    since: Annotated[str | None, typer.Option("--from", help=say(_("first day; default: today")))] = None,
    receive: Annotated[bool, typer.Option("--receive", help=say(_("the other bank gives; default: this one")))] = False,
    reason: Annotated[str, typer.Option("--reason", help=say(_("why, for whoever signs")))] = "-",
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Propose terms of this bank's own writing."""
    from windchime.core.clock import today
    from windchime.portfolio import crossing
    from windchime.service.agreements import signing

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        answers = crossing.manner(shell.bank, session) if kind == "aggregates" else None
    terms = signing.draft(
        shell.bank,
        "receiving" if receive else "giving",
        other,
        other_key,
        kind=kind,
        subject=subject,
        purpose=purpose,
        valid_from=parse_date(since) if since else today(shell.clock),
        valid_until=parse_date(until),
        answers=answers,
    )
    _proposed(shell, actor, terms, reason)


@app.command(help=say(_("take the other bank's paper: propose its terms here, or put its signature beside ours")))
def take(
    context: typer.Context,
    file: PaperFile,
    reason: Annotated[str, typer.Option("--reason", help=say(_("why, for whoever signs")))] = "-",
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Take a paper."""
    from windchime.service.agreements import signing
    from windchime.service.agreements.papers import Paper
    from windchime.service.agreements.tables import Agreement

    shell: Shell = context.obj
    shell.json = json
    paper = Paper.read(file)
    with shell.bank.session() as session:
        ours = session.get(Agreement, paper.terms.id) is not None
    if not ours:
        _proposed(shell, actor, paper.terms, reason)
        return
    with shell.bank.unit(shell.actor(actor)) as unit:
        signing.complete(unit, paper)
    shell.envelope({"agreement": paper.terms.id})
    shell.say(_("agreement {agreement} is signed by both banks"), agreement=paper.terms.id[:12])


@app.command("list", help=say(_("the agreements this bank has signed, and whether they hold")))
def list_(context: typer.Context, json: Json = False) -> None:
    """List."""
    from windchime.core.clock import today
    from windchime.service.agreements import papers

    shell: Shell = context.obj
    shell.json = json
    day = today(shell.clock)
    with shell.bank.session() as session:
        found = [papers.as_dict(row, day) for row in papers.agreements(session)]
    shell.envelope({"agreements": found})
    rows = [[a["id"][:12], *_told(a["terms"]), papers.STATES[a["state"]][shell.lang]] for a in found]
    shell.table([_("agreement"), _("from"), _("to"), _("what"), _("until"), _("state")], rows)


@app.command(help=say(_("write an agreement with our signature, for the other bank")))
def export(context: typer.Context, agreement: Id, file: PaperFile, json: Json = False) -> None:
    """Write the paper."""
    from windchime.service.agreements import papers

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        file.write_bytes(papers.paper(papers.find(session, agreement)).as_bytes())
    shell.envelope({"file": str(file)})
    shell.say(_("{file} holds the agreement with our signature"), file=file)


@app.command(help=say(_("let nothing cross under an agreement any more; one side suffices")))
def revoke(
    context: typer.Context, agreement: Id, reason: Reason = "", actor: ActorName = None, json: Json = False
) -> None:
    """Revoke."""
    from windchime.service.agreements import signing

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.unit(shell.actor(actor)) as unit:
        signing.revoke(unit, agreement, reason)
    shell.envelope({"agreement": agreement})
    shell.say(_("nothing crosses under the agreement any more"))


@app.command(help=say(_("hand something of this bank to the other one, under an agreement")))
def give(
    context: typer.Context,
    agreement: Id,
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", help=say(_("schemes:access, products:…, policies:…, or aggregates")))
    ],
    to: Annotated[str, typer.Option("--to", help=say(_("name of the receiving bank")))],
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Hand over."""
    from windchime.portfolio import crossing
    from windchime.service.agreements import papers
    from windchime.service.banks import Banks

    shell: Shell = context.obj
    shell.json = json
    banks = Banks.of(shell.settings)
    receiving = banks.open(banks.by_name(to), clock=shell.clock)
    try:
        kind, _colon, name = subject.partition(":")
        aggregates = subject == "aggregates"
        with shell.bank.session() as session:
            full = papers.find(session, agreement).id
        payload = crossing.aggregates(shell.bank, full) if aggregates else crossing.content(shell.bank, kind, name)
        made = crossing.hand_over(shell.bank, receiving, shell.actor(actor), full, payload)
    finally:
        receiving.close()
    shell.envelope({"crossing": made, "subject": payload.subject})
    shell.say(_("{subject} was handed to {bank}; both audit chains know of it"), subject=payload.subject, bank=to)


@app.command(help=say(_("aggregates that arrived under an agreement")))
def received(context: typer.Context, agreement: Id, json: Json = False) -> None:
    """Show what arrived."""
    from windchime.portfolio import crossing
    from windchime.service.agreements import papers

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        found = crossing.received(session, papers.find(session, agreement).id)
    shell.envelope({"received": found})
    rows = [
        [one["as_of"], c["product"], c["band"], c["verdict"], str(c["firms"]), c["limit"] or ""]
        for one in found
        for c in one["cells"]
    ]
    headings = [_("as of"), _("product"), _("band"), _("verdict"), _("firms"), _("limit")]
    shell.table(headings, rows, right=(4, 5))


def _told(terms: dict[str, Any] | None) -> list[str]:
    """From, to, what, until; blank where the stored terms are not what was signed."""
    if terms is None:
        return [""] * 4
    what = f"{terms['kind']} {terms['subject']}"
    return [terms["giving"]["bank"], terms["receiving"]["bank"], what, terms["valid_until"]]


def _proposed(shell: Shell, actor: str | None, terms: "Terms", reason: str) -> None:
    from windchime.portfolio import four_eyes
    from windchime.service.agreements.proposals import subject

    who = shell.actor(actor)
    made = four_eyes.propose(shell.bank, who, "agreement.sign", subject(terms), terms.as_dict(), reason=reason)
    shell.envelope({"agreement": terms.id, "proposal": made, "terms": terms.as_dict()})
    shell.say(_("proposal {proposal} waits for another person of this bank to sign"), proposal=made)
