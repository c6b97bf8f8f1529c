"""Second factors and sign-in elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

#: an instant: a type of its own on PostgreSQL, ISO text in UTC on SQLite
INSTANT = sa.String(32).with_variant(sa.DateTime(timezone=True), "postgresql")


def _account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["account"], ["account.name"], name=op.f(f"fk_{table}_account_account"))


def upgrade() -> None:
    """Make the tables; sessions that are open were opened by a password alone, which sufficed."""
    op.add_column("login_session", sa.Column("stage", sa.String(), nullable=False, server_default="full"))
    op.add_column("login_session", sa.Column("origin", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "second_factor",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("offered", sa.LargeBinary(), nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        _account("second_factor"),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        _account("recovery_code"),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_account"), "recovery_code", ["account"])
    op.create_table(
        "outside_identity",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("oidc_subject", sa.String(), nullable=True),
        sa.Column("claimed", sa.String(), nullable=True),
        sa.Column("linked_at", INSTANT, nullable=False),
        _account("outside_identity"),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_outside_identity")),
        sa.UniqueConstraint("issuer", "oidc_subject", name=op.f("uq_outside_identity_issuer")),
    )
    op.create_table(
        "outside_attempt",
        sa.Column("attempt_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("leads_to", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("attempt_hash", name=op.f("pk_outside_attempt")),
    )
    op.create_index(op.f("ix_outside_attempt_made_at"), "outside_attempt", ["made_at"])
    op.create_table(
        "given_password",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_given_password")),
    )
