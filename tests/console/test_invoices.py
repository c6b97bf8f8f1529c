"""Pages of invoices: verdicts listed and narrowed, one list layer by layer, the limit as it was counted."""

import re
from pathlib import Path

from starlette.testclient import TestClient
from tests.console.helpers import NASTY_ID, a_bank, a_client, an_empty_bank

from windchime.console import addresses
from windchime.console.invoice_words import VERDICTS
from windchime.service.bank import Bank


def test_every_verified_firm_is_listed_and_lists_narrow(client: TestClient) -> None:
    page = client.get("/invoices").text
    assert page.count('href="/invoices/shop') == 9  # the tenth has no invoices
    for verdict, word in VERDICTS.items():
        narrowed = client.get(f"/invoices?verdict={verdict}").text
        assert all(word["zh"] in row for row in re.findall(r"<tr>\s*<td.*?</tr>", narrowed, re.DOTALL))


def test_a_list_is_told_layer_by_layer(client: TestClient) -> None:
    page = client.get(f"{addresses.invoices(NASTY_ID)}?lang=en").text
    assert "<script>alert" not in page
    for words in (
        "the single invoice",
        "the list as a whole",
        "against other copies",
        "suggested limit",
        "have a number",
    ):
        assert words in page
    # every number of this shop is malformed, which evidence and rows both show
    assert "/library/invoices/row?file=invoices.parquet" in page


def test_a_firm_without_a_verdict_has_no_page(client: TestClient) -> None:
    assert client.get("/invoices/shop%3ASILENT").status_code == 404
    assert "/invoices/shop%3ASILENT" not in client.get("/firms/shop%3ASILENT").text
    assert "/invoices/shop%3ASOUND" in client.get("/firms/shop%3ASOUND").text


def test_the_page_says_how_to_get_verdicts(home: Path, tmp_path: Path) -> None:
    empty = an_empty_bank(home)
    assert "windchime demo" in a_client(empty).get("/invoices").text
    loaded: Bank = a_bank(tmp_path / "other", decided=False)
    assert "发票还没有核验" in a_client(loaded).get("/invoices").text
