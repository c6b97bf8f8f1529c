"""Sealing of small operational secrets: second factors, webhook secrets. A box names its suite, its key and its purpose.

The key follows from a master secret that comes from outside (`WINDCHIME_SECRETS_KEY_FILE`); where none is named, the bank
makes one at first use (`vault/secrets.key`, for its owner alone). A box is bytes for a column of type `LargeBinary`: that is
where the rotation (`service.resealing`) finds it.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Column, ColumnElement, LargeBinary, MetaData, exists, func, inspect, select
from sqlalchemy.orm import Session

from windchime.core.errors import Refused
from windchime.core.text import _
from windchime.service import masters
from windchime.service.bank import Bank
from windchime.service.masters import KeyAmiss, Master
from windchime.service.suites import AES, CHOICES, SM, SealBroken, Suite, UnknownSuite

#: the file in the vault's folder that is made where no other is named
OWN_FILE = "secrets.key"
#: how every box begins
MAGIC = b"wcbox1\0"
#: suites as a box names them: one byte each, never given to another
CODES = {1: AES, 2: SM}
KEY_ID_BYTES = 8
#: of a box, up to the id of its key
LABEL_BYTES = len(MAGIC) + 1 + KEY_ID_BYTES
LONGEST_PURPOSE = 255
AREA = "sealing"


class WrongSecretsKey(KeyAmiss, Refused):
    """A secret was sealed with a master secret that is not among those given."""

    msgid = _("a secret of bank {bank} is sealed with master secret {key_id}, which {file} does not hold")
    hint = _("put that secret back below the newest; without it what it sealed must be set up anew")

    def __init__(self, bank: str, key_id: str, file: Path) -> None:
        super().__init__(bank=bank, key_id=key_id, file=str(file))


@dataclass(frozen=True, slots=True)
class Label:
    """What the outside of a box says."""

    suite: Suite
    key_id: str
    purpose: str
    #: the label's own bytes
    raw: bytes


def seal(bank: Bank, purpose: str, plain: bytes) -> bytes:
    """Seal a secret; inside the unit that writes the box, so that no rotation can end between the two.

    Args:
        bank: whose; a box of one bank does not open at another.
        purpose: what and whose it is, such as `totp:li`: bound to the box, and readable on it.
        plain: the secret.

    Raises:
        NoMasterSecret: the named file is missing or holds none.
    """
    newest = masters_of(bank)[0]
    suite = CHOICES[bank.crypto]
    label = mark(suite, newest.master_id) + _counted(purpose)
    return label + suite.seal(newest.wrapping(suite), plain, label + bank.name.encode())


def unseal(bank: Bank, purpose: str, box: bytes) -> bytes:
    """What was sealed under the same purpose.

    Raises:
        SealBroken: it was changed, or is of another bank or purpose.
        WrongSecretsKey: its master secret is not among those of the file.
        NoMasterSecret: the named file is missing or holds none.
    """
    told = label(box)
    if told.purpose != purpose:
        raise SealBroken(purpose)
    if told.key_id not in bank.known_secrets:
        masters_of(bank)
    held = bank.known_secrets.get(told.key_id)
    if held is None:
        raise WrongSecretsKey(bank.name, told.key_id, key_file(bank))
    about = told.raw + bank.name.encode()
    return told.suite.open(held.wrapping(told.suite), box[len(told.raw) :], about, purpose)


def label(box: bytes) -> Label:
    """What stands on a box.

    Raises:
        SealBroken: it is none.
        UnknownSuite: of a suite that this release does not have.
    """
    at = LABEL_BYTES
    if not box.startswith(MAGIC) or len(box) <= at:
        raise SealBroken("?")
    if (suite := CODES.get(box[len(MAGIC)])) is None:
        raise UnknownSuite(str(box[len(MAGIC)]))
    end = at + 1 + box[at]
    purpose = box[at + 1 : end].decode("utf-8", "replace")
    return Label(suite, box[len(MAGIC) + 1 : at].hex(), purpose, box[:end])


def mark(suite: Suite, key_id: str) -> bytes:
    """How every box of a suite and key begins."""
    code = next(code for code, known in CODES.items() if known is suite)
    return MAGIC + bytes([code]) + bytes.fromhex(key_id)


def key_file(bank: Bank) -> Path:
    """Where the master secrets stand."""
    return bank.secrets_key_file or bank.vault_dir / OWN_FILE


def masters_of(bank: Bank, area: str = AREA) -> list[Master]:
    """The master secrets, newest first; a bank that names no file of its own has one made, once.

    Args:
        bank: whose.
        area: what the keys that follow from them are for; no two areas share a key.

    Raises:
        NoMasterSecret: the file is missing or holds none.
    """
    file = key_file(bank)
    if bank.secrets_key_file is None and not file.exists() and not _any_box(bank):
        masters.make(file)
    found = masters.read(file, area, bank.name)
    if area == AREA:
        bank.known_secrets.update({m.master_id: m for m in found})
    return found


def _any_box(bank: Bank) -> bool:
    """Whether the database holds a sealed secret already: then one that is lost is not replaced by itself."""
    with bank.session() as session:
        return any(session.scalar(select(exists().where(is_box(column)))) for column in box_columns(session))


def is_box(column: Column[bytes]) -> ColumnElement[bool]:
    """True of rows whose column holds a sealed secret."""
    return func.substr(column, 1, len(MAGIC)) == MAGIC


def box_columns(session: Session) -> list[Column[bytes]]:
    """Every column of bytes in the database, of tables that can be told row from row."""
    found, connection = MetaData(), session.connection()
    found.reflect(connection, only=inspect(connection).get_table_names())
    tables = (table for table in found.sorted_tables if table.primary_key.columns)
    return [column for table in tables for column in table.columns if isinstance(column.type, LargeBinary)]


def _counted(purpose: str) -> bytes:
    said = purpose.encode()
    if len(said) > LONGEST_PURPOSE:
        raise ValueError("a purpose has at most 255 bytes")
    return bytes([len(said)]) + said
