"""The first tables."""

import pkgutil
from importlib import import_module

from alembic import op

import windchime
from windchime.core.tables import Base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for module in pkgutil.walk_packages(windchime.__path__, "windchime."):
        if module.name.endswith(".tables"):
            import_module(module.name)
    Base.metadata.create_all(op.get_bind())
