"""What nodes and ties of the graph are called on pages beside their names: kinds, facts of the register, sizes, days."""

from collections.abc import Mapping
from datetime import date

from windchime.core.text import Lang, Text, translate
from windchime.data.contracts import contract
from windchime.data.contracts.column import Column
from windchime.data.showing import said
from windchime.data.vault.masking import shown
from windchime.graph.views import kinds
from windchime.graph.views.sentences import detail_of
from windchime.graph.views.view import Node, Tie
from windchime.present import formats

#: what a node is; other kinds are contact points that go by their own name
NODE_KINDS: Mapping[str, Text] = {
    "firm": Text("企业", "firm"),
    "person": Text("自然人", "person"),
    "foreign": Text("境外主体", "foreign party"),
    "government": Text("政府机构", "government body"),
    "product": Text("资管产品", "fund or product"),
    "unknown": Text("未登记主体", "party not in the register"),
    "mobile": Text("手机", "mobile phone"),
    "phone": Text("电话", "phone"),
    "address": Text("地址", "address"),
    "email": Text("邮箱", "e-mail"),
    "device": Text("设备", "device"),
    "account": Text("账户", "account"),
}
#: columns of the register that say more of a node, by field of a node
_FACTS = {"industry": "industry_code", "region": "region_code", "status": "status"}


def node_kind(kind: str, lang: Lang) -> str:
    """What a node is, in words."""
    return NODE_KINDS.get(kind, Text.of(kind))[lang]


def facts_of(node: Node, lang: Lang) -> str:
    """What a node is and what the register says of it, in one line."""
    found = [node_kind(node.kind, lang)]
    for field, name in _FACTS.items():
        if (value := getattr(node, field)) is not None:
            column = _column("firms", name)
            text = said(column, value)[lang] if column else shown(str(value))
            # a code that the contract does not explain is said to be one
            found.append(text if column is None or column.values else f"{column.label[lang]} {text}")
    return " · ".join(found)


def _column(table: str, name: str) -> Column | None:
    return next((c for c in contract(table).columns if c.name == name), None)


def kind_label(kind: str, lang: Lang) -> str:
    """The name of a kind of ties; one that is not declared goes by its own."""
    label = kinds.kind(kind).label
    return kind if label == kind else translate(label, lang)


def size_of(tie: Tie, lang: Lang) -> str:
    """How much a tie is, as it stands on a line: a share, an amount, or what it is in detail."""
    if tie.share is not None:
        return formats.percent(tie.share)
    if tie.amount is not None:
        return formats.short_money(tie.amount, lang)
    return node_kind(tie.detail or "", lang) if tie.kind == "contact" else detail_of(tie, lang)


def has_ended(tie: Tie, as_of: date) -> bool:
    """Whether a tie no longer holds; of flows the last day is only the last one seen."""
    return tie.kind not in kinds.FLOWS and tie.until is not None and tie.until < as_of


def lasting(tie: Tie) -> str:
    """The days a tie lasts, as far as they are known; empty where none is."""
    if tie.since is None and tie.until is None:
        return ""
    return f"{formats.day(tie.since) if tie.since else ''} – {formats.day(tie.until) if tie.until else ''}".strip()
