"""A consent is found by its document; the table of passwords that proposals gave goes, since they are drawn at the approval."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index, drop the table; hashes that a release under development left in it go with it."""
    op.drop_table("given_password")
    op.create_index(op.f("ix_consent_document"), "consent", ["document"])
