"""A look at personal values by a person: put on record first, in a transaction of its own, and only then opened."""

from collections.abc import Sequence

from windchime.core.unit import Actor
from windchime.data.vault.errors import Erased, NotAToken, NotInVault
from windchime.data.vault.tokens import is_token
from windchime.data.vault.vault import Vault
from windchime.service.access import reads
from windchime.service.access.reads import Look
from windchime.service.bank import Bank


def look(
    bank: Bank, actor: Actor, looks: Sequence[Look], *, purpose: str, reason: str = "", firm_id: str = ""
) -> dict[str, str | None]:
    """The values behind tokens; None for one that was erased or that the vault never held.

    Args:
        bank: whose vault.
        actor: who looks.
        looks: at what.
        purpose: what for.
        reason: in their own words.
        firm_id: the firm on whose page they look; empty for none.

    Raises:
        NoReason: no purpose; nothing was opened.
        NotAToken: a text that is none.
    """
    if not all(is_token(one.token) for one in looks):
        # what stands in its place may be somebody's: it goes on no record
        raise NotAToken
    reads.log(bank, actor, looks, purpose=purpose, reason=reason, firm_id=firm_id)
    vault = Vault.open(bank)
    found: dict[str, str | None] = {}
    with bank.unit(actor) as unit:
        for one in looks:
            try:
                found[one.token] = vault.reveal(unit, one.token, f"{purpose}: {reason}" if reason else purpose)
            except (Erased, NotInVault):
                found[one.token] = None
    return found
