"""Audit records say where the actor came from; whose customer a firm is."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, make the table."""
    op.add_column("audit_record", sa.Column("origin", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "customer",
        sa.Column("firm_id", sa.String(), nullable=False),
        sa.Column("branch", sa.String(), nullable=False),
        sa.Column("manager", sa.String(), nullable=False),
        sa.Column("applicant", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("firm_id", name=op.f("pk_customer")),
    )
    for column in ("branch", "manager", "applicant"):
        op.create_index(op.f(f"ix_customer_{column}"), "customer", [column])
