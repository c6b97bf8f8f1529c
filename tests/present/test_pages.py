"""Pages: escaped, in the language asked, nothing inline, every empty table helps, every address of a file is served."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.present.helpers import Tags, messages

from windchime.core.dates import Month
from windchime.core.text import LANGS, Lang, Text, catalogue
from windchime.present import charts
from windchime.present.web import (
    ASSETS,
    CONTENT_SECURITY_POLICY,
    Column,
    Crumb,
    Empty,
    Page,
    Query,
    Table,
    asset,
    environment,
)

PAGE = """{% extends "base.html" %}
{% from "macros/table.html" import data_table %}{% from "macros/chart.html" import chart, chart_scripts %}
{% from "macros/figures.html" import money, measured, facts, source_card %}{% from "macros/page.html" import tabs, csrf, problems %}
{% from "macros/words.html" import risk_mark, verdict_mark, status_mark %}
{% block scripts %}{{ chart_scripts() }}{% endblock %}
{% block content %}{{ tabs(page, page.navigation) }}{{ csrf(page) }}
{{ facts([(_("score"), 612), (_("sales"), money(amount, "/source/1"))]) }}
{{ measured(0.25, "fraction", 4) }} {{ risk_mark("severe") }} {{ verdict_mark("refer") }} {{ status_mark("illustrative") }}
{{ chart("flow", option, _("sales"), "…") }}
{{ data_table(table, "Firms") }}
{% call source_card(_("sales"), [("a", "b")]) %}<p>rows</p>{% endcall %}
{% endblock %}"""

COLUMNS = (
    Column("name", Text("企业", "Firm"), href="/firms/{id}"),
    Column("sales", Text("销项", "Sales"), "short_money", hint=Text("近十二个月", "last twelve months")),
    Column("risk", Text("风险", "Risk"), "risk", choose=True),
    Column("on", Text("日期", "On"), "date", phone=False),
)
NASTY = "</script><script>alert(1)</script>\"'>甲"


def page(lang: Lang, **more: Any) -> Page:
    return Page(
        title=Text("企业", "Firms"),
        lang=lang,
        path="/firms",
        query={"q": "a&b"},
        navigation=(Crumb(Text("组合", "Portfolio"), "/"), Crumb(Text("企业", "Firms"), "/firms")),
        as_of=date(2025, 12, 31),
        lake_version=3,
        simulated=True,
        generated_at=datetime(2026, 1, 5, 4, tzinfo=UTC),
        release="0.1.0",
        csrf="token",
        **more,
    )


def rendered(lang: Lang, rows: list[dict[str, Any]], query: Query | None = None) -> str:
    env = environment(lang)
    flows = [charts.MonthFlow(Month(2025, 1), Decimal(5), Decimal(4))]
    table = Table.of(
        "firms",
        "/firms",
        COLUMNS,
        rows,
        query=query or Query(),
        empty=Empty(Text("还没有企业", "No firm yet"), Text("导入数据", "Load a pack"), "/loads"),
        export="/firms/export",
    )
    option = charts.monthly_flow(flows, lang) | {"note": NASTY}
    return env.from_string(PAGE).render(page=page(lang), table=table, option=option, amount=Decimal("1234.5"))


ROWS: list[dict[str, Any]] = [
    {"id": "a", "name": NASTY, "sales": Decimal(10), "risk": "severe", "on": None},
    {"id": "b", "name": "乙", "sales": None, "risk": None, "on": date(2025, 1, 2)},
]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("rows", [[], ROWS, ROWS * 200])
def test_nothing_inline_that_the_policy_would_block(lang: Lang, rows: list[dict[str, Any]]) -> None:
    tags = Tags(rendered(lang, rows))
    for script in tags.named("script"):
        assert script.get("type") == "application/json" or str(script["src"]).startswith("/static/")
    assert not tags.named("style")
    for name, attributes in tags.found:
        assert not [a for a in attributes if a == "style" or a.startswith(("on", "hx-on"))], name
        assert not [v for a, v in attributes.items() if v and (v.startswith("js:") or (a == "hx-trigger" and "[" in v))]
        assert not [
            v for a, v in attributes.items() if a in {"src", "href"} and v and v.startswith(("http", "//", "data:"))
        ]
    assert "unsafe" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("lang", LANGS)
def test_text_is_escaped_everywhere(lang: Lang) -> None:
    html = rendered(lang, ROWS)
    assert "alert(1)</script>" not in html
    assert NASTY in Tags(html).text


def test_both_languages_are_whole() -> None:
    zh, en = Tags(rendered("zh", ROWS)), Tags(rendered("en", ROWS))
    assert zh.named("html")[0]["lang"] == "zh-CN"
    assert en.named("html")[0]["lang"] == "en"
    assert not [
        c for c in en.text.replace(NASTY, "").replace("中文", "").replace("乙", "") if "\u4e00" <= c <= "\u9fff"
    ]
    assert "仿真数据" in zh.text
    assert "simulated data" in en.text


def test_every_message_is_translated() -> None:
    assert messages("windchime.present") - catalogue().keys() == set()


def test_the_language_switch_keeps_the_place() -> None:
    assert page("zh").switch_href == "/firms?q=a%26b&lang=en"


@pytest.mark.parametrize(("path", "here"), [("/firms", True), ("/firms/a", True), ("/firmsx", False), ("/", False)])
def test_navigation_marks_where_we_are(path: str, here: bool) -> None:
    assert Page(title="x", lang="zh", path=path).here("/firms") is here


@pytest.mark.parametrize("lang", LANGS)
def test_an_empty_table_says_what_would_be_here_and_how_to_get_it(lang: Lang) -> None:
    tags = Tags(rendered(lang, []))
    assert {"zh": "还没有企业", "en": "No firm yet"}[lang] in tags.text
    assert "/loads" in [a.get("href") for a in tags.named("a")]
    assert not tags.named("table")


def test_a_filter_without_matches_offers_all_rows() -> None:
    tags = Tags(rendered("en", ROWS, Query(words="zzz")))
    assert "No row matches." in tags.text
    assert "Show all 2 rows" in tags.text


def test_missing_values_are_dashes_and_words_have_shapes() -> None:
    text = Tags(rendered("zh", ROWS)).text
    assert "—" in text
    assert "■ 严重" in text


def test_every_asset_named_is_served() -> None:
    tags = Tags(rendered("zh", ROWS))
    named = [
        str(a.get("src") or a.get("href"))
        for n, a in tags.found
        if n in {"script", "link", "img"} and (a.get("src") or a.get("href"))
    ]
    assert named
    for address in named:
        name = address.removeprefix("/static/").partition("?")[0]
        assert ASSETS[name].is_file()
        assert asset(name) == address


def test_own_scripts_never_compile_text() -> None:
    for name in ("no-eval.js", "keys.js", "charts.js"):
        text = ASSETS[name].read_text(encoding="utf-8")
        assert not [w for w in ("eval(", "new Function", "innerHTML", 'setAttribute("style', ".write(") if w in text]
