"""`/rules`: rule sets in the bank's keeping; one of them with its figures, overlaps, vintages and files."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from windchime.console import addresses, rule_charts
from windchime.console.asking import one_of
from windchime.console.frame import Context, Frame
from windchime.console.rule_charts import Shaded
from windchime.core.errors import UnknownName
from windchime.core.text import Text
from windchime.present.charts import Option
from windchime.present.formats import count, percent
from windchime.present.web import Column, Empty, Query, Table
from windchime.risk.rules.exports import FILES, written
from windchime.risk.rules.exports.terms import definitions, sample
from windchime.risk.rules.mined import MinedRule
from windchime.risk.rules.sentences import sentence
from windchime.risk.rules.store import Keeping, Kept, find, kept
from windchime.service.http.rules import needs

router = APIRouter()
TITLE = Text("规则森林", "Rule forest")
COLUMNS = (
    Column("name", Text("名称", "Name"), href="{href}"),
    Column("short", Text("版本", "Version"), "id", phone=False),
    Column("rules", Text("规则数", "Rules"), "count"),
    Column("hit_rate", Text("累计命中率", "Hit rate"), "percent"),
    Column("recall", Text("累计召回率", "Recall"), "percent"),
    Column("state", Text("文件", "File"), words={"whole": Text("完好", "whole"), "damaged": Text("已损坏", "damaged")}),
    Column("by", Text("留存人", "Kept by"), phone=False),
    Column("kept_at", Text("留存时间", "Kept at"), "instant", phone=False),
)
NONE = Empty(
    Text(
        "还没有留存的规则集。挖掘并留存的规则会列在这里，附句子、指标、重叠与导出文件。",
        "No rules are kept yet. Mined rules would be listed here, with sentences, figures, overlaps and files.",
    ),
    Text(
        "挖掘：windchime rules mine 表格 --target 结果列 --out 文件夹；留存：windchime rules keep rules.json --name 名称",
        "Mine: windchime rules mine FILE --target COL --out DIR; keep: windchime rules keep rules.json --name NAME",
    ),
)
#: media type of each form of export; plain text for the rest
MIMES = {
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "dmn": "application/xml",
    "pmml": "application/xml",
    "figures": "text/csv; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class RuleSets(Context):
    """All that is kept."""

    template: ClassVar[str] = "list.html"
    #: rule sets, newest first
    table: Table
    #: sentence above the table; empty for none
    note: Text | str


@dataclass(frozen=True, slots=True)
class RuleList(Context):
    """One rule set."""

    template: ClassVar[str] = "rules.html"
    #: the set and who kept it
    kept: Kept
    #: key figures: name, value, remark, address
    keys: tuple[tuple[str, str, str, str], ...]
    #: each rule with its sentence
    rules: tuple[tuple[str, MinedRule], ...]
    #: bads caught over applications hit; None without rules
    curve: Option | None
    #: the list by vintage; None without vintages
    vintages: Option | None
    #: bad rate by rule and vintage
    rates: Shaded
    #: common hits by pair
    overlap: Shaded
    #: what the rules were mined from: name and value
    sample: tuple[tuple[str, str], ...]
    #: what the figures mean: name and definition
    terms: tuple[tuple[str, str], ...]
    #: file name and address of each form
    files: tuple[tuple[str, str], ...]


@router.get("/rules")
@needs("model.read")
def rule_sets(request: Request) -> Response:
    """All that is kept."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        rows = [_row(k) for k in kept(frame.bank)]
        table = Table.of("rules", "/rules", COLUMNS, rows, query=Query.read(frame.query, COLUMNS), empty=NONE)
        return frame.render(session, TITLE, RuleSets(table, ""))


@router.get("/rules/{version}")
@needs("model.read")
def rule_list(request: Request, version: str) -> Response:
    """One rule set."""
    frame = Frame.of(request)
    found = _found(frame, version)
    rules, lang = found.rules, frame.lang
    files = tuple((name, addresses.rules(found.version, form)) for form, name in FILES.items())
    with frame.bank.session() as session:
        shown = RuleList(
            found,
            _keys(found, frame),
            tuple((sentence(m.rule, lang, rules.features), m) for m in rules.rules),
            rule_charts.curve(rules, lang) if rules.rules else None,
            rule_charts.by_vintage(rules, lang),
            rule_charts.rates(rules),
            rule_charts.overlap(rules),
            tuple(sample(rules, lang, settings=False)),
            tuple(definitions(lang)),
            files,
        )
        return frame.render(session, found.name, shown)


@router.get("/rules/{version}/{form}")
@needs("model.read")
def rule_file(request: Request, version: str, form: str) -> Response:
    """One form of the rules as a file.

    Raises:
        HTTPException: 404 for an unknown version or form.
        NotWritable: the form cannot say them exactly; shown as a page.
    """
    one_of(form, tuple(FILES))
    frame = Frame.of(request)
    found = _found(frame, version)
    with frame.bank.session() as session:
        content = written(found.rules, form, frame.provenance(session), frame.lang)
    name = {"content-disposition": f'attachment; filename="{found.version[:12]}-{FILES[form]}"'}
    return Response(content, media_type=MIMES.get(form, "text/plain; charset=utf-8"), headers=name)


def _found(frame: Frame, version: str) -> Kept:
    try:
        return find(frame.bank, version)
    except UnknownName:
        raise HTTPException(404) from None


def _row(found: Keeping) -> dict[str, object]:
    rules = found.rules.rules if isinstance(found, Kept) else None
    last = rules[-1].cumulative if rules else None
    return {
        "name": found.name,
        "href": addresses.rules(found.version),
        "short": found.version[:12],
        "rules": None if rules is None else len(rules),
        "hit_rate": last and last.hit_rate.value,
        "recall": last and last.recall,
        "by": found.by,
        "kept_at": found.kept_at,
        "state": "damaged" if rules is None else "whole",
    }


def _keys(found: Kept, frame: Frame) -> tuple[tuple[str, str, str, str], ...]:
    made, lang = found.rules.provenance, frame.lang
    keys = [
        (Text("样本", "Rows")[lang], count(made.rows), "", ""),
        (Text("总体坏账率", "Bad rate of all")[lang], percent(found.rules.base_rate), count(made.bads), ""),
    ]
    if found.rules.rules:
        last = found.rules.rules[-1].cumulative
        span = f"[{percent(last.bad_rate.low)}, {percent(last.bad_rate.high)}]"
        keys += [
            (Text("命中率", "Hit rate")[lang], percent(last.hit_rate.value), count(last.hits), ""),
            (Text("命中坏账率", "Bad rate of hits")[lang], percent(last.bad_rate.value), span, ""),
            (Text("召回率", "Recall")[lang], percent(last.recall), count(last.bads), ""),
        ]
    return tuple(keys)
