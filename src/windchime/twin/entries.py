"""Entries on bank accounts as columns of whole numbers, and the kinds of entry there are."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np

from windchime.twin.calibration import Ints

#: parties beyond firms: nobody, persons from here on, bodies from here on
NOBODY, PERSON, BODY = -1, 10**10, 10**11
BODIES = (
    ("government", "国家金库"),
    ("government", "社会保险基金"),
    ("government", "住房公积金管理中心"),
    ("firm", "澄岭电力公司"),
    ("firm", "收单结算机构"),
    ("firm", "澄岭银行"),
    ("firm", "云汀银行"),
    ("firm", "证券公司保证金"),
    ("government", "财政局"),
)
TREASURY, INSURANCE, FUND, POWER, PLATFORM, BANK, OTHER_BANK, BROKERAGE, FINANCE = range(BODY, BODY + len(BODIES))


@dataclass(frozen=True, slots=True)
class Kind:
    """What an entry is: category as the bank codes it, channel, instrument, words of the remark."""

    category: str
    channel: str
    instrument: str
    words: tuple[str, ...]


_TRADE = ("货款", "材料款", "合同款", "服务费", "货款 发票已开", "结算款", "设备款")
KINDS = {
    "collected": Kind("sale", "clearing", "transfer", _TRADE),
    "paid": Kind("purchase", "ebank", "transfer", _TRADE),
    "platform": Kind("sale", "platform", "transfer", ("收单结算", "扫码收款结算")),
    "card": Kind("other_out", "pos", "card", ("零星支出",)),
    "wages": Kind("payroll", "batch", "transfer", ("代发工资", "工资")),
    "insurance": Kind("social", "batch", "transfer", ("社保费",)),
    "fund": Kind("fund", "batch", "transfer", ("住房公积金",)),
    "tax": Kind("tax", "ebank", "transfer", ("税款",)),
    "power": Kind("utility", "batch", "transfer", ("电费",)),
    "rent": Kind("rent", "ebank", "transfer", ("房租",)),
    "fee": Kind("fee", "counter", "fee", ("手续费",)),
    "interest": Kind("interest", "batch", "interest", ("贷款利息",)),
    "drawn": Kind("loan_in", "counter", "transfer", ("贷款发放",)),
    "repaid": Kind("principal", "batch", "transfer", ("归还贷款本金",)),
    "owner_in": Kind("owner_in", "mobile", "transfer", ("往来款", "借款", "股东投入")),
    "owner_out": Kind("owner_out", "mobile", "transfer", ("往来款", "归还借款")),
    "dividend": Kind("owner_out", "ebank", "transfer", ("分红", "利润分配")),
    "swept_in": Kind("internal_in", "ebank", "transfer", ("资金归集",)),
    "swept_out": Kind("internal_out", "ebank", "transfer", ("资金归集",)),
    "pooled_in": Kind("other_in", "ebank", "transfer", ("往来款", "内部调拨")),
    "pooled_out": Kind("other_out", "ebank", "transfer", ("往来款", "内部调拨")),
    "stood_for": Kind("guarantee_payment", "counter", "transfer", ("代偿款",)),
    "refund_in": Kind("refund_in", "clearing", "transfer", ("退款", "退货款")),
    "refund_out": Kind("refund_out", "ebank", "transfer", ("退款", "退货款")),
    "equipment": Kind("purchase", "ebank", "transfer", ("设备款", "工程款")),
    "scanned": Kind("sale", "platform", "transfer", ("扫码收款结算", "营业款")),
    "takings": Kind("sale", "counter", "cash", ("营业款",)),
    "sundry": Kind("other_out", "ebank", "transfer", ("零星采购", "劳务费", "备用金", "运费")),
    "subsidy": Kind("subsidy", "clearing", "transfer", ("财政补助",)),
    "invested": Kind("wealth_out", "ebank", "transfer", ("转证券账户", "购房款")),
    "passed_in": Kind("other_in", "ebank", "transfer", ("往来款", "货款")),
    "passed_out": Kind("other_out", "ebank", "transfer", ("往来款", "货款")),
}
NAMES = tuple(KINDS)
CODE = {name: i for i, name in enumerate(NAMES)}


@dataclass(frozen=True, slots=True)
class Entries:
    """One row an entry."""

    firm: Ints
    #: account of the firm, 0 is the main one
    slot: Ints
    #: days since 1970-01-01, and seconds of the day
    day: Ints
    second: Ints
    #: into the account, or out of it where negative
    fen: Ints
    #: index into NAMES
    kind: Ints
    #: firm, party outside, person, body or NOBODY
    party: Ints

    def __len__(self) -> int:
        return len(self.firm)

    @classmethod
    def of(cls, kind: str, **columns: Any) -> Self:
        """Entries of one kind; single numbers stand in every row. Those of 0 fen are left out."""
        usual = {"slot": 0, "second": 36_000, "party": NOBODY, "kind": CODE[kind]}
        wide = np.broadcast_arrays(*((usual | columns)[f.name] for f in fields(cls)))
        flat = [np.asarray(a, dtype=np.int64).ravel() for a in wide]
        there = flat[[f.name for f in fields(cls)].index("fen")] != 0
        return cls(*(a[there] for a in flat))

    def take(self, chosen: Any) -> "Entries":
        """The entries at positions or under a mask."""
        return Entries(*(getattr(self, f.name)[chosen] for f in fields(self)))


def joined(parts: Iterable[Entries]) -> Entries:
    """All entries below each other."""
    found = list(parts)
    return Entries(*(np.concatenate([getattr(p, f.name) for p in found]) for f in fields(Entries)))
