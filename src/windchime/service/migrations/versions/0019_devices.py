"""Failures under the cookies of browsers that are known."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

#: an instant: a type of its own on PostgreSQL, ISO text in UTC on SQLite
INSTANT = sa.String(32).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Make the table; no browser is known yet."""
    op.create_table(
        "device",
        sa.Column("device_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.Column("failed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name=op.f("fk_device_account_account")),
        sa.PrimaryKeyConstraint("device_hash", name=op.f("pk_device")),
    )
    op.create_index(op.f("ix_device_account"), "device", ["account"])
