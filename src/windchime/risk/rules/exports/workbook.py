"""The workbook that a modeller hands in: 规则清单, 累计与增量, 分月稳定性, 重叠矩阵, 样本与口径.

Text is written as text, never as a formula or a link; figures are numbers that a reader can go on counting with.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from math import isfinite
from typing import Any

from windchime.core.text import Lang, Text
from windchime.present.exports import Provenance
from windchime.risk.rules.exports import terms
from windchime.risk.rules.mined import MinedRule
from windchime.risk.rules.ruleset import RuleSet
from windchime.risk.rules.sentences import sentence

#: number formats by kind of column
FORMATS = {"count": "#,##0", "percent": "0.00%", "number": "0.00", "small": "0.0000", "money": "#,##0.00"}


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a sheet."""

    label: Text
    #: key of `FORMATS`; `text` for text
    kind: str
    of: Callable[[MinedRule], Any]
    width: int = 12


def workbook(rules: RuleSet, provenance: Provenance, lang: Lang = "zh") -> bytes:
    """The workbook.

    Args:
        rules: the list with its figures.
        provenance: when, by whom and by which release it was made.
        lang: language of its words.
    """
    import xlsxwriter

    stream = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, {"in_memory": True, "nan_inf_to_errors": True, **plain}) as book:
        book.set_properties(
            {"created": provenance.generated_at.astimezone(UTC).replace(tzinfo=None), "author": provenance.by}
        )
        writer = _Writer(book, lang)
        said = [sentence(m.rule, lang, rules.features) for m in rules.rules]
        place = {m.id: i for i, m in enumerate(rules.rules)}
        numbered = [
            Field(Text("序号", "No."), "count", lambda m: place[m.id] + 1, 6),
            Field(Text("编号", "Id"), "text", lambda m: m.id, 11),
            Field(Text("规则", "Rule"), "text", lambda m: said[place[m.id]], 60),
        ]
        writer.rules(terms.LIST, [*numbered, *_own(), *_proof()], rules.rules)
        page = writer.rules(terms.CUMULATIVE, [*numbered[:2], *_incremental(), *_cumulative()], rules.rules)
        _chart(book, page, terms.CUMULATIVE[lang], len(rules.rules), lang)
        _vintages(writer, rules)
        _overlap(writer, rules)
        writer.pairs(terms.SAMPLE, [*terms.sample(rules, lang), *provenance.lines(lang)], terms.definitions(lang))
    return stream.getvalue()


def _own() -> list[Field]:
    return [
        Field(Text("命中数", "Hits"), "count", lambda m: m.own.hits),
        Field(Text("命中坏数", "Bads hit"), "count", lambda m: m.own.bads),
        Field(Text("命中率", "Hit rate"), "percent", lambda m: m.own.hit_rate.value),
        Field(Text("命中坏账率", "Bad rate"), "percent", lambda m: m.own.bad_rate.value),
        Field(Text("坏账率下限", "Bad rate, low"), "percent", lambda m: m.own.bad_rate.low),
        Field(Text("坏账率上限", "Bad rate, high"), "percent", lambda m: m.own.bad_rate.high),
        Field(Text("提升度", "Lift"), "number", lambda m: m.own.lift.value),
        Field(Text("提升度下限", "Lift, low"), "number", lambda m: m.own.lift.low),
        Field(Text("提升度上限", "Lift, high"), "number", lambda m: m.own.lift.high),
        Field(Text("优势比", "Odds ratio"), "number", lambda m: m.own.odds_ratio.value),
        Field(Text("召回率", "Recall"), "percent", lambda m: m.own.recall),
        Field(Text("金额命中率", "Hit rate by amount"), "percent", lambda m: m.own.amount_hit_rate),
        Field(Text("金额坏账率", "Bad rate by amount"), "percent", lambda m: m.own.amount_bad_rate),
    ]


def _proof() -> list[Field]:
    return [
        Field(Text("未见样本坏账率", "Bad rate, unseen"), "percent", lambda m: m.unseen and m.unseen.bad_rate.value),
        Field(
            Text("时间外命中率", "Hit rate, out of time"),
            "percent",
            lambda m: m.out_of_time and m.out_of_time.hit_rate.value,
        ),
        Field(
            Text("时间外坏账率", "Bad rate, out of time"),
            "percent",
            lambda m: m.out_of_time and m.out_of_time.bad_rate.value,
        ),
        Field(Text("p 值", "p-value"), "small", lambda m: m.p_value),
        Field(Text("q 值", "q-value"), "small", lambda m: m.q_value),
        Field(Text("稳定选中率", "Found again"), "percent", lambda m: m.stability),
        Field(Text("是否已证实", "Proven"), "text", lambda m: Text("是", "yes") if m.proven else Text("否", "no")),
    ]


def _incremental() -> list[Field]:
    return [
        Field(Text("增量命中数", "New hits"), "count", lambda m: m.incremental.hits),
        Field(Text("增量坏数", "New bads"), "count", lambda m: m.incremental.bads),
        Field(Text("增量命中率", "New hit rate"), "percent", lambda m: m.incremental.hit_rate.value),
        Field(Text("增量坏账率", "New bad rate"), "percent", lambda m: m.incremental.bad_rate.value),
        Field(Text("增量坏账率下限", "New bad rate, low"), "percent", lambda m: m.incremental.bad_rate.low),
        Field(Text("增量坏账率上限", "New bad rate, high"), "percent", lambda m: m.incremental.bad_rate.high),
        Field(Text("增量提升度", "New lift"), "number", lambda m: m.incremental.lift.value),
    ]


