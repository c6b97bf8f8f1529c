"""What the vault holds, in numbers: nothing of whom, nothing of what."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from windchime.data.vault.keys import OWN, of_tokens
from windchime.data.vault.normal import KINDS
from windchime.data.vault.tables import VaultErased, VaultKey, VaultValue
from windchime.data.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class VaultStatus:
    """The vault in numbers."""

    #: sealed values by class
    values: Mapping[str, int]
    #: persons and firms that have a key
    subjects: int
    #: keys destroyed by erasures
    destroyed: int
    #: tokens whose value was erased and has not come back
    erased: int
    #: id of the master secret in use, and the file it stands in
    master_id: str
    file: Path
    #: crypto suites of keys and values
    suites: tuple[str, ...]
    #: whose keyed hash the tokens are; it never changes
    tokens: str


def status(session: Session, vault: Vault) -> VaultStatus:
    """Count what the vault holds."""
    by_kind = dict(session.execute(select(VaultValue.kind, func.count()).group_by(VaultValue.kind)).tuples().all())
    people = ~VaultKey.subject_id.startswith(OWN)
    live, destroyed = (
        session.scalar(select(func.count()).select_from(VaultKey).where(people, alive)) or 0
        for alive in (VaultKey.wrapped.is_not(None), VaultKey.wrapped.is_(None))
    )
    suites = {
        *session.scalars(select(VaultKey.suite).distinct()),
        *session.scalars(select(VaultValue.suite).distinct()),
    }
    own = of_tokens(session)
    assert own is not None, "an open vault has the key of its tokens"
    return VaultStatus(
        {kind: by_kind.get(kind, 0) for kind in KINDS},
        live,
        destroyed,
        session.scalar(select(func.count()).select_from(VaultErased)) or 0,
        own[1].master_id,
        vault.file,
        tuple(sorted(suites)),
        own[0].name,
    )
