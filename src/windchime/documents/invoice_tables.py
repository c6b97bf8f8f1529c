"""The tables beside the report on a list of invoices: firms, findings, invoices, hits, differences, rows left out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from windchime.core.text import Lang, Text
from windchime.documents.invoice_verification import FIRM, VERDICTS, Verified, place
from windchime.present.web.table import Column

_VERDICTS = {code: label for code, (label, _shape) in VERDICTS.items()}


def _column(name: str, zh: str, en: str, kind: Any = "text", **more: Any) -> Column:
    return Column(name, Text(zh, en), kind, **more)


_PLACE = (
    _column("source_file", "文件", "file"),
    _column("row_no", "行号", "row", "count"),
    _column("invoice_no", "发票号码", "invoice number"),
)
_WHO = _column(FIRM, "企业", "firm")
_SAID = _column("verdict", "结论", "verdict", words=_VERDICTS)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table."""

    name: str
    columns: tuple[Column, ...]
    rows: list[dict[str, Any]]


def sheets(found: Verified, lang: Lang) -> Iterator[Sheet]:
    """All tables, in the language where a cell is a sentence."""
    yield Sheet("firms", FIRMS, found.firms.to_dicts())
    yield Sheet("findings", FINDINGS, list(_findings(found, lang)))
    placed = found.verification.listing.invoices.select("row", "source_file", "row_no", "invoice_no")
    invoices = found.verification.invoices.with_columns(codes=pl.col("codes").list.join(", "))
    yield Sheet("invoices", INVOICES, invoices.join(placed, on="row", how="left").sort("row").to_dicts())
    yield Sheet("hits", HITS, found.verification.hits.join(placed, on="row", how="left").to_dicts())
    if found.compared:
        numbers = placed.drop("invoice_no")
        yield Sheet("differences", DIFFERENCES, found.differences.join(numbers, on="row", how="left").to_dicts())
    yield Sheet("left_out", LEFT_OUT, [_problem(p.as_dict(), p.sentence(lang)) for p in found.problems])


FIRMS = (
    _WHO,
    _SAID,
    _column("rows", "发票张数", "invoices", "count"),
    _column("questioned", "存疑张数", "asked about", "count"),
    _column("rejected", "拒绝张数", "rejected", "count"),
    _column("code", "最重事由", "gravest ground"),
    _column("rarity", "清白企业中的罕见度", "rarity among clean firms", "number", digits=6),
)
FINDINGS = (
    _WHO,
    _column("severity", "严重程度", "severity", "risk"),
    _column("sentence", "发现", "finding"),
    _column("code", "代码", "code"),
    _column("rows", "所在行", "rows"),
)
INVOICES = (*_PLACE, _WHO, _SAID, _column("codes", "事由", "grounds"))
HITS = (
    _column("code", "检查项", "check"),
    _WHO,
    *_PLACE,
    _column("figure", "所测", "measured", "number", digits=4),
    _column("bound", "界限", "bound", "number", digits=4),
    _column("detail", "说明", "detail"),
)
DIFFERENCES = (
    _WHO,
    _column("role", "对照清单", "copy"),
    *_PLACE,
    _column("match", "匹配方式", "matched by"),
    _column("line_no", "明细行", "line", "count"),
    _column("field", "字段", "field"),
    _column("was", "对照清单所载", "in the copy"),
    _column("is", "本清单所载", "in the list"),
    _column("lawful", "合法变动", "lawful"),
)
LEFT_OUT = (
    _column("file", "文件", "file"),
    _column("sheet", "工作表", "sheet"),
    _column("row", "行号", "row", "count"),
    _column("column", "列", "column"),
    _column("value", "值", "value"),
    _column("sentence", "原因", "reason"),
)


def _findings(found: Verified, lang: Lang) -> Iterator[dict[str, Any]]:
    for firm in found.verification.grounds[FIRM].unique().sort():
        for finding in found.verification.findings(firm):
            yield {
                FIRM: firm,
                "severity": finding.severity,
                "sentence": finding.sentence(lang),
                "code": finding.code,
                "rows": "; ".join(place(e, lang) for e in finding.evidence),
            }


def _problem(body: Mapping[str, Any], sentence: str) -> dict[str, Any]:
    return {**{k: body[k] for k in ("file", "sheet", "row", "column", "value")}, "sentence": sentence}
