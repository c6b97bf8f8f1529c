"""What the pages say: figures that agree with the log and the library, filters, exports, the policy lit up, empty states."""

import csv
import html
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import openpyxl
import pytest
from starlette.testclient import TestClient
from tests.console.helpers import (
    ANNA,
    AS_OF,
    FIRMS,
    FORMULA,
    LONG,
    a_bank,
    a_client,
    an_empty_bank,
    write_pack,
)
from tests.present.helpers import Tags

from windchime.console.lit import light
from windchime.content.store import ContentStore
from windchime.core.text import LANGS, Lang
from windchime.data.contracts import contracts
from windchime.data.intake import load
from windchime.data.intake.quarantine import quarantined
from windchime.data.lake import Lake, versions
from windchime.decision import document as documents
from windchime.decision import log
from windchime.decision.desk import decide_all
from windchime.decision.rulebook import Rulebook
from windchime.indicators import indicators, measure, measure_one, rows_behind
from windchime.portfolio.shown.book import book
from windchime.portfolio.shown.library import Library
from windchime.present import formats
from windchime.service.bank import Bank

TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


def said(client: TestClient, address: str) -> str:
    """The text of a page, blanks made single."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text[:300]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def token(client: TestClient, address: str) -> str:
    found = TOKEN.search(client.get(address).text)
    assert found
    return found.group(1)


# --- the portfolio


def test_key_figures_are_those_of_the_log(client: TestClient, shop: Bank) -> None:
    with shop.session() as session:
        rows = log.page(session, log.Filter(latest=True), size=None).rows
        bodies = [documents.read(log.get(session, r.id).body) for r in rows]
    approved = [d for d in bodies if d.verdict == "approve"]
    offered = sum(((d.limit or Decimal(0)) for d in approved), Decimal(0))
    loss = sum(
        ((d.limit or Decimal(0)) * Decimal(d.body["price_steps"]["expected_loss"]) for d in approved), Decimal(0)
    )
    text = said(client, "/?lang=en")
    assert f"Firms decided {len(FIRMS)}" in text
    assert f"Approved {len(approved)}" in text
    assert f"Credit offered {formats.short_money(offered, 'en')}" in text
    assert f"Expected loss a year {formats.short_money(loss, 'en')}" in text


def test_the_book_holds_only_the_latest_decision_of_a_firm(home: Path) -> None:
    bank = a_bank(home, FIRMS[:2])
    decide_all(bank, ANNA)
    with bank.session() as session:
        lines = book(bank, session, Library(bank)).lines
        assert log.page(session).total == 4
        newest = {r.firm_id: r.id for r in reversed(log.page(session, size=None).rows)}
    assert {line.firm_id: line.decision_id for line in lines} == newest


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("q=SOUND", {"shop:SOUND"}),
        ("q=明达", {"shop:SOUND"}),
        ("verdict=decline", {"shop:SMALL", "shop:YOUNG", "shop:VOIDING", "shop:INDEBTED", "shop:SILENT"}),
        ("verdict=decline&reason=capacity_below_minimum&q=SMALL", {"shop:SMALL"}),
        ("verdict=decline&reason=band_lent", set()),
    ],
)
def test_filters_keep_what_was_asked(client: TestClient, question: str, kept: set[str]) -> None:
    exported = client.get(f"/export?{question}&format=csv").content.decode("utf-8-sig")
    found = {row[1] for row in csv.reader(io.StringIO(exported)) if len(row) > 1 and row[1].startswith("shop:")}
    assert found == kept
    shown = client.get(f"/?{question}").text
    for firm in FIRMS:
        in_table = f'href="/firms/{quote(firm.firm_id, safe="")}"' in shown
        assert in_table == (firm.firm_id in kept)


def test_sorting_goes_both_ways(client: TestClient) -> None:
    def order(question: str) -> list[Decimal]:
        rows = list(csv.reader(io.StringIO(client.get(f"/export?{question}&format=csv").content.decode("utf-8-sig"))))
        return [Decimal(r[4]) for r in rows[1:] if len(r) > 4]

    assert order("sort=probability") == sorted(order("sort=probability"))
    assert order("sort=probability&order=desc") == sorted(order(""), reverse=True)


@pytest.mark.parametrize("address", ["/export", "/firms-export", "/decisions-export", "/quarantine-export"])
def test_exports_are_no_formulas_and_say_where_they_come_from(client: TestClient, address: str) -> None:
    text = client.get(f"{address}?format=csv&lang=en").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert not [cell for row in rows for cell in row if cell[:1] in "=+@" and cell]
    about = {row[0]: row[1] for row in rows[rows.index([]) + 1 :]}
    assert about["generated by"] == "clerk"
    assert about["generated at"] == "2020-02-22 12:00"
    assert about["release"]
    book_ = openpyxl.load_workbook(io.BytesIO(client.get(f"{address}?format=xlsx&lang=en").content))
    for sheet in book_.worksheets:
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    if address == "/export":
        assert "'" + FORMULA in {cell for row in rows for cell in row}


# --- search


@pytest.mark.parametrize("words", ["shop:SOUND", "明达贸易有限公司", "明达", "sound"])
def test_search_leads_straight_to_the_only_firm(client: TestClient, words: str) -> None:
    answer = client.get("/firms", params={"q": words})
    assert (answer.status_code, answer.headers["location"]) == (303, "/firms/shop%3ASOUND")


def test_search_lists_several_and_says_when_none(client: TestClient) -> None:
    assert "shop:SMALL" in said(client, "/firms?q=shop")
    assert "No row matches." in said(client, "/firms?q=nobody-at-all&lang=en")


# --- the firm


def test_the_firm_page_has_all_its_parts(client: TestClient) -> None:
    answer = client.get("/firms/shop%3AINDEBTED?lang=en")
    tags = Tags(answer.text)
    anchors = {a.get("id") for a in tags.named("section")}
    assert {"identity", "trade", "partners", "indicators", "score", "decisions", "loans", "data"} <= anchors
    assert "1,000,000.00" in tags.text
    assert len([a for a in tags.named("a") if a.get("class") == "figure"]) == len(indicators())


def test_figures_are_those_of_the_indicators_package(client: TestClient, shop: Bank) -> None:
    library = Library(shop)
    with shop.session() as session:
        shelf = library.newest(session)
        assert shelf is not None
        from windchime.data.lake import Lake

        with Lake(shop.lake_dir).reading(session, as_of=shelf.as_of) as reading:
            every = {r["firm_id"]: r for r in measure(reading).to_pylist()}
            for firm in FIRMS:
                mine = shelf.measured(firm.firm_id)
                assert mine == measure_one(reading, firm.firm_id)
                assert mine == {k: v for k, v in every[firm.firm_id].items() if k != "firm_id"}
            for card in indicators()[::9]:
                expected = rows_behind(reading, "shop:SOUND", card.code, 1_000_000)
                found = shelf.behind("shop:SOUND", card.code)
                assert (found[0]["of"] if found else 0) == expected.num_rows
                assert [r["invoice_no"] for r in found] == expected["invoice_no"].to_pylist()[: len(found)]


def test_many_readers_get_the_same_answers(shop: Bank) -> None:
    library = Library(shop)
    firms = [f.firm_id for f in FIRMS]

    def asked(firm_id: str) -> object:
        with shop.session() as session:
            shelf = library.newest(session, firm_id)
            assert shelf is not None
            return shelf.flows(firm_id), shelf.partners(firm_id, "sale"), shelf.notes(firm_id), shelf.measured(firm_id)

    with ThreadPoolExecutor(8) as readers:
        together = list(readers.map(asked, firms * 3))
    library = Library(shop)
    assert together == [asked(f) for f in firms] * 3


def test_few_readings_stay_open(shop: Bank) -> None:
    library = Library(shop)
    with shop.session() as session:
        first = library.shelf(session, AS_OF)
        for back in range(6):
            assert library.shelf(session, AS_OF - timedelta(days=30 * back)).names()
        # a request that still holds a reading goes on with it
        assert first.identity("shop:SOUND")
        assert library.shelf(session, AS_OF) is not first


def test_months_and_partners_add_up(shop: Bank) -> None:
    library = Library(shop)
    with shop.session() as session:
        shelf = library.newest(session, "shop:SOUND")
        assert shelf is not None
        flows, rows = shelf.flows("shop:SOUND")
        year = flows[-12:]
        buyers, sellers = (shelf.partners("shop:SOUND", way, top=100) for way in ("sale", "purchase"))
    assert len(flows) == 36
    assert rows == 36 * 14
    assert sum(f.sales for f in year) == buyers.whole == Decimal(12 * 1_200_000)
    assert sum(f.purchases for f in year) == sellers.whole == Decimal(12 * 4 * 60_000)
    assert sum(p.amount for p in buyers.largest) == buyers.whole
    assert buyers.largest[-1].running == 1
    assert [p.amount for p in buyers.largest] == sorted((p.amount for p in buyers.largest), reverse=True)


def test_a_figure_tells_formula_window_and_rows(client: TestClient) -> None:
    text = said(client, "/figures/sales_12m/shop%3ASOUND?lang=en")
    assert "from 2019-02-01 to before 2020-02-01" in text
    assert "120 invoice rows" in text
    assert "invoices.parquet:" in text
    assert said(client, "/figures/sales_12m/shop%3ASILENT?lang=en").count("No invoice row of this firm") == 1


def test_a_figure_as_of_an_earlier_day_sees_less(client: TestClient) -> None:
    earlier = said(client, "/figures/months_known/shop%3ASOUND?lang=en&as_of=2018-02-21")
    assert "Value 12 months" in earlier
    assert "Value 36 months" in said(client, "/figures/months_known/shop%3ASOUND?lang=en")


# --- the decision


@pytest.mark.parametrize("lang", LANGS)
def test_the_policy_is_lit_as_the_document_says(shop: Bank, lang: Lang) -> None:
    with shop.session() as session:
        for row in log.page(session, size=None).rows:
            document = documents.read(row.body)
            policy = Rulebook.cited(ContentStore(shop.content_dir), document.cites, document.as_of).policy
            lit = light(policy, document, lang)
            assert lit.as_stored
            stored = {t: set(h) for stage in document.body["policy"].values() for t, h in stage["hits"].items()}
            for table in lit.tables:
                assert {r.id for r in table.rules if r.state == "hit"} == stored[table.name]
                for rule in table.rules:
                    assert len(rule.cells) == len(table.inputs)
                    assert sum(c.fails for c in rule.cells) == (rule.state == "missed")
                    assert bool(rule.why) == (rule.state == "missed")


def test_a_decision_shows_every_step_and_version(client: TestClient, shop: Bank) -> None:
    with shop.session() as session:
        row = log.latest(session, "shop:SOUND")
        assert row is not None
        body = json.loads(row.body)
    text = said(client, f"/decisions/{row.id}?lang=en")
    for step in ("limit_steps", "price_steps"):
        for value in body[step].values():
            if isinstance(value, str) and re.fullmatch(r"\d+\.\d\d", value) and Decimal(value) > 1000:
                assert f"{Decimal(value):,.2f}" in text, value
    for version in (body["cites"]["policy"]["version"], body["cites"]["indicators"], row.body_sha256):
        assert version in text
    assert text.count("● hit") >= len(body["reasons"])
    assert client.get(f"/decisions/{row.id}/document.json").content == row.body.encode()


def test_replay_says_both_steps(client: TestClient, shop: Bank) -> None:
    with shop.session() as session:
        row = log.latest(session, "shop:SOUND")
        assert row is not None
    address = f"/decisions/{row.id}"
    answer = client.post(f"{address}/replay?lang=en", data={"csrf": token(client, address)})
    text = Tags(answer.text).text
    assert answer.status_code == 200
    assert "re-decide: the same bytes" in text
    assert "re-measure: the same bytes" in text
    assert client.get(f"{address}/replay").headers["location"] == address


# --- quarantine


def a_row(bank: Bank) -> str:
    with bank.session() as session:
        return quarantined(bank, session, state=None)[0].quarantine_id


def test_repair_is_refused_with_a_reason_then_done(home: Path) -> None:
    bank = a_bank(home, FIRMS[:2], decided=False)
    client, row = a_client(bank), a_row(bank)
    address = f"/quarantine/{row}"
    assert "broken1" in client.get(address).text
    assert "涉及该企业的隔离行" in client.get("/firms/shop%3ASOUND").text

    def send(**form: str) -> tuple[int, str]:
        answer = client.post(f"{address}?lang=en", data={"csrf": token(client, "/audit"), **form})
        return answer.status_code, Tags(answer.text).text

    kept = {"column:invoice_no": "broken1"}
    assert send(**kept, reason="typed wrongly")[0] == 422
    status, text = send(**kept, **{"column:kind": "neither"}, reason="typed wrongly")
    assert status == 422
    assert "still not accepted" in text
    status, text = send(**kept, **{"column:kind": "special"}, reason=" ")
    assert status == 422
    assert "a reason" in text
    assert send(**kept, **{"column:kind": "special"}, reason="the paper says special")[0] == 303
    page = said(client, f"{address}?lang=en")
    assert "repaired" in page
    assert "the paper says special" in page
    assert "clerk" in page
    assert send(**{"column:kind": "general"}, reason="again")[0] == 422
    assert "repaired" in said(client, "/quarantine?lang=en")
    assert "Repaired" not in client.get("/firms/shop%3ASOUND?lang=en").text


# --- the simple pages


def test_the_library_lists_every_table_and_counts_rows(client: TestClient, shop: Bank) -> None:
    page = client.get("/library?lang=en").text
    assert f"{len(contracts())} tables" in page
    with shop.session() as session:
        head = versions.head(session)
        assert head is not None
        rows = Lake(shop.lake_dir).rows("invoices", head.tables["invoices"])
    assert f"{rows:,}" in page


def test_a_table_shows_contract_versions_and_quality(client: TestClient) -> None:
    page = client.get("/library/invoices?lang=en").text
    assert all(part in page for part in ("reporting_firm_id", "Issue date", "Shop"))
    assert client.get("/library/nothing").status_code == 404


def test_a_row_leads_from_its_file_to_figures_and_decisions(client: TestClient, shop: Bank) -> None:
    page = client.get("/library/invoices/row?lang=en&file=invoices.parquet&row=1").text
    assert "/figures/sales_12m/shop%3ASOUND" in page
    with shop.session() as session:
        (decision,) = log.page(session, log.Filter(firm_id="shop:SOUND")).rows
    assert f"/decisions/{decision.id}" in page
    assert client.get("/library/invoices/row?file=invoices.parquet&row=99999999").status_code == 404
    assert client.get("/library/invoices/row?file=other.parquet&row=1").status_code == 404


def test_quality_is_made_in_the_background(shop: Bank) -> None:
    client = a_client(shop)
    for _attempt in range(100):
        text = said(client, "/quality?lang=en")
        if "What the check found" in text:
            break
    else:
        pytest.fail("the check never ended")
    assert f"Firms {len(FIRMS)}" in text


def test_a_draft_stands_against_what_is_in_force(client: TestClient) -> None:
    register = client.get("/content?state=draft").text
    (href,) = {str(a["href"]) for a in Tags(register).named("a") if "/content/policies" in str(a.get("href"))}
    text = client.get(href).text
    assert 'class="cut"' in text
    assert 'class="add"' in text
    assert "&gt; 0.35" in text


def test_a_changed_record_is_named(home: Path) -> None:
    from sqlalchemy import text as sql

    bank = a_bank(home, FIRMS[:1], decided=False)
    with bank.unit(ANNA) as unit:
        guards = sql("select name from sqlite_master where type = 'trigger' and tbl_name = 'audit_record'")
        for name in unit.session.scalars(guards).all():
            unit.session.execute(sql(f"drop trigger {name}"))
        unit.session.execute(sql("update audit_record set reason = 'another' where seq = 2"))
    client = a_client(bank)
    answer = client.post("/audit/verify?lang=en", data={"csrf": token(client, "/audit")})
    assert "The chain is broken" in answer.text
    assert "was changed after it was written" in answer.text


# --- empty states and too much


@pytest.mark.parametrize("lang", LANGS)
def test_an_empty_bank_says_what_would_be_here_and_how_to_get_it(home: Path, lang: Lang) -> None:
    client = a_client(an_empty_bank(home), lang=lang)
    for address in ("/", "/firms", "/decisions", "/quarantine", "/quality", "/models", "/content", "/audit"):
        assert "windchime " in said(client, address), address
    assert client.get("/firms/shop%3ASOUND").status_code == 404
    assert client.get("/figures/sales_12m/shop%3ASOUND").status_code == 404
    assert client.get("/firm-report.html/shop%3ASOUND").status_code == 404


def test_data_without_models_says_what_comes_next(home: Path) -> None:
    bank = an_empty_bank(home)
    load(bank, ANNA, write_pack(home / "pack", FIRMS[:2]), pack="windchime")
    client = a_client(bank)
    assert "windchime model train" in said(client, "/")
    assert "windchime decide shop:SOUND" in said(client, "/firms/shop%3ASOUND")
    assert "windchime model train" in said(client, "/models")
    assert client.get("/figures/sales_12m/shop%3ASOUND").status_code == 200


def test_very_long_names_are_whole(client: TestClient) -> None:
    assert LONG in said(client, "/firms/shop%3ALONG")
