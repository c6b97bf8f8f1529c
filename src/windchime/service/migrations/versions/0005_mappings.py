"""Tables of saved column mappings."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

#: an instant: a type of its own on PostgreSQL, ISO text in UTC on SQLite
INSTANT = sa.String(32).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "data_mapping",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_data_mapping")),
    )
    with op.batch_alter_table("data_mapping", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_data_mapping_name"), ["name"], unique=False)
