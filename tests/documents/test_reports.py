"""Reports: every figure leads to a source that is there, both languages are whole, nothing but text and drawings inside."""

import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest
from tests.documents.helpers import DECISION, LONG, MADE, SCORE, empty_firm, empty_portfolio, firm, offer, portfolio
from tests.present.helpers import Tags, messages

from windchime.core.text import LANGS, Lang, Text, catalogue
from windchime.documents import firm_report, html, html_policy, pdf, portfolio_report
from windchime.documents.composing import Composer
from windchime.documents.inputs import Measured
from windchime.documents.tree import Bullets, Cell, Facts, Grid, Report, Words

BUILDERS: dict[str, Callable[[Lang], Report]] = {
    "firm": lambda lang: firm_report(firm(), lang),
    "empty firm": lambda lang: firm_report(empty_firm(), lang),
    "declined firm": lambda lang: firm_report(
        firm(decision=replace(DECISION, verdict="decline", limit=None, rate=None, reasons=())), lang
    ),
    "long name": lambda lang: firm_report(firm(name=LONG * 3), lang),
    "portfolio": lambda lang: portfolio_report(portfolio(), lang),
    "empty portfolio": lambda lang: portfolio_report(empty_portfolio(), lang),
    "one decline": lambda lang: portfolio_report(portfolio(offers=(offer(1, "decline", "D"),), allocation=None), lang),
}


@cache
def composed(name: str, lang: Lang) -> Report:
    """A report, drawn once."""
    return BUILDERS[name](lang)


