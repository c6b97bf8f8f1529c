"""`windchime proposal list|show`: what waits, and one proposal side by side."""

from typing import TYPE_CHECKING

import typer

from windchime.cli.nouns.proposal.app import Id, app, whole
from windchime.cli.options import ActorName, Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.dates import SHANGHAI
from windchime.core.text import _, translate

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from windchime.service.proposals.reading import Seen


@app.command("list", help=say(_("what waits for your check, and your own proposals")))
def list_(context: typer.Context, actor: ActorName = None, json: Json = False) -> None:
    """Show the inbox."""
    from windchime.portfolio.four_eyes import KINDS
    from windchime.portfolio.shown.proposals import as_json, broken_as_json
    from windchime.service.proposals.reading import inbox
    from windchime.service.proposals.words import STATES

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
                translate(_("to check"), shell.lang) if s in found.to_check else STATES[s.state][shell.lang],
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
        seen = whole(shell, session, proposal, shell.actor(actor))
        happened = steps(session, seen.row.id)
        shell.envelope({"proposal": as_json(seen), "history": happened})
        rows = _sides(shell, session, seen)
        summary = seen.summary[shell.lang]
    shell.say("{summary}", summary=summary)
    shell.table([_("field"), _("before"), _("after")], rows)
    shell.say(_("why: {reason}"), reason=seen.change.reason)
    told = [
        [f"{s['at'].astimezone(SHANGHAI):%Y-%m-%d %H:%M}", s["actor"], _step(s["action"], shell), s["reason"]]
        for s in happened
    ]
    shell.table([_("at"), _("by whom"), _("step"), _("reason")], told)
    shell.say(_("digest of what you see: {digest}"), digest=seen.revision.digest)


def _step(action: str, shell: Shell) -> str:
    from windchime.service.proposals.words import STEPS

    return STEPS[action][shell.lang] if action in STEPS else action


def _sides(shell: Shell, session: "Session", seen: "Seen") -> list[list[str]]:
    from windchime.portfolio.shown.proposals import sides

    return [
        [s.label if isinstance(s.label, str) else s.label[shell.lang], s.before, s.after]
        for s in sides(shell.bank, session, seen, shell.lang)
    ]
