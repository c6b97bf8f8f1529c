"""What the commands of proposals share: how one is named, found and told of."""

from typing import TYPE_CHECKING, Annotated

import typer

from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.errors import UnknownName
from windchime.core.text import _

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from windchime.core.unit import Actor
    from windchime.service.proposals.reading import Broken, Seen

app = typer.Typer(no_args_is_help=True)
Id = Annotated[str, typer.Argument(metavar="PROPOSAL", help=say(_("id of the proposal, or the beginning of it")))]
Comment = Annotated[str, typer.Option("--comment", help=say(_("what its maker should read")))]


def looked(shell: Shell, session: "Session", proposal: str, by: "Actor") -> "Seen | Broken":
    """A proposal that is theirs to see, by its id or the beginning of it."""
    from sqlalchemy import select

    from windchime.portfolio.four_eyes import KINDS
    from windchime.service.proposals.reading import look
    from windchime.service.proposals.tables import Proposal

    begun = select(Proposal.id).where(Proposal.id.startswith(proposal, autoescape=True)).limit(2)
    found = list(session.scalars(begun)) if proposal else []
    if len(found) != 1:
        raise UnknownName("proposal", proposal, ())
    return look(shell.bank, session, KINDS, by, found[0])


def whole(shell: Shell, session: "Session", proposal: str, by: "Actor") -> "Seen":
    """One that is whole.

    Raises:
        DamagedProposal: it is damaged.
    """
    from windchime.service.proposals.reading import Broken

    found = looked(shell, session, proposal, by)
    if isinstance(found, Broken):
        raise found.why
    return found


def done(shell: Shell, proposal: str, state: str, said: str) -> None:
    """Say where a proposal stands now."""
    shell.envelope({"proposal": proposal, "state": state})
    shell.say(said, proposal=proposal)
