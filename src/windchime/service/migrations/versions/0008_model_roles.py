"""Roles, references and monitoring of models."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

#: an instant: a type of its own on PostgreSQL, ISO text in UTC on SQLite
INSTANT = sa.String(32).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "model_role",
        sa.Column("role_id", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("appointed_by", sa.String(), nullable=False),
        sa.Column("appointed_at", INSTANT, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("comparison", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("role_id", name=op.f("pk_model_role")),
        sa.ForeignKeyConstraint(
            ["version"], ["model_version.version"], name=op.f("fk_model_role_version_model_version")
        ),
    )
    op.create_index(op.f("ix_model_role_model"), "model_role", ["model"])
    op.create_table(
        "model_reference",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_model_reference")),
        sa.ForeignKeyConstraint(
            ["version"], ["model_version.version"], name=op.f("fk_model_reference_version_model_version")
        ),
    )
    op.create_table(
        "model_watch",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("lake_version", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_model_watch")),
        sa.ForeignKeyConstraint(
            ["version"], ["model_version.version"], name=op.f("fk_model_watch_version_model_version")
        ),
    )
    op.create_index(op.f("ix_model_watch_version"), "model_watch", ["version"])
    said = "model_watch is append-only"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION model_watch_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{said}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER model_watch_append_only BEFORE UPDATE OR DELETE ON model_watch "
            "FOR EACH ROW EXECUTE FUNCTION model_watch_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER model_watch_no_{verb.lower()} BEFORE {verb} ON model_watch "
            f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
        )
