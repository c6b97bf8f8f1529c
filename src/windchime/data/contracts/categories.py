"""The ten categories of data of the library, and what stands beside them."""

from collections.abc import Mapping

from windchime.core.text import Text
from windchime.data.contracts.contract import Contract
from windchime.data.contracts.shipped import contracts

CATEGORIES: Mapping[str, Text] = {
    "registry": Text("工商", "Business register"),
    "judicial": Text("司法", "Courts and enforcement"),
    "sentiment": Text("舆情", "News"),
    "transactions": Text("交易", "Accounts and transactions"),
    "guarantees": Text("担保", "Guarantees and collateral"),
    "statements": Text("财务", "Financial statements"),
    "tax": Text("税票", "Tax and invoices"),
    "credit": Text("信贷", "Loans, facilities and credit bureau"),
    "innovation": Text("科创", "Innovation"),
    "government": Text("政务公用", "Government and utilities"),
    "consent": Text("授权", "Consents"),
    "intake": Text("接入", "Written by the library itself"),
    "graph": Text("图谱", "Found by the graph"),
    "risk": Text("风险", "Found by risk models"),
}
#: of these, the ones beside the ten
BESIDE = frozenset({"consent", "intake", "graph", "risk"})


def by_category() -> dict[str, list[Contract]]:
    """The contracts of each category, categories in the order of the library and tables by name."""
    return {code: [c for c in contracts().values() if c.category == code] for code in CATEGORIES}
