"""The reference page of the indicators, written from the registry."""

from collections.abc import Iterator
from itertools import groupby

from windchime.core.text import Text
from windchime.indicators.definition import Indicator
from windchime.indicators.operators import ALLOWED
from windchime.indicators.parameters import shipped
from windchime.indicators.registry import indicators

GROUPS = {
    "size": Text("规模与时效", "Size and recency"),
    "growth": Text("增长与趋势", "Growth and trend"),
    "rhythm": Text("节奏", "Rhythm"),
    "conduct": Text("开票行为", "Conduct"),
    "ticket": Text("单张金额", "Tickets"),
    "tax": Text("进销与税", "Purchases and tax"),
    "buyers": Text("下游", "Buyers"),
    "sellers": Text("上游", "Sellers"),
    "circularity": Text("对开", "Circularity"),
    "numbers": Text("号码", "Numbers"),
}

#: indicators of the domain list that invoice headers cannot carry, and what they wait for
WAITING = (
    (
        11,
        Text("进销品类不符", "Goods bought and sold disagree"),
        Text("发票明细的税收分类编码", "tax classification codes of invoice lines"),
    ),
    (
        12,
        Text("多方环开", "Circular invoicing over three and more"),
        Text("图谱结果表", "published results of the graph"),
    ),
    (14, Text("夜间开票", "Issued at night"), Text("开票时刻", "time of issue")),
    (16, Text("关联交易", "Related-party sales"), Text("股权与关联关系表", "ownership and relations")),
    (
        17,
        Text("增长背离", "Sales, declarations and inflow disagree"),
        Text("纳税申报与银行流水", "tax returns and bank flows"),
    ),
    (
        18,
        Text("注册与开票", "Issued soon after founding"),
        Text("成立日期", "date of establishment, which the invoice samples lack"),
    ),
    (19, Text("地区异动", "Region or address changes"), Text("开票地址", "place and address of issue")),
    (20, Text("失信对手", "Abnormal counterparties"), Text("对手登记状态", "registry status of counterparties")),
    (21, Text("品名模糊", "Vague goods and remarks"), Text("发票明细与备注", "lines and remarks")),
    (
        22,
        Text("改动", "Changed between two downloads"),
        Text("同一发票的多次下载", "repeated downloads of one invoice"),
    ),
    (24, Text("单价异常", "Unusual unit prices"), Text("发票明细的数量与单价", "quantities and prices of lines")),
)


def reference_page() -> str:
    """The page as Markdown: how to read it, every indicator by group, parameters, operators, and what needs later tables."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    cards = indicators()
    yield "# Indicators 指标"
    yield ""
    yield f"Generated from the registry: {len(cards)} indicators on invoices. 由登记表生成：{len(cards)} 项发票指标。"
    yield ""
    yield from (
        "- Windows are whole months and end with the last complete month before the as-of date; the running month counts",
        "  for `days_since_…` alone. 窗口为整月，止于观察时点前最后一个完整月；当月只计入“距最近…天数”。",
        "- *Countable* is what the invoice contract says: not void, not a repeated row, total not zero; red letters count with",
        "  their negative totals. Blue is the countable part above zero. “有效”以数据契约的“可计入”为准。",
        "- Sums are exact; division, roots and logarithms come last, in float64, rounded to the digits shown.",
        "  求和精确，除法、开方、对数在最后一步，按所示位数取整。",
        "- *Recent* marks indicators that measure the last six months alone, or against earlier ones: a default may itself have",
        "  changed them. Windows of 12 and 24 months contain those months too; `…_7_18m` leaves them out.",
        "  “近期”标记只看近六个月（或与之前相比）的指标：违约本身可能已改变它们。",
        "- Direction: ▲ higher is riskier 越高越险, ▼ lower is riskier 越低越险, ◆ neutral 中性.",
        "- Mutual invoicing and two-way shares need buyers and sellers under common ids. 对开与双向往来要求进销对手同码。",
    )
    for group, mine in groupby(cards, key=lambda c: c.group):
        yield ""
        yield f"## {GROUPS[group].en} {GROUPS[group].zh}"
        yield ""
        yield "| Code | Name 名称 | Formula 公式 | Unit | Digits | Months | Direction | Recent | Missing 缺失 | Source |"
        yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
        yield from (_row(c) for c in mine)
    yield ""
    yield "## Parameters 参数"
    yield ""
    yield "They stand in the scheme `invoice_indicators`, dated and sourced. 见制度参数 `invoice_indicators`。"
    yield ""
    yield "| Parameter | Label 名称 | Unit | Status | Source 来源 |"
    yield "| --- | --- | --- | --- | --- |"
    for name, line in shipped().parameters.items():
        yield f"| `{name}` | {line.label.en}<br>{line.label.zh} | {line.unit} | {line.status} | {line.source.en}<br>{line.source.zh} |"
    yield ""
    yield "## Needs data of a later table 待后续数据"
    yield ""
    yield "| No. | Indicator 指标 | Needs 需要 |"
    yield "| --- | --- | --- |"
    for number, title, needs in WAITING:
        yield f"| {number} | {title.en}<br>{title.zh} | {needs.en}<br>{needs.zh} |"
    yield ""
    yield "## Operators 算子"
    yield ""
    yield (
        "Formulas use these Ibis operations only, which DuckDB and Spark share: "
        + ", ".join(f"`{o}`" for o in sorted(ALLOWED))
        + "."
    )
    yield ""
    yield "Distinct fractions of an invoice's logarithm are added up in whole millionths, so that no order of rows changes a digit."


def _row(c: Indicator) -> str:
    arrow = {"higher_is_riskier": "▲", "lower_is_riskier": "▼", "neutral": "◆"}[c.direction]
    months = "whole" if c.window_months is None else str(c.window_months)
    cells = (
        f"`{c.code}`",
        f"{c.name.en}<br>{c.name.zh}",
        f"{c.formula.en}<br>{c.formula.zh}",
        c.unit,
        str(c.digits),
        months,
        arrow,
        "yes" if c.recent else "",
        f"{c.missing.en}<br>{c.missing.zh}",
        c.source,
    )
    return "| " + " | ".join(cells) + " |"
