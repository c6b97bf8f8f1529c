"""Copies: a list of invoices held against another list of the same invoices, field by field."""

from windchime.risk.invoices.copies.checks import CHECKS, Role
from windchime.risk.invoices.copies.comparing import Compared, compare, hits
from windchime.risk.invoices.copies.differing import DIFFERENCES
from windchime.risk.invoices.copies.partners import partner_copies

__all__ = ["CHECKS", "DIFFERENCES", "Compared", "Role", "compare", "hits", "partner_copies"]
