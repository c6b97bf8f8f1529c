"""The table of passwords that proposals gave goes: passwords are drawn at the approval, and nothing was ever kept there."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the table; hashes that a release under development left in it go with it."""
    op.drop_table("given_password")
