"""Tables of the vault: keys, sealed values, and the tokens whose values were erased."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from windchime.core.tables import Base, Instant


class VaultKey(Base):
    """One data key of one person or firm, wrapped with the key that the master secret yields.

    A subject has one key at a time; after an erasure that one stays as a row without a key, and a later load makes the
    next. The subject `#tokens` (`#tokens-sm3` where they are made with SM3) is the vault itself: its key makes the tokens.
    """

    __tablename__ = "vault_key"

    #: id of a person or firm as the lake writes it
    subject_id: Mapped[str] = mapped_column(primary_key=True)
    #: 1, 2, 3 … for each subject
    key_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: crypto suite it was wrapped with
    suite: Mapped[str] = mapped_column(String(40))
    #: id of the master secret it is wrapped under
    master_id: Mapped[str] = mapped_column(String(16))
    #: nonce and ciphertext; null once destroyed
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(Instant)
    destroyed_at: Mapped[datetime | None] = mapped_column(Instant)


class VaultValue(Base):
    """One value of one subject, sealed with the subject's key; its token is the blind index."""

    __tablename__ = "vault_value"
    __table_args__ = (ForeignKeyConstraint(["subject_id", "key_no"], ["vault_key.subject_id", "vault_key.key_no"]),)

    subject_id: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(34), primary_key=True, index=True)
    key_no: Mapped[int]
    #: contact, identity, account or sensitive
    kind: Mapped[str] = mapped_column(String(16))
    #: crypto suite it was sealed with
    suite: Mapped[str] = mapped_column(String(40))
    #: nonce and ciphertext
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class VaultErased(Base):
    """A token whose value nobody can read any more; whose it was is not kept."""

    __tablename__ = "vault_erased"

    token: Mapped[str] = mapped_column(String(34), primary_key=True)
    erased_at: Mapped[datetime] = mapped_column(Instant)
