"""What every page is made of: the template environment, its static files, and the content security policy it obeys."""

from windchime.present.web.assets import ASSETS, CONTENT_SECURITY_POLICY, asset
from windchime.present.web.environment import environment
from windchime.present.web.page import Crumb, Page
from windchime.present.web.table import Column, Empty, Going, Query, Table

__all__ = [
    "ASSETS",
    "CONTENT_SECURITY_POLICY",
    "Column",
    "Crumb",
    "Empty",
    "Going",
    "Page",
    "Query",
    "Table",
    "asset",
    "environment",
]
