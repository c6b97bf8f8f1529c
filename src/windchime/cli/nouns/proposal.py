"""`windchime proposal …`: changes that want four eyes: proposed, looked at, approved, sent back, withdrawn."""

import json as jsons
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from windchime.cli.options import ActorName, Json, Reason
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.dates import SHANGHAI
from windchime.core.errors import BadInput, UnknownName
from windchime.core.ids import named
from windchime.core.text import _, translate

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from windchime.core.unit import Actor
    from windchime.service.proposals.reading import Seen

app = typer.Typer(no_args_is_help=True)
Id = Annotated[str, typer.Argument(metavar="PROPOSAL", help=say(_("id of the proposal, or the beginning of it")))]
Comment = Annotated[str, typer.Option("--comment", help=say(_("what its maker should read")))]
After = Annotated[Path, typer.Argument(metavar="AFTER", help=say(_("file with what shall stand, as JSON")))]


class NotJson(BadInput):
    """A file that is no JSON."""

    msgid = _("{file} holds no JSON")

    def __init__(self, file: str) -> None:
        super().__init__(file=file)


@app.command("list", help=say(_("what waits for your check, and your own proposals")))
def list_(context: typer.Context, actor: ActorName = None, json: Json = False) -> None:
    """Show the inbox."""
    from windchime.portfolio.four_eyes import KINDS
    from windchime.portfolio.shown.proposals import as_json, broken_as_json
    from windchime.service.proposals.errors import STATES
    from windchime.service.proposals.reading import inbox

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        found = inbox(shell.bank, session, KINDS, shell.actor(actor))
        mine = (*found.sent_back, *found.waiting, *found.ended)
        told = {
            "to_check": [as_json(s) for s in found.to_check],
            "own": [as_json(s) for s in mine],
            "damaged": [broken_as_json(b) for b in found.damaged],
        }
        rows = [
            [
                s.row.id,
                translate(_("to check"), shell.lang) if s in found.to_check else STATES[s.row.state][shell.lang],
                s.kind.label[shell.lang],
                s.summary[shell.lang],
                s.revision.maker,
                f"{s.revision.made_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
            ]
            for s in (*found.to_check, *mine)
        ]
        rows += [
            [
                b.row.id,
                translate(_("damaged"), shell.lang),
                b.kind.label[shell.lang],
                b.why.message(shell.lang),
                b.row.made_by,
                f"{b.row.made_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
            ]
            for b in found.damaged
        ]
    shell.envelope(told)
    shell.table([_("proposal"), _("state"), _("kind"), _("what"), _("by whom"), _("at")], rows)
    if not rows:
        shell.say(_("nothing waits for your check, and you have proposed nothing"))


@app.command(help=say(_("one proposal: before and after, why, what happened to it, and the digest of what you see")))
def show(context: typer.Context, proposal: Id, actor: ActorName = None, json: Json = False) -> None:
    """Show one."""
    from windchime.portfolio.shown.proposals import as_json, steps

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        seen = _seen(shell, session, proposal, shell.actor(actor))
        happened = steps(session, seen.row.id)
        shell.envelope({"proposal": as_json(seen), "history": happened})
        rows = _sides(shell, session, seen)
        summary = seen.summary[shell.lang]
    shell.say("{summary}", summary=summary)
    shell.table([_("field"), _("before"), _("after")], rows)
    shell.say(_("why: {reason}"), reason=seen.change.reason)
    told = [[f"{s['at'].astimezone(SHANGHAI):%Y-%m-%d %H:%M}", s["actor"], s["action"], s["reason"]] for s in happened]
    shell.table([_("at"), _("by whom"), _("step"), _("reason")], told)
    shell.say(_("digest of what you see: {digest}"), digest=seen.revision.digest)


