"""Everything that a bank's secrets lock, turned together: the vault, the sealed secrets, and the hash of the audit chain."""

from dataclasses import dataclass

from windchime.core.progress import Progress, silent
from windchime.core.unit import Actor
from windchime.data.vault.errors import NothingToRotate
from windchime.data.vault.rotation import Rotation, rotate
from windchime.service import audit
from windchime.service.bank import Bank
from windchime.service.resealing import Resealing, reseal


@dataclass(frozen=True, slots=True)
class Turning:
    """What was turned."""

    #: of the vault; None where its secret was in use already
    vault: Rotation | None
    secrets: Resealing
    #: the audit chain's algorithm now, and whether it is another than before
    audit: str
    audit_changed: bool


def turn(bank: Bank, actor: Actor, reason: str, *, values: bool = False, progress: Progress = silent) -> Turning:
    """Turn the master secrets and bring all that is sealed, and the audit chain, to the bank's suite.

    Args:
        bank: whose.
        actor: who does it.
        reason: why, for the audit chain.
        values: make the vault's data keys anew too and seal every value again.
        progress: told of each piece.

    Raises:
        NothingToRotate: nothing was to be done.
    """
    vault: Rotation | None = None
    refused: NothingToRotate | None = None
    try:
        vault = rotate(bank, actor, reason, values=values, progress=progress)
    except NothingToRotate as nothing:
        refused = nothing
    secrets = reseal(bank, actor, reason)
    algorithm = audit.CHOICES[bank.crypto]
    with bank.unit(actor) as unit:
        changed = audit.switch(unit, algorithm, reason)
    if refused is not None and not (secrets.turned or secrets.boxes or changed):
        raise refused
    return Turning(vault, secrets, algorithm, changed)
