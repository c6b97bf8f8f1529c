"""Tables of the vault of personal data."""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
