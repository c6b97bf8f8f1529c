"""Allocation 组合配置: a fixed total of offered credit, spent in whole yuan so that expected profit is highest, proven so."""

from windchime.portfolio.allocation.allocation import Allocation, Certificate, LeftOut, allocate
from windchime.portfolio.allocation.plan import Offer, Plan
from windchime.portfolio.allocation.realised import Realised, realised
from windchime.portfolio.allocation.shadow import ShadowPrices
from windchime.portfolio.allocation.terms import Candidate, Point, Terms

__all__ = [
    "Allocation",
    "Candidate",
    "Certificate",
    "LeftOut",
    "Offer",
    "Plan",
    "Point",
    "Realised",
    "ShadowPrices",
    "Terms",
    "allocate",
    "realised",
]
