"""The first tables."""

from importlib import import_module
from pathlib import Path

from alembic import op

import windchime
from windchime.core.tables import Base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    # found as files: walking the packages would import all of them, for the sake of a few tables
    root = Path(windchime.__file__).parent
    for file in sorted(root.rglob("tables.py")):
        import_module(".".join(("windchime", *file.relative_to(root).with_suffix("").parts)))
    Base.metadata.create_all(op.get_bind())
