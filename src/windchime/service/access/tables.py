"""Tables of access: accounts and how they sign in; whose customer a firm is, what it agreed to, who looked at personal data."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint
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
    #: `full`, or `code` where the password was right and the code of the second factor is still to come
    stage: Mapped[str]
    #: the way in and the address it was opened from
    origin: Mapped[str]


class Device(Base):
    """Failures under the cookie of a browser that is known; without failures there is no row."""

    __tablename__ = "device"

    #: SHA-256 of the number in the cookie
    device_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), index=True)
    #: since the last sign-in from it, and until when it counts as a stranger's
    failures: Mapped[int]
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    failed_at: Mapped[datetime] = mapped_column(Instant)


class SecondFactor(Base):
    """The shared secret of an account's authenticator app (RFC 6238), sealed."""

    __tablename__ = "second_factor"

    account: Mapped[str] = mapped_column(ForeignKey("account.name"), primary_key=True)
    #: what codes are held against; null until the first one was confirmed
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: shown to its owner, and in force once they have given a code of it
    offered: Mapped[bytes | None] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    #: number of the time step whose code was used last; no code of it or before it is taken again
    last_step: Mapped[int] = mapped_column(BigInteger)


class RecoveryCode(Base):
    """Opens an account once, in place of a code of the second factor; here stands its hash."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), index=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class OutsideIdentity(Base):
    """Who an account is at the provider of identities where its owner signs in."""

    __tablename__ = "outside_identity"
    __table_args__ = (UniqueConstraint("issuer", "oidc_subject"),)

    account: Mapped[str] = mapped_column(ForeignKey("account.name"), primary_key=True)
    issuer: Mapped[str]
    #: the provider's own, lasting name of the person; null until the first sign-in where only the claim was told
    oidc_subject: Mapped[str | None]
    #: what the configured claim says at the first sign-in; null where the subject was told
    claimed: Mapped[str | None]
    linked_at: Mapped[datetime] = mapped_column(Instant)


class OutsideAttempt(Base):
    """A sign-in that was begun and is awaited back from the provider, once."""

    __tablename__ = "outside_attempt"

    #: hash of the secret in the browser's cookie, from which state, nonce and verifier follow
    attempt_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    made_at: Mapped[datetime] = mapped_column(Instant, index=True)
    #: own path to go on to
    leads_to: Mapped[str]


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


class Consent(Base):
    """A firm agreed that the bank reads its data for a purpose. Revoked, never deleted; names of persons stay in the document."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_firm_id_purpose", "firm_id", "purpose"),)

    #: UUIDv7
    id: Mapped[str] = mapped_column(primary_key=True)
    firm_id: Mapped[str]
    #: name in the catalogue of purposes (`purposes.Purposes`)
    purpose: Mapped[str]
    #: kinds of data (`permissions.CATEGORIES`), sorted, each between blanks, so that one can be searched for
    categories: Mapped[str]
    #: in which capacity it was given (`consents.GIVERS`)
    given_by: Mapped[str]
    #: SHA-256 of the signed document, hexadecimal
    document: Mapped[str] = mapped_column(index=True)
    #: first and last day on which it holds, in Shanghai
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    revoked_by: Mapped[str | None]
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class PersonalRead(Base):
    """One look at one value in clear: who, whose, why, from where, when. Written before the value is shown; only ever added."""

    __tablename__ = "personal_read"

    #: UUIDv7: sorts by time
    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(index=True)
    #: the way in and the address; empty where it was not known
    origin: Mapped[str]
    #: the firm on whose page it was asked; empty where it was asked by token alone
    firm_id: Mapped[str] = mapped_column(index=True)
    #: the person or firm whose value it is; empty where the vault does not know the token
    subject_id: Mapped[str] = mapped_column(index=True)
    #: table and column, such as `persons.id_number`; empty where it was asked by token alone
    field: Mapped[str]
    #: what stands in the lake in place of the value
    token: Mapped[str]
    #: name in the catalogue of purposes, or what was written where no account exists
    purpose: Mapped[str]
    #: in the reader's own words
    reason: Mapped[str]