@app.command(help=say(_("let a proposal take effect; whoever made it cannot")))
def approve(
    context: typer.Context,
    proposal: Id,
    seen: Annotated[str, typer.Option(help=say(_("digest of what you have seen, or the beginning of it")))],
    comment: Comment = "",
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Approve."""
    from windchime.portfolio import four_eyes

    shell: Shell = context.obj
    shell.json = json
    by = shell.checker(actor)
    with shell.bank.session() as session:
        found = _seen(shell, session, proposal, by)
        digest = named(seen, [found.revision.digest]) or seen
    once = four_eyes.approve(shell.bank, by, found.row.id, seen=digest, comment=comment)
    shell.envelope({"proposal": found.row.id, "state": "effected", **once})
    shell.say(_("proposal {proposal} is approved and in effect"), proposal=found.row.id)
    for secret in once.values():
        shell.say(_("password, shown this once and kept nowhere: {secret}"), secret=secret)


@app.command("send-back", help=say(_("give a proposal back to its maker, with what is to be better")))
def send_back(
    context: typer.Context, proposal: Id, comment: Comment, actor: ActorName = None, json: Json = False
) -> None:
    """Send back."""
    from windchime.portfolio import four_eyes

    shell: Shell = context.obj
    shell.json = json
    by = shell.checker(actor)
    one = _id(shell, proposal, by)
    four_eyes.send_back(shell.bank, by, one, comment=comment)
    _done(shell, one, "sent_back", _("proposal {proposal} is sent back"))


@app.command(help=say(_("take your own proposal back")))
def withdraw(
    context: typer.Context, proposal: Id, comment: Comment = "", actor: ActorName = None, json: Json = False
) -> None:
    """Withdraw."""
    from windchime.portfolio import four_eyes

    shell: Shell = context.obj
    shell.json = json
    by = shell.actor(actor)
    one = _id(shell, proposal, by)
    four_eyes.withdraw(shell.bank, by, one, comment=comment)
    _done(shell, one, "withdrawn", _("proposal {proposal} is withdrawn"))


@app.command(help=say(_("give your own proposal another form; it waits to be checked again")))
def revise(
    context: typer.Context, proposal: Id, after: After, reason: Reason = "", actor: ActorName = None, json: Json = False
) -> None:
    """Revise."""
    from windchime.portfolio import four_eyes

    shell: Shell = context.obj
    shell.json = json
    by = shell.actor(actor)
    one = _id(shell, proposal, by)
    four_eyes.revise(shell.bank, by, one, _read(after), reason=reason)
    _done(shell, one, "open", _("proposal {proposal} waits to be checked by somebody else"))


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
    _done(shell, one, "open", _("proposal {proposal} waits to be checked by somebody else"))


@app.command(help=say(_("propose to put something else in the place of a decision")))
def override(
    context: typer.Context,
    decision: Annotated[str, typer.Argument(help=say(_("id of the decision, or the beginning of it")))],
    verdict: Annotated[str, typer.Option(help=say(_("approve, refer or decline")))],
    because: Annotated[
        list[str], typer.Option(help=say(_("code of a reason (scheme overrides); several are possible")))
    ],
    limit: Annotated[str | None, typer.Option(help=say(_("yuan; none for a declined firm")))] = None,
    rate: Annotated[str | None, typer.Option(help=say(_("annual, a fraction: 0.08")))] = None,
    term: Annotated[int | None, typer.Option(help=say(_("months")))] = None,
    reason: Reason = "",
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Propose an override."""
    from windchime.decision import log
    from windchime.decision.override_proposals import OVERRIDE, subject
    from windchime.decision.overriding import Terms
    from windchime.portfolio import four_eyes

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        row = log.get(session, decision)
    terms = Terms(verdict, _number(limit), _number(rate), term, tuple(because)).as_dict()
    by = shell.actor(actor)
    one = four_eyes.propose(shell.bank, by, OVERRIDE.name, subject(row.id), terms, reason=reason)
    _done(shell, one, "open", _("proposal {proposal} waits to be checked by somebody else"))


@app.command(help=say(_("how often people override the policy, which way, and why")))
def overrides(
    context: typer.Context,
    product: Annotated[str, typer.Option(help=say(_("only decisions of this product")))] = "",
    json: Json = False,
) -> None:
    """Show the override rate of the book."""
    from dataclasses import asdict

    from windchime.decision.log import Filter
    from windchime.decision.override_rate import override_rate
    from windchime.present.formats import percent

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        found = override_rate(session, Filter(product=product, latest=True))
    shell.envelope({"overrides": asdict(found) | {"interval": found.interval and list(found.interval)}})
    if found.rate is None or found.interval is None:
        shell.say(_("nothing was decided yet"))
        return
    shell.say(
        _("{overridden} of {decisions} decisions are overridden: {rate} [{low}, {high}] (95 %, Wilson)"),
        overridden=found.overridden,
        decisions=found.decisions,
        rate=percent(found.rate),
        low=percent(found.interval[0]),
        high=percent(found.interval[1]),
    )
    moved = _("better for the firm: {better}; worse: {worse}; same verdict, other terms: {terms}")
    shell.say(moved, better=found.better, worse=found.worse, terms=found.terms_only)
    shell.table([_("reason"), _("overrides")], [[code, str(n)] for code, n in found.reasons.items()], right=[1])


def _seen(shell: Shell, session: "Session", proposal: str, by: "Actor") -> "Seen":
    """A proposal that is theirs to see, by its id or the beginning of it."""
    from sqlalchemy import select

    from windchime.portfolio.four_eyes import KINDS
    from windchime.service.proposals.reading import see
    from windchime.service.proposals.tables import Proposal

    begun = select(Proposal.id).where(Proposal.id.startswith(proposal, autoescape=True)).limit(2)
    found = list(session.scalars(begun)) if proposal else []
    if len(found) != 1:
        raise UnknownName("proposal", proposal, ())
    return see(shell.bank, session, KINDS, by, found[0])


def _id(shell: Shell, proposal: str, by: "Actor") -> str:
    with shell.bank.session() as session:
        return _seen(shell, session, proposal, by).row.id


def _sides(shell: Shell, session: "Session", seen: "Seen") -> list[list[str]]:
    from windchime.portfolio.shown.proposals import sides

    return [
        [s.label if isinstance(s.label, str) else s.label[shell.lang], s.before, s.after]
        for s in sides(shell.bank, session, seen, shell.lang)
    ]


def _done(shell: Shell, proposal: str, state: str, said: str) -> None:
    shell.envelope({"proposal": proposal, "state": state})
    shell.say(said, proposal=proposal)


def _read(file: Path) -> Any:
    try:
        return jsons.loads(file.read_bytes(), parse_float=Decimal)
    except (OSError, ValueError, RecursionError):
        raise NotJson(str(file)) from None


def _number(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        raise typer.BadParameter(text or "") from None
