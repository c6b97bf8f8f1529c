"""The content that ships: published at once in a bank that has no account yet, proposed like any other content from then on."""

from dataclasses import dataclass

from windchime.core.unit import Actor
from windchime.decision import publication
from windchime.portfolio.proof import has_accounts
from windchime.portfolio.publishing import bring_in
from windchime.service.bank import Bank

REASON = "ships with the release"


@dataclass(frozen=True, slots=True)
class SetUp:
    """What became of the shipped documents of which the bank had published no version."""

    #: kind, name and version of each that is published now
    published: tuple[tuple[str, str, str], ...] = ()
    #: proposals that wait for somebody else's check, in the order in which documents need one another
    proposed: tuple[str, ...] = ()


def set_up(bank: Bank, actor: Actor) -> SetUp:
    """Make a bank able to decide by what ships; what it has published itself is never touched.

    Before the first account there is nobody to check, and what ships takes effect in the actor's name. From the first
    account on each document is proposed, and takes effect when somebody else has approved it.

    Raises:
        MayNot: the actor's account may not propose content.
    """
    if not has_accounts(bank):
        return SetUp(published=tuple(publication.set_up(bank, actor)))
    made = [
        bring_in(bank, actor, kind, name, data, valid_from=publication.BEGINS, reason=REASON)[1]
        for kind, name, data in publication.missing(bank)
    ]
    return SetUp(proposed=tuple(p for p in made if p))


def begin(bank: Bank, actor: Actor) -> None:
    """See to the very first set-up, and to nothing else: work that needs content does not propose any by the way."""
    if not has_accounts(bank):
        publication.set_up(bank, actor)
