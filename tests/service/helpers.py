"""Helpers for the tests of the service."""

import pkgutil
from importlib import import_module

from sqlalchemy import MetaData

import windchime
from windchime.core.tables import Base


def all_tables() -> MetaData:
    """The metadata of every package's tables."""
    for module in pkgutil.walk_packages(windchime.__path__, "windchime."):
        if module.name.endswith(".tables"):
            import_module(module.name)
    return Base.metadata
