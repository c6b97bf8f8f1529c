"""The vault of a bank: tokens out, values in under a key per person or firm, and the way back, for a reason and on record."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from windchime.core.dates import SHANGHAI
from windchime.core.unit import Actor, Unit
from windchime.data.contracts.column import PersonalDataClass
from windchime.data.vault import master, suite
from windchime.data.vault.errors import Erased, NoPurpose, NotAToken, NotInVault, NoValue, WrongVaultKey
from windchime.data.vault.keys import TOKENS, DataKeys
from windchime.data.vault.master import Master
from windchime.data.vault.sealing import Sealing, Value, seal_all
from windchime.data.vault.tables import VaultErased, VaultKey, VaultValue
from windchime.data.vault.tokens import Tokeniser, is_token
from windchime.service.bank import Bank

#: of how many subjects that share a value the record of a look names each
NAMED = 20


class Vault:
    """The personal data of one bank.

    Making tokens needs no database; what reads or changes the vault takes a unit and leaves a record in its audit chain.

    Attributes:
        tokeniser: makes the tokens, also by the million.
        file: where the master secret stands.
    """

    def __init__(self, bank: str, file: Path, masters: list[Master], tokeniser: Tokeniser) -> None:
        self.file = file
        self.tokeniser = tokeniser
        self._bank = bank
        self._masters = masters

    def __repr__(self) -> str:
        return f"Vault({self._bank!r})"

    @classmethod
    def open(cls, bank: Bank) -> Self:
        """Open the bank's vault; the first time, make its token key, and a master secret where no file of one is named.

        Raises:
            NoVaultKey: the file with the master secret is missing or holds none.
            WrongVaultKey: the vault is locked with another secret.
        """
        file = bank.vault_key_file or bank.vault_dir / master.OWN_FILE
        with bank.session() as session:
            fresh = session.get(VaultKey, (TOKENS, 1)) is None
        if fresh and bank.vault_key_file is None and not file.exists():
            master.make(file)
        masters = master.read(file, bank.name)
        if fresh:
            with bank.unit(Actor("vault", "system")) as unit:
                if unit.session.get(VaultKey, (TOKENS, 1)) is None:
                    DataKeys(bank.name, masters, masters[0]).make(unit.session, {TOKENS: 1}, unit.now)
                    unit.record("vault.make", "vault", after={"suite": suite.NOW.name, "master": masters[0].master_id})
        with bank.session() as session:
            secret = DataKeys(bank.name, masters, _in_use(session, masters, bank.name, file)).of(session, [TOKENS])
        return cls(bank.name, file, masters, Tokeniser(suite.NOW.derive(secret[TOKENS][1], b"tokens")))

    def token(self, kind: PersonalDataClass, value: str) -> str:
        """The token of a value: the same for each way to write it, in this bank alone; a token stays what it is."""
        return self.tokeniser.token(kind, value)

    def keys(self, session: Session) -> DataKeys:
        """The data keys, with the master secret that is in use now.

        Raises:
            WrongVaultKey: the vault has been locked with another secret since it was opened, and the file lacks it.
        """
        try:
            used = _in_use(session, self._masters, self._bank, self.file)
        except WrongVaultKey:
            self._masters = master.read(self.file, self._bank)
            used = _in_use(session, self._masters, self._bank, self.file)
        return DataKeys(self._bank, self._masters, used)

    def seal(self, unit: Unit, subject_id: str, kind: PersonalDataClass, values: Mapping[str, str]) -> Sealing:
        """Keep values of one person or firm.

        Args:
            unit: the transaction in which what bears the tokens is written.
            subject_id: id of the person or firm, as the lake writes it.
            kind: class of the values.
            values: value by token.
        """
        return self.seal_all(unit, (Value(subject_id, kind, token, value) for token, value in values.items()))

    def seal_all(self, unit: Unit, values: Iterable[Value]) -> Sealing:
        """Keep many values; those that the vault holds of the same subject already are passed over."""
        return seal_all(unit, self.keys(unit.session), values)

    def reveal(self, unit: Unit, token: str, purpose: str) -> str:
        """The value of a token; who looked at whose data, and why, is put on record.

        Args:
            unit: its actor is who looks.
            token: as it stands in the lake.
            purpose: why.

        Raises:
            NoPurpose, NotAToken, NotInVault: as they say.
            Erased: nobody can read it any more.
        """
        if not purpose.strip():
            raise NoPurpose
        if not is_token(token):
            raise NotAToken
        row = unit.session.scalars(
            select(VaultValue).where(VaultValue.token == token).order_by(VaultValue.subject_id).limit(1)
        ).first()
        if row is None:
            raise _nothing(unit.session, token)
        keys = self.keys(unit.session).of(unit.session, [row.subject_id])
        value = suite.named(row.suite).open(
            keys[row.subject_id][row.key_no], row.sealed, Value(row.subject_id, row.kind, token, "").about(), token
        )
        unit.record("vault.reveal", f"token:{token}", after=_seen(unit.session, token, row.kind), reason=purpose)
        return value.decode("utf-8", "surrogatepass")

    def find(self, unit: Unit, kind: PersonalDataClass, value: str, purpose: str) -> tuple[str, list[str]]:
        """The token of a value and the subjects that have it, by the blind index; the search is put on record.

        Raises:
            NoPurpose: no reason given.
            NoValue: nothing to look for.
        """
        if not purpose.strip():
            raise NoPurpose
        if not value.strip():
            raise NoValue
        token = self.token(kind, value)
        unit.record("vault.find", f"token:{token}", after=_seen(unit.session, token, kind), reason=purpose)
        return token, holders(unit.session, token)


def holders(session: Session, token: str) -> list[str]:
    """The subjects of whom the vault holds a value under this token."""
    return list(
        session.scalars(select(VaultValue.subject_id).where(VaultValue.token == token).order_by(VaultValue.subject_id))
    )


def _seen(session: Session, token: str, kind: str) -> dict[str, object]:
    """What the record of a look says: of whom, never what."""
    owners = select(VaultValue.subject_id).where(VaultValue.token == token).order_by(VaultValue.subject_id)
    count = session.scalar(select(func.count()).select_from(VaultValue).where(VaultValue.token == token))
    return {"kind": kind, "subjects": list(session.scalars(owners.limit(NAMED))), "subject_count": count or 0}


def _nothing(session: Session, token: str) -> Erased | NotInVault:
    row = session.get(VaultErased, token)
    return NotInVault(token) if row is None else Erased(token, _day(row.erased_at))


def _day(at: datetime) -> str:
    return at.replace(tzinfo=at.tzinfo or UTC).astimezone(SHANGHAI).date().isoformat()


def _in_use(session: Session, masters: list[Master], bank: str, file: Path) -> Master:
    """The secret that the vault is locked with, by what its own key says."""
    row = session.execute(select(VaultKey.master_id).filter_by(subject_id=TOKENS, key_no=1)).scalar_one()
    found = next((m for m in masters if m.master_id == row), None)
    if found is None:
        raise WrongVaultKey(bank, row, file)
    return found
