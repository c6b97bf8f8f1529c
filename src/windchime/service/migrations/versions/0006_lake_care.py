"""Tables of care of the lake: hashes of its files, versions whose files were given up."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

#: an instant: a type of its own on PostgreSQL, ISO text in UTC on SQLite
INSTANT = sa.String(32).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "lake_file",
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("lake_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lake_version"], ["lake_version.lake_version"], name=op.f("fk_lake_file_lake_version_lake_version")
        ),
        sa.PrimaryKeyConstraint("table_name", "file", name=op.f("pk_lake_file")),
    )
    op.create_table(
        "lake_retired",
        sa.Column("lake_version", sa.Integer(), nullable=False),
        sa.Column("retired_at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lake_version"], ["lake_version.lake_version"], name=op.f("fk_lake_retired_lake_version_lake_version")
        ),
        sa.PrimaryKeyConstraint("lake_version", name=op.f("pk_lake_retired")),
    )