def _cumulative() -> list[Field]:
    return [
        Field(Text("累计命中数", "Hits so far"), "count", lambda m: m.cumulative.hits),
        Field(Text("累计坏数", "Bads so far"), "count", lambda m: m.cumulative.bads),
        Field(Text("累计命中率", "Hit rate so far"), "percent", lambda m: m.cumulative.hit_rate.value),
        Field(Text("累计坏账率", "Bad rate so far"), "percent", lambda m: m.cumulative.bad_rate.value),
        Field(Text("累计召回率", "Recall so far"), "percent", lambda m: m.cumulative.recall),
        Field(Text("累计提升度", "Lift so far"), "number", lambda m: m.cumulative.lift.value),
    ]


def _chart(book: Any, page: Any, sheet: str, count: int, lang: Lang) -> None:
    """Cumulative recall over the cumulative hit rate, drawn from the sheet's own columns."""
    if not count:
        return
    at = 2 + len(_incremental())
    chart = book.add_chart({"type": "scatter", "subtype": "straight_with_markers"})
    chart.add_series({"categories": [sheet, 1, at + 2, count, at + 2], "values": [sheet, 1, at + 4, count, at + 4]})
    for axis, title in (
        (chart.set_x_axis, Text("累计命中率", "Hit rate so far")),
        (chart.set_y_axis, Text("累计召回率", "Recall so far")),
    ):
        axis({"name": title[lang], "num_format": "0%", "min": 0})
    chart.set_legend({"none": True})
    page.insert_chart(count + 3, 1, chart)


def _vintages(writer: "_Writer", rules: RuleSet) -> None:
    heads = [
        (Text("序号", "No."), "count"),
        (Text("编号", "Id"), "text"),
        (Text("期次", "Vintage"), "text"),
        (Text("样本数", "Rows"), "count"),
        (Text("命中率", "Hit rate"), "percent"),
        (Text("命中坏账率", "Bad rate"), "percent"),
        (Text("坏账率下限", "Bad rate, low"), "percent"),
        (Text("坏账率上限", "Bad rate, high"), "percent"),
        (Text("提升度", "Lift"), "number"),
        (Text("累计命中率", "Hit rate so far"), "percent"),
        (Text("累计坏账率", "Bad rate so far"), "percent"),
    ]
    rows = [
        [
            place, m.id, v.vintage, v.own.rows, v.own.hit_rate.value, v.own.bad_rate.value, v.own.bad_rate.low,
            v.own.bad_rate.high, v.own.lift.value, v.cumulative.hit_rate.value, v.cumulative.bad_rate.value,
        ]
        for place, m in enumerate(rules.rules, 1)
        for v in m.vintages
    ]  # fmt: skip
    writer.table(terms.VINTAGES, heads, rows)


def _overlap(writer: "_Writer", rules: RuleSet) -> None:
    names = [f"{i}" for i in range(1, len(rules.rules) + 1)]
    heads = [(Text("Jaccard", "Jaccard"), "text"), *((Text(n, n), "number") for n in names)]
    page = writer.table(terms.OVERLAP, heads, [[n, *row] for n, row in zip(names, rules.overlap, strict=False)])
    if rules.overlap:
        shades = {"type": "2_color_scale", "min_type": "num", "max_type": "num", "min_value": 0, "max_value": 1}
        page.conditional_format(
            1, 1, len(names), len(names), {**shades, "min_color": "#ffffff", "max_color": "#0b5351"}
        )


class _Writer:
    """Sheets of one workbook in one language."""

    def __init__(self, book: Any, lang: Lang) -> None:
        self.book, self.lang = book, lang
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.kinds = {k: book.add_format({"num_format": f, "valign": "top"}) for k, f in FORMATS.items()}

    def rules(self, sheet: Text, fields: Sequence[Field], rules: Iterable[MinedRule]) -> Any:
        """One row a rule."""
        page = self.table(sheet, [(f.label, f.kind) for f in fields], [[f.of(m) for f in fields] for m in rules])
        for at, field in enumerate(fields):
            page.set_column(at, at, field.width)
        return page

    def table(self, sheet: Text, heads: Sequence[tuple[Text, str]], rows: Sequence[Sequence[Any]]) -> Any:
        """A header and typed cells."""
        page = self.book.add_worksheet(sheet[self.lang])
        for at, (label, _kind) in enumerate(heads):
            page.write_string(0, at, label[self.lang], self.head)
        page.set_column(0, len(heads) - 1, 12)
        for y, row in enumerate(rows, 1):
            for x, (value, (_label, kind)) in enumerate(zip(row, heads, strict=True)):
                self.cell(page, (y, x), value, kind)
        page.freeze_panes(1, 2)
        return page

    def cell(self, page: Any, place: tuple[int, int], value: Any, kind: str) -> None:
        """One cell; what is missing or endless stays empty."""
        if value is None or (isinstance(value, float) and not isfinite(value)):
            return
        if kind == "text":
            page.write_string(*place, value[self.lang] if isinstance(value, Text) else str(value), self.text)
        else:
            page.write_number(*place, float(value), self.kinds[kind])

    def pairs(self, sheet: Text, *groups: Sequence[tuple[str, str]]) -> None:
        """Names and values, groups apart."""
        page = self.book.add_worksheet(sheet[self.lang])
        page.set_column(0, 0, 26)
        page.set_column(1, 1, 90)
        row = 0
        for group in groups:
            for name, value in group:
                page.write_string(row, 0, name, self.head)
                page.write_string(row, 1, value, self.text)
                row += 1
            row += 1
