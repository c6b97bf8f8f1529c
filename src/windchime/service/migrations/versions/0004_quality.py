"""Tables of scores of data quality: runs of the checks, and a score for each table, source and dimension."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

#: an instant: a type of its own on PostgreSQL, ISO text in UTC on SQLite
INSTANT = sa.String(32).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "quality_run",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("lake_version", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_run")),
    )
    with op.batch_alter_table("quality_run", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_quality_run_lake_version"), ["lake_version"], unique=False)
    op.create_table(
        "quality_score",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("score_millionths", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("floor_millionths", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["quality_run.id"], name=op.f("fk_quality_score_run_id_quality_run")),
        sa.PrimaryKeyConstraint("run_id", "table_name", "source", "dimension", name=op.f("pk_quality_score")),
    )
