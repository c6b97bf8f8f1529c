"""The guard before publication: what is broken is refused with all its faults, and nobody publishes what they wrote."""

from datetime import date
from pathlib import Path

import pytest
from tests.decision.helpers import ANNA, BO, a_bank

from windchime.content import seed
from windchime.content.scheme import Scheme
from windchime.content.store import ContentStore, OwnContent
from windchime.core.errors import UnknownName
from windchime.core.problems import Problem
from windchime.decision.publication import BEGINS, FaultyContent, publish, set_up
from windchime.service import audit
from windchime.service.bank import Bank

FROM = date(2026, 1, 1)


def proposed(bank: Bank, kind: str, name: str, *changes: tuple[str, str]) -> str:
    """A draft by Anna: the shipped document with some texts replaced."""
    data = seed.sources(kind)[name].decode()
    for old, new in changes:
        assert old in data, old
        data = data.replace(old, new)
    with bank.unit(ANNA) as unit:
        return ContentStore(bank.content_dir).propose(unit, kind, name, data.encode(), valid_from=FROM)


def published(bank: Bank, kind: str, name: str, version: str) -> tuple[Problem, ...]:
    with bank.unit(BO) as unit:
        return publish(ContentStore(bank.content_dir), unit, kind, name, version)


def faults(bank: Bank, kind: str, name: str, *changes: tuple[str, str]) -> str:
    """What the guard says of a changed document."""
    with pytest.raises(FaultyContent) as raised:
        published(bank, kind, name, proposed(bank, kind, name, *changes))
    store = ContentStore(bank.content_dir)
    with bank.session() as session:
        assert store.version_at(session, kind, name, FROM) != "", "the one before stays in force"
        assert all(v.state == "draft" for v in store.versions(session, kind, name) if v.valid_from == FROM)
    return raised.value.message("en")


def test_setting_up_twice_changes_nothing_and_bears_two_names(shop: Bank) -> None:
    assert set_up(shop, BO) == []
    with shop.session() as session:
        store = ContentStore(shop.content_dir)
        versions = store.versions(session)
        assert {(v.kind, v.name) for v in versions} == {
            (k, n) for k in ("schemes", "policies", "products") for n in seed.sources(k)
        }
        assert {(v.author, v.checker, v.state, v.valid_from) for v in versions} == {
            ("release", "bo", "published", BEGINS)
        }
        assert audit.verify(session) == []


def test_what_a_bank_published_itself_is_not_touched_by_setting_up(shop: Bank) -> None:
    version = proposed(shop, "schemes", "lending_limits", ('"0.20"', '"0.15"'))
    published(shop, "schemes", "lending_limits", version)
    set_up(shop, BO)
    with shop.session() as session:
        assert ContentStore(shop.content_dir).version_at(session, "schemes", "lending_limits", FROM) == version


def test_every_shipped_value_has_begun_when_shipped_content_counts() -> None:
    for body in seed.documents("schemes").values():
        scheme = Scheme.of(body)
        for parameter in scheme.parameters:
            assert scheme.at(parameter, BEGINS).name == parameter


def test_no_one_publishes_what_they_wrote(shop: Bank) -> None:
    version = proposed(shop, "policies", "invoice_loan", ("< 6, null", "< 9, null"))
    with pytest.raises(OwnContent), shop.unit(ANNA) as unit:
        publish(ContentStore(shop.content_dir), unit, "policies", "invoice_loan", version)
    published(shop, "policies", "invoice_loan", version)


def test_every_broken_cell_is_named(shop: Bank) -> None:
    said = faults(shop, "policies", "invoice_loan", ("> 0.40 ", "> > 0.40 "), ("< 24, null", "few, null"))
    assert "void_share_too_high" in said or "> > 0.40" in said
    assert "few" in said


@pytest.mark.parametrize(
    ("kind", "name", "old", "new", "said"),
    [
        ("policies", "invoice_loan", "{indicator: void_rate_12m}", "{indicator: void_rate_13m}", "void_rate_13m"),
        ("policies", "invoice_loan", "{score: band}", "{score: colour}", "unknown source"),
        ("policies", "invoice_loan", "  band: {score: band}\n", "", "no source of"),
        ("policies", "invoice_loan", "policy: invoice_loan", "policy: other", "does not name itself"),
        ("policies", "invoice_loan", "{void_share_bound}", "{red_share_bound}", "does not hold"),
        ("policies", "invoice_loan", "refer: [referral]", "refer: [refferal]", "refferal"),
        ("policies", "invoice_loan", "[approve, refer, decline]}", "[approve, refer, decline, maybe]}", "verdict"),
        ("policies", "invoice_loan", "probability: {score: probability}", "probability: {limit: capacity}", ""),
        ("policies", "invoice_loan", "    band: {label: {zh: 等级, en: Band}, type: string, values: [A, B, C, D]}\n  tables:\n    band_terms", "    capacity: {label: {zh: 等级, en: Band}, type: string, values: [A, B, C, D]}\n  tables:\n    band_terms", "band"),
        ("products", "invoice_loan", "sales: sales_12m", "sales: sales_13m", "sales_13m"),
        ("products", "invoice_loan", "policy: invoice_loan", "policy: other_loan", "other_loan"),
        ("products", "invoice_loan", "limit: lending_limits", "limit: lending_costs", "sales_share"),
        ("products", "invoice_loan", 'minimum: "100000"', 'minimum: "2000000"', "minimum <= maximum"),
        ("products", "invoice_loan", 'minimum: "100000"', 'minimum: "100500.5"', "step"),
        ("products", "invoice_loan", 'minimum: "100000"', "minimum: much", "not a range of numbers"),
        ("products", "invoice_loan", "term_months: 12", "term_months: 0", "shorter"),
        ("products", "invoice_loan", "currency: CNY\n", "", "currency"),
        ("products", "invoice_loan", "status: illustrative", "status: perfect", "perfect"),
        ("schemes", "lending_limits", "sales_share:", "sales_part:", "sales_share"),
        ("schemes", "lending_limits", '"0.20"', "some", "sales_share"),
        ("schemes", "lending_limits", "scheme: lending_limits", "scheme: limits", "does not name itself"),
    ],
)  # fmt: skip
def test_what_refers_to_nothing_or_breaks_its_form_is_refused(
    shop: Bank, kind: str, name: str, old: str, new: str, said: str
) -> None:
    if not said:
        published(shop, kind, name, proposed(shop, kind, name, (old, new)))  # odd, yet every input has a source
    else:
        assert said in faults(shop, kind, name, (old, new))


def test_gaps_and_overlaps_are_told_and_do_not_forbid(shop: Bank) -> None:
    version = proposed(shop, "policies", "invoice_loan", ("        - 'referred | <= 0 | > 0 => \"refer\"'\n", ""))
    notes = published(shop, "policies", "invoice_loan", version)
    assert notes
    assert all("verdict_table" in n.sentence("en") for n in notes)


def test_an_unknown_draft_is_said(shop: Bank) -> None:
    for version in ("", "0123"):
        with pytest.raises(UnknownName):
            published(shop, "policies", "invoice_loan", version)


def test_an_empty_bank_gets_what_ships(tmp_path: Path) -> None:
    bank = a_bank(tmp_path)
    found = set_up(bank, BO)
    assert {k for k, _n, _v in found} == {"schemes", "policies", "products"}
    bank.close()
