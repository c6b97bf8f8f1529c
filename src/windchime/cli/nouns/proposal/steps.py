"""`windchime proposal approve|send-back|withdraw|close`: the steps of one that is made."""

from typing import TYPE_CHECKING, Annotated

import typer

from windchime.cli.nouns.proposal.app import Comment, Id, app, done, looked, whole
from windchime.cli.options import ActorName, Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.ids import named
from windchime.core.text import _

if TYPE_CHECKING:
    from windchime.core.unit import Actor


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
        found = whole(shell, session, proposal, by)
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
    done(shell, one, "sent_back", _("proposal {proposal} is sent back"))


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
    done(shell, one, "withdrawn", _("proposal {proposal} is withdrawn"))


@app.command(
    help=say(_("end a proposal that is damaged in the database, without effect: your own, or as an administrator"))
)
def close(context: typer.Context, proposal: Id, comment: Comment, actor: ActorName = None, json: Json = False) -> None:
    """Close a damaged one."""
    from windchime.portfolio import four_eyes

    shell: Shell = context.obj
    shell.json = json
    by = shell.actor(actor)
    with shell.bank.session() as session:
        one = looked(shell, session, proposal, by).row.id
    four_eyes.close(shell.bank, by, one, comment=comment)
    done(shell, one, "closed", _("proposal {proposal} is closed"))


def _id(shell: Shell, proposal: str, by: "Actor") -> str:
    with shell.bank.session() as session:
        return whole(shell, session, proposal, by).row.id