def inflated(made: bytes) -> bytes:
    """A PDF with its streams unpacked."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", made, re.DOTALL)
    unpacked = [made]
    for stream in streams:
        try:
            unpacked.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(unpacked)


every_report = pytest.mark.parametrize("name", BUILDERS)
every_language = pytest.mark.parametrize("lang", LANGS)


def cells(report: Report) -> list[Cell]:
    """Every cell of a report."""
    found: list[Cell] = []
    for block in (b for s in report.sections for b in s.blocks):
        if isinstance(block, Facts):
            found += [cell for _name, cell in block.rows]
        elif isinstance(block, Grid):
            found += [cell for row in block.rows for cell in row]
        elif isinstance(block, Bullets):
            found += block.cells
        else:
            found.append(block.cell if isinstance(block, Words) else block.title)
    return found


@every_report
@every_language
def test_every_figure_names_sources_that_are_there(name: str, lang: Lang) -> None:
    report = composed(name, lang)
    numbers = [s.number for s in report.sources]
    assert numbers == [*range(1, len(numbers) + 1)]
    assert all(s.title and s.facts for s in report.sources)
    for cell in cells(report):
        assert {*cell.refs} <= {*numbers}
        assert cell.refs or not cell.numeric or cell.text == "—", cell
        amount = re.search(r"\d(%| 元| 万元| yuan)", cell.text)
        assert cell.refs or not amount, f"an amount without a source: {cell.text}"
    assert {r for c in cells(report) for r in c.refs} == {*numbers}, "a source that no figure cites"


@every_report
@every_language
def test_html_holds_text_and_drawings_only(name: str, lang: Lang) -> None:
    page = html(composed(name, lang)).decode()
    tags = Tags(page)
    assert not {t for t, _a in tags.found} & {"script", "link", "iframe", "object", "img", "form", "input"}
    assert not [a for _t, attributes in tags.found for a in attributes if a.startswith("on") or a == "style"]
    targets = {str(a["id"]) for _t, a in tags.found if a.get("id")}
    links = [str(a.get("href") or a.get("xlink:href")) for _t, a in tags.found if a.get("href") or a.get("xlink:href")]
    assert all(link.startswith("#") and link[1:] in targets for link in links), "links stay inside the page"
    assert len(tags.named("style")) == 1
    ids = [a["id"] for _t, a in tags.found if a.get("id")]
    assert len(ids) == len(set(ids))


@every_report
def test_english_has_no_chinese_of_ours(name: str) -> None:
    """What stays Chinese is data: names of firms."""
    ours = [c.text for c in cells(composed(name, "en"))]
    data = {"北京喆堃科技有限公司", LONG, LONG * 3} | {o.name for o in portfolio().offers}
    assert not [t for t in ours if re.search("[\u4e00-\u9fff]", t) and t not in data]


def test_every_message_is_translated() -> None:
    assert messages("windchime.documents") - catalogue().keys() == set()


@every_report
@every_language
def test_pdf_has_pages_and_the_font(name: str, lang: Lang) -> None:
    made = pdf(composed(name, lang), MADE.generated_at)
    assert made.startswith(b"%PDF-1.")
    text = inflated(made)
    assert b"NotoSansSC" in text
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", text)) >= (2 if name in {"firm", "portfolio"} else 1)


@pytest.mark.parametrize("name", ["firm", "portfolio"])
def test_pdf_is_the_same_every_time(name: str) -> None:
    assert pdf(composed(name, "zh"), MADE.generated_at) == pdf(BUILDERS[name]("zh"), MADE.generated_at)


@every_language
def test_pdf_text_can_be_copied(lang: Lang, tmp_path_factory: pytest.TempPathFactory) -> None:
    """With the reader of the system where it is installed."""
    import shutil
    import subprocess

    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("pdftotext is not installed")
    file = tmp_path_factory.mktemp("pdf") / "report.pdf"
    file.write_bytes(pdf(composed("firm", lang), MADE.generated_at))
    text = subprocess.run([reader, "-layout", file, "-"], capture_output=True, check=True).stdout.decode()
    assert "北京喆堃科技有限公司" in text
    assert {"zh": "300,000.00 元", "en": "300,000.00 yuan"}[lang] in text
    assert {"zh": "仿真数据", "en": "simulated data"}[lang] in text
    assert {"zh": "第1/3页", "en": "page1of3"}[lang] in "".join(text.split())


@every_language
def test_simulated_and_illustrative_are_marked(lang: Lang) -> None:
    both = {
        "zh": ("仿真数据", "含示例参数，非监管规定"),
        "en": ("simulated data", "illustrative parameters, not regulation"),
    }[lang]
    assert firm_report(firm(), lang).marks == both
    assert both[0] in html(firm_report(firm(), lang)).decode()
    assert firm_report(firm(made=replace(MADE, simulated=False), decision=None), lang).marks == ()
    real = replace(DECISION, standing="official", parameters=())
    assert firm_report(firm(made=replace(MADE, simulated=False), decision=real), lang).marks == ()


def test_a_parameter_bears_its_own_standing() -> None:
    report = composed("firm", "zh")
    rows = {
        r[0].text: r for s in report.sections for b in s.blocks if isinstance(b, Grid) for r in b.rows if len(r) == 4
    }
    assert rows["可贷占净销售额比例"][3].text == "○ 示例"
    assert rows["违约损失率"][3].text == "● 官方"
    cited = [report.sources[n - 1].title for n in rows["违约损失率"][1].refs]
    assert "参数 loss_given_default" in cited


def test_an_indicator_says_formula_window_and_rows() -> None:
    report = composed("firm", "en")
    source = next(s for s in report.sources if s.title == "indicator sales_12m")
    facts = dict(source.facts)
    assert facts["formula"] == "sum of sales of twelve months"
    assert facts["window"] == "12 months, 2025-01-01 to before 2026-01-01"
    assert facts["as of"] == "2025-12-31"
    assert facts["lake version"] == "3"
    assert facts["number of rows"] == "1,234"
    assert facts["definitions, version"] == "e" * 16


def test_a_finding_leads_to_its_rows() -> None:
    report = composed("firm", "en")
    source = next(s for s in report.sources if "void_share_high" in s.title and "rows" in s.title)
    assert dict(source.facts)["file and row"].startswith("invoices.parquet, row 0; invoices.parquet, row 1")
    assert dict(source.facts)["number of rows"] == "8"


def test_yearly_sums_are_those_of_the_months() -> None:
    data = firm()
    grid = next(b for b in firm_report(data, "zh").sections[2].blocks if isinstance(b, Grid))
    shown = sum(Decimal(r[1].text.split()[0].replace(",", "")) for r in grid.rows)
    assert shown == sum(f.sales for f in data.flows)


def test_a_figure_without_a_source_cannot_be_written() -> None:
    with pytest.raises(AssertionError, match="names no source"):
        Composer("zh").money(Decimal(1))


def test_names_are_text_in_every_format() -> None:
    evil = '<script>alert(1)</script> #panic() $x$ & "甲"'
    report = firm_report(firm(name=evil), "zh")
    assert "<script" not in html(report).decode()
    assert evil in Tags(html(report).decode()).text
    assert pdf(report, MADE.generated_at).startswith(b"%PDF")


def test_missing_values_are_dashes_not_zeros() -> None:
    found = firm_report(firm(indicators=tuple(Measured(m.indicator, None) for m in firm().indicators), scores=()), "zh")
    grid = next(b for s in found.sections for b in s.blocks if isinstance(b, Grid) and len(b.header) == 5)
    assert {r[2].text for r in grid.rows} == {"—"}


def test_counts_of_the_portfolio_agree_with_its_offers() -> None:
    data = portfolio()
    report = portfolio_report(data, "en")
    first = report.sections[0].blocks[0]
    assert isinstance(first, Facts)
    facts = dict(first.rows)
    for verdict in ("approve", "refer", "decline"):
        assert facts[verdict].text == str(sum(o.verdict == verdict for o in data.offers))
    offered = sum(o.limit for o in data.offers if o.verdict == "approve" and o.limit)
    assert facts["offered in approved decisions"].text == f"{offered:,.2f} yuan"


def test_the_policy_allows_the_one_style_by_hash() -> None:
    import base64
    import hashlib

    page = html(firm_report(firm(scores=(SCORE,)), "zh")).decode()
    style = page[page.index("<style>") + 7 : page.index("</style>")]
    assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in html_policy()
    assert "unsafe" not in html_policy()


def test_the_same_source_has_one_number() -> None:
    c = Composer("en")
    first = c.source("a", [("window", Text("月", "month"))])
    assert c.source("a", [("window", "month")]) == first
    assert c.source("a", [("window", "year")]) == first + 1
