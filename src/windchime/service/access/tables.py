"""Tables of access: accounts, the sessions they opened, the tokens made for their programs."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from windchime.core.tables import Base, Instant


class Account(Base):
    """One person who may sign in. Accounts end and are never deleted: the audit chain names them."""

    __tablename__ = "account"

    #: as it is typed, and as the audit chain names it
    name: Mapped[str] = mapped_column(primary_key=True)
    #: the same without width, case and what cannot be seen; two names that look alike are one account
    plain_name: Mapped[str] = mapped_column(unique=True)
    #: what people call them
    label: Mapped[str]
    branch: Mapped[str]
    #: names of roles, sorted, joined by blanks
    roles: Mapped[str]
    active: Mapped[bool]
    #: Argon2id in its standard text form; null for accounts that sign in elsewhere
    password_hash: Mapped[str | None]
    #: the password was given by somebody else
    must_change: Mapped[bool]
    #: failures since the last success, and until when no attempt is looked at
    failures: Mapped[int]
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Instant)


class LoginSession(Base):
    """A signed-in browser. The token itself is in the browser alone; here stands its hash."""

    __tablename__ = "login_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), index=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class ApiToken(Base):
    """A token for a program: the rights of its owner, no further than its scopes, until it expires."""

    __tablename__ = "api_token"

    #: public part, by which it is named in logs and pages
    id: Mapped[str] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), index=True)
    label: Mapped[str]
    #: names of permissions, sorted, joined by blanks
    scopes: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class Customer(Base):
    """Whose customer a firm is now; the audit chain knows whose it was."""

    __tablename__ = "customer"

    firm_id: Mapped[str] = mapped_column(primary_key=True)
    branch: Mapped[str] = mapped_column(index=True)
    #: account of the relationship manager; empty for none
    manager: Mapped[str] = mapped_column(index=True)
    #: account of the firm's own user, who applies; empty for none
    applicant: Mapped[str] = mapped_column(index=True)
