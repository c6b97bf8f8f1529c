"""Keys of forms are forgotten: beside them stood fast hashes of what was typed, passwords too; new ones are keyed."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Delete the rows; a page that is open just now acts once more, at most, if its form is sent again."""
    op.execute("DELETE FROM keyed_call WHERE key LIKE 'form:%'")
