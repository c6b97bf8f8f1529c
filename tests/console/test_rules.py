"""The pages of rules: sentences and figures as mined, files that can be fetched, nothing kept, nothing known."""

import html
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.console.helpers import ANNA, NASTY, a_client, an_empty_bank
from tests.console.rules import kept_rules
from tests.risk.rules.exports.builders import rule_set

from windchime.present.formats import percent
from windchime.risk.rules.exports import FILES
from windchime.risk.rules.store import keep
from windchime.service.bank import Bank


def said(client: TestClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text[:300]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def test_a_rule_set_with_its_figures(shop: Bank, client: TestClient) -> None:
    kept = kept_rules(shop)
    text = said(client, f"/rules/{kept.version}")
    first = kept.rules.rules[0]
    assert "近12个月销售额 < 5 万元，或 为“查无记录 (-9999)”" in text
    for figure in (first.own.bad_rate.low, first.own.bad_rate.high, kept.rules.rules[-1].cumulative.recall):
        assert percent(figure) in text
    assert "Sales of 12 months < 50 thousand yuan" in said(client, f"/rules/{kept.version}?lang=en")
    page = client.get(f"/rules/{kept.version[:10]}").text
    assert NASTY not in page
    chart = re.search(r'<script type="application/json" id="curve-data">(.*?)</script>', page, re.DOTALL)
    assert chart
    points = [p["value"] for p in json.loads(chart[1])["series"][0]["data"]]
    assert points[-1] == [
        round(100 * v, 3)
        for v in (kept.rules.rules[-1].cumulative.hit_rate.value, kept.rules.rules[-1].cumulative.recall)
    ]


def test_the_list_leads_to_it(shop: Bank, client: TestClient) -> None:
    kept = kept_rules(shop)
    assert f'href="/rules/{kept.version}"' in client.get("/rules").text


@pytest.mark.parametrize("form", FILES)
def test_every_form_is_a_file(shop: Bank, client: TestClient, form: str) -> None:
    kept = kept_rules(shop)
    answer = client.get(f"/rules/{kept.version}/{form}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].endswith(f'{FILES[form]}"')
    assert answer.content


def test_what_is_not_there(shop: Bank, client: TestClient) -> None:
    kept = kept_rules(shop)
    for address in ("/rules/0000", "/rules/%2e%2e", f"/rules/{kept.version}/onnx", "/rules/x/pmml"):
        assert client.get(address).status_code == 404


def test_a_damaged_file_is_told_and_the_rest_is_shown(tmp_path: Path) -> None:
    bank = an_empty_bank(tmp_path / "home")
    lost = keep(bank, ANNA, rule_set(), "甲集")
    keep(bank, ANNA, rule_set(2), "乙集")
    (bank.files_dir / "rules" / f"{lost.version}.json").write_text("{}", encoding="utf8")
    text = said(a_client(bank), "/rules")
    assert text.count("已损坏") == text.count("完好") == 1
    assert "甲集" in text
    assert "乙集" in text


def test_nothing_kept_and_an_empty_list(tmp_path: Path) -> None:
    bank = an_empty_bank(tmp_path / "home")
    client = a_client(bank)
    assert "windchime rules mine" in said(client, "/rules")
    empty = keep(bank, ANNA, rule_set(rules=()), "空")
    assert "空清单就是如实的结论" in said(client, f"/rules/{empty.version}")
    assert client.get(f"/rules/{empty.version}/decision_table").status_code == 422
    assert empty.kept_at <= datetime.now(UTC)
