"""Tables of the vault of personal data."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

#: an instant: a type of its own on PostgreSQL, ISO text in UTC on SQLite
INSTANT = sa.String(32).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "vault_key",
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("key_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("suite", sa.String(length=40), nullable=False),
        sa.Column("master_id", sa.String(length=16), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("destroyed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("subject_id", "key_no", name=op.f("pk_vault_key")),
    )
    op.create_table(
        "vault_value",
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("token", sa.String(length=34), nullable=False),
        sa.Column("key_no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("suite", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id", "key_no"],
            ["vault_key.subject_id", "vault_key.key_no"],
            name=op.f("fk_vault_value_subject_id_vault_key"),
        ),
        sa.PrimaryKeyConstraint("subject_id", "token", name=op.f("pk_vault_value")),
    )
    with op.batch_alter_table("vault_value", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_vault_value_token"), ["token"], unique=False)
    op.create_table(
        "vault_erased",
        sa.Column("token", sa.String(length=34), nullable=False),
        sa.Column("erased_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_vault_erased")),
    )
