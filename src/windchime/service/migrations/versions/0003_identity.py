"""Tables of who is who: runs, and judgements by people."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: an instant: a type of its own on PostgreSQL, ISO text in UTC on SQLite
INSTANT = sa.String(32).with_variant(sa.DateTime(timezone=True), "postgresql")
#: rows of these are added and never changed
APPEND_ONLY = ("identity_run", "identity_judgement")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "identity_run",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("read_version", sa.Integer(), nullable=False),
        sa.Column("lake_version", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("scheme_version", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_identity_run")),
    )
    op.create_table(
        "identity_judgement",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("judgement_id", sa.String(), nullable=False),
        sa.Column("left", sa.String(), nullable=False),
        sa.Column("right", sa.String(), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("author_kind", sa.String(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("undoes", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["undoes"],
            ["identity_judgement.judgement_id"],
            name=op.f("fk_identity_judgement_undoes_identity_judgement"),
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_identity_judgement")),
        sa.UniqueConstraint("judgement_id", name=op.f("uq_identity_judgement_judgement_id")),
        sa.UniqueConstraint("undoes", name=op.f("uq_identity_judgement_undoes")),
    )
    with op.batch_alter_table("identity_judgement", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_identity_judgement_left"), ["left"], unique=False)
        batch_op.create_index(op.f("ix_identity_judgement_right"), ["right"], unique=False)
    for table in APPEND_ONLY:
        _append_only(table)


def _append_only(table: str) -> None:
    """Let the database itself refuse to change or remove a row; what gets around it, the audit chain finds."""
    said = f"{table} is append-only"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{said}'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{said}'); END"
        )
