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
from windchime.data.vault.errors import Erased, NoPurpose, NotAToken, NotInVault, NoValue, WrongVaultKey
from windchime.data.vault.keys import AREA, TOKENS, DataKeys, of_tokens
from windchime.data.vault.sealing import Sealing, Value, seal_all
from windchime.data.vault.tables import VaultErased, VaultKey, VaultValue
from windchime.data.vault.tokens import Tokeniser, is_token
from windchime.service import masters, suites
from windchime.service.bank import Bank
from windchime.service.masters import SECRET_BYTES, Master
from windchime.service.suites import CHOICES, Suite

#: the file in the vault's folder that is made where no other is named
OWN_FILE = "master.key"
#: what the tokens' key is derived for
TOKENS_OF = b"windchime vault 1/tokens"
#: of how many subjects that share a value the record of a look names each
NAMED = 20


class Vault:
    """The personal data of one bank.

    Making tokens needs no database; what reads or changes the vault takes a unit and leaves a record in its audit chain.

    Attributes:
        tokeniser: makes the tokens, also by the million.
        file: where the master secret stands.
    """

    def __init__(self, bank: str, file: Path, held: list[Master], tokeniser: Tokeniser, suite: Suite) -> None:
        self.file = file
        self.tokeniser = tokeniser
        self._bank = bank
        self._masters = held
        self._suite = suite

    def __repr__(self) -> str:
        return f"Vault({self._bank!r})"

    @classmethod
    def open(cls, bank: Bank) -> Self:
        """Open the bank's vault; the first time, make its token key, and a master secret where no file of one is named.

        Raises:
            NoMasterSecret: the file with the master secret is missing or holds none.
            WrongVaultKey: the vault is locked with another secret.
        """
        file = bank.vault_key_file or bank.vault_dir / OWN_FILE
        suite = CHOICES[bank.crypto]
        with bank.session() as session:
            fresh = of_tokens(session) is None
        if fresh and bank.vault_key_file is None and not file.exists():
            masters.make(file)
        held = masters.read(file, AREA, bank.name)
        if fresh:
            with bank.unit(Actor("vault", "system")) as unit:
                if of_tokens(unit.session) is None:
                    keys = DataKeys(bank.name, held, held[0], suite)
                    keys.make(unit.session, {TOKENS[suite.name]: 1}, unit.now)
                    unit.record("vault.make", "vault", after={"suite": suite.name, "master": held[0].master_id})
        with bank.session() as session:
            if _in_use(session, held) is None:  # turned since the file was read
                held = masters.read(file, AREA, bank.name)
            used = _needed(session, held, bank.name, file)
            of, row = _tokens(session)
            secret = DataKeys(bank.name, held, used, suite).unwrapped(row)
        return cls(bank.name, file, held, Tokeniser(of.derive(secret, TOKENS_OF, SECRET_BYTES), of), suite)

    def token(self, kind: PersonalDataClass, value: str) -> str:
        """The token of a value: the same for each way to write it, in this bank alone; a token stays what it is."""
        return self.tokeniser.token(kind, value)

    def keys(self, session: Session) -> DataKeys:
        """The data keys, with the master secret that is in use now.

        Raises:
            WrongVaultKey: the vault has been locked with another secret since it was opened, and the file lacks it.
        """
        if _in_use(session, self._masters) is None:
            self._masters = masters.read(self.file, AREA, self._bank)
        used = _needed(session, self._masters, self._bank, self.file)
        return DataKeys(self._bank, self._masters, used, self._suite)

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
        value = suites.named(row.suite).open(
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


def _tokens(session: Session) -> tuple[Suite, VaultKey]:
    found = of_tokens(session)
    assert found is not None, "a vault has the key of its tokens before anything else"
    return found


def _in_use(session: Session, held: list[Master]) -> Master | None:
    """The secret that the vault is locked with, by what its own key says, if it is among these."""
    locked_with = _tokens(session)[1].master_id
    return next((m for m in held if m.master_id == locked_with), None)


def _needed(session: Session, held: list[Master], bank: str, file: Path) -> Master:
    found = _in_use(session, held)
    if found is None:
        raise WrongVaultKey(bank, _tokens(session)[1].master_id, file)
    return found
