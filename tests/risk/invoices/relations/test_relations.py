"""Relations: every check on the smallest list it hits and the nearest it passes; days honest; one firm as among all."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.risk.invoices.library import reading

from windchime.content.in_force import shipped
from windchime.data.reading import Reading
from windchime.risk.invoices.listing import Listing
from windchime.risk.invoices.relations import circling
from windchime.risk.invoices.relations.checks import CHECKS, ROWS
from windchime.risk.invoices.relations.gathering import gather
from windchime.risk.invoices.relations.parties import Parties
from windchime.risk.invoices.relations.running import hits, run
from windchime.risk.invoices.relations.settings import Mutual, Settings

AS_OF = date(2025, 12, 31)
SETTINGS = Settings.of(shipped("invoice_relations")[0], AS_OF)
DAY = date(2025, 6, 15)


def invoice(partner: str = "b", day: date = DAY, total: str = "113.00", firm: str = "a", **more: Any) -> dict[str, Any]:
    sale = more.pop("direction", "sale") == "sale"
    return {
        "reporting_firm_id": firm,
        "direction": "sale" if sale else "purchase",
        "seller_id": firm if sale else partner,
        "buyer_id": partner if sale else firm,
        "invoice_no": more.pop("no", None) or str(abs(hash((partner, day, total, sale))) % 10**8),
        "status": "normal",
        "colour": "red" if total.startswith("-") else "blue",
        "issue_date": day,
        "amount": Decimal(total),
        "tax": Decimal("0.00"),
        "total": Decimal(total),
    } | more


def listing(*rows: dict[str, Any]) -> Listing:
    schema = {"issue_date": pl.Date(), **dict.fromkeys(("amount", "tax", "total"), pl.Decimal(18, 2))}
    return Listing.of(pl.DataFrame(list(rows), schema_overrides=schema, infer_schema_length=None), AS_OF)


def codes(rows: Listing, library: Reading | None = None) -> dict[str, int]:
    parties = gather(library, SETTINGS) if library else Parties()
    found = hits(rows, parties, SETTINGS)
    return dict(found.group_by("code").len().sort("code").iter_rows())


def firm(name: str, **more: Any) -> dict[str, Any]:
    return {"firm_id": name, "name": name, "established_on": date(2010, 1, 1)} | more


@pytest.mark.parametrize(
    ("register", "code"),
    [
        ({"established_on": DAY + timedelta(days=32)}, "partner_not_yet_founded"),
        ({"status": "cancelled", "status_on": DAY - timedelta(days=1)}, "partner_had_ended"),
        ({"established_on": DAY + timedelta(days=31)}, ""),
        ({"status": "cancelled", "status_on": DAY}, ""),
        ({"status": "suspended", "status_on": DAY - timedelta(days=9)}, ""),
        ({"status": "cancelled"}, ""),
    ],
)
def test_what_the_register_says_of_the_other_side(register: dict[str, Any], code: str) -> None:
    found = codes(listing(invoice()), reading(firms=[firm("b", **register)]))
    assert set(found) - {"ended_share_high"} == ({code} if code else set())


def test_the_firm_itself_was_not_yet_founded() -> None:
    library = reading(firms=[firm("a", established_on=date(2025, 9, 1)), firm("b")])
    assert codes(listing(invoice(), invoice(day=date(2025, 8, 20))), library) == {"firm_not_yet_founded": 1}


def test_later_knowledge_says_nothing() -> None:
    gone = firm("b", status="cancelled", status_on=date(2025, 1, 1))
    known = {"known_on": date(2026, 1, 5)}
    assert codes(listing(invoice()), reading(firms=[firm("b"), gone | known])) == {}
    assert codes(listing(invoice()), reading(firms=[firm("b"), gone | {"known_on": date(2025, 12, 1)}]))


@pytest.mark.parametrize(
    ("table", "row", "hit"),
    [
        ("enforcement", {"executed_id": "b", "filed_on": DAY, "status": "open"}, True),
        ("enforcement", {"executed_id": "b", "filed_on": DAY, "status": "terminated_this", "status_on": DAY}, True),
        (
            "enforcement",
            {"executed_id": "b", "filed_on": date(2025, 1, 1), "status": "performed", "status_on": DAY},
            False,
        ),
        ("enforcement", {"executed_id": "b", "filed_on": DAY + timedelta(days=1), "status": "open"}, False),
        (
            "dishonest_debtors",
            {"party_id": "b", "published_on": date(2024, 1, 1), "removed_on": date(2026, 1, 1)},
            True,
        ),
        ("dishonest_debtors", {"party_id": "b", "published_on": date(2024, 1, 1), "removed_on": DAY}, False),
        ("consumption_limits", {"firm_id": "b", "ordered_on": date(2025, 1, 1)}, True),
        ("abnormal_listings", {"firm_id": "b", "list_kind": "tax_major", "listed_on": date(2025, 1, 1)}, True),
        ("abnormal_listings", {"firm_id": "b", "list_kind": "other", "listed_on": date(2025, 1, 1)}, False),
        (
            "tax_arrears",
            {"firm_id": "b", "kind": "false_invoice", "published_on": date(2025, 1, 1), "settled_on": date(2025, 2, 1)},
            True,
        ),
        ("tax_arrears", {"firm_id": "b", "kind": "arrears", "published_on": date(2025, 1, 1)}, False),
    ],
)
def test_what_stands_against_the_other_side_on_the_day(table: str, row: dict[str, Any], *, hit: bool) -> None:
    tables: dict[str, Any] = {table: [row]}
    found = codes(listing(invoice()), reading(**tables))
    assert ("partner_in_trouble" in found) == hit


def test_signs_of_a_shell_count_together() -> None:
    young = {"established_on": DAY - timedelta(days=100)}
    small = young | {"registered_capital": "100000"}
    empty = small | {"staff_reported": 0}
    for known, count in ((young, 0), (small, 0), (empty, 1)):
        assert codes(listing(invoice()), reading(firms=[firm("b", **known)])).get("partner_is_shell", 0) == count
    # the insured speak louder than the annual report
    insured = {"firm_id": "b", "month": date(2025, 11, 1), "kind": "pension", "insured_count": 4}
    assert "partner_is_shell" not in codes(
        listing(invoice()), reading(firms=[firm("b", **empty)], social_insurance=[insured])
    )


def test_members_of_one_group_are_related_and_dependents_are_not() -> None:
    def library(level: str, basis: str) -> Reading:
        rows = [{"group_id": "g", "firm_id": f, "level": level, "basis": basis} for f in ("a", "b")]
        return reading(group_members=rows)

    rows = listing(invoice(), invoice(partner="c"))
    assert codes(rows, library("confirmed", "control")) == {"partner_is_related": 1, "related_share_high": 1}
    assert codes(rows, library("confirmed", "dependence")) == {}
    assert codes(rows, library("hint", "control")) == {}


def test_a_controller_and_a_hidden_tie_relate_both_ways() -> None:
    control = reading(control_links=[{"firm_id": "b", "controller_id": "a", "kind": "control"}])
    pair = {"firm_a_id": "a", "firm_b_id": "b", "score": "2.0", "declared": "no", "kinds": "person"}
    for library in (control, reading(hidden_ties=[pair])):
        both = hits(listing(invoice(), invoice(partner="a", firm="b")), gather(library, SETTINGS), SETTINGS)
        assert both.filter(pl.col("code") == "partner_is_related")["row"].to_list() == [0, 1]
    assert codes(listing(invoice()), reading(hidden_ties=[pair | {"score": "0.5"}])) == {}


def test_other_names_of_one_party_are_one() -> None:
    links = [{"mention_id": m, "kind": "firm", "entity_id": "e:1", "method": "code"} for m in ("b", "court:7")]
    case = {"executed_id": "court:7", "filed_on": date(2025, 1, 1), "status": "open"}
    library = reading(entity_links=links, enforcement=[case])
    assert "partner_in_trouble" in codes(listing(invoice()), library)
    rows = listing(invoice())
    near, far = gather(library, SETTINGS, ["a", "b"]), gather(library, SETTINGS, ["a", "c"])
    assert hits(rows, near, SETTINGS).equals(hits(rows, gather(library, SETTINGS), SETTINGS))
    assert far.troubles.height == 0


def test_hops_of_a_loop_are_hit_in_the_lists_of_both_sides() -> None:
    hop = {
        "loop_id": "l",
        "hop": 1,
        "kind": "invoice",
        "ring_id": "r",
        "from_id": "a",
        "to_id": "b",
        "amount": "113.00",
    }
    library = reading(money_loops=[hop | {"passed_on": DAY}])
    rows = listing(invoice(), invoice(firm="b", partner="a", direction="purchase"), invoice(total="226.00"))
    found = run(rows, gather(library, SETTINGS), SETTINGS).hits.filter(pl.col("code") == "circular_invoicing")
    assert found["row"].to_list() == [0, 1]
    assert found["detail"].to_list() == ["r", "r"]


def test_void_red_and_repeated_rows_are_not_held_against_anybody() -> None:
    library = reading(firms=[firm("b", status="cancelled", status_on=date(2024, 1, 1))])
    twice = invoice(no="7")
    rows = listing(twice, twice, invoice(status="void"), invoice(total="0.00"))
    assert codes(rows, library) == {"ended_share_high": 1, "partner_had_ended": 1}


def test_shares_are_of_twelve_whole_months_of_sales() -> None:
    library = reading(consumption_limits=[{"firm_id": "b", "ordered_on": date(2020, 1, 1)}])
    old = invoice(day=date(2024, 12, 31), total="9000.00")
    found = hits(
        listing(invoice(total="300.00"), invoice(partner="c", total="700.00"), old), gather(library, SETTINGS), SETTINGS
    )
    share = found.row(by_predicate=pl.col("code") == "troubled_share_high", named=True)
    assert (share["figure"], share["bound"], share["row"]) == (pytest.approx(0.3), 0.2, None)


def test_what_the_library_cannot_tell_is_not_run() -> None:
    told = {c.code for c in CHECKS}
    bare = {c.code for c in run(listing(invoice()), Parties(), SETTINGS).not_run}
    assert told - bare == {"mutual_invoicing", "mutual_share_high"}
    known = run(listing(invoice()), gather(reading(firms=[firm("b")]), SETTINGS), SETTINGS)
    assert {c.code for c in known.not_run} == bare - {
        "partner_not_yet_founded", "firm_not_yet_founded", "partner_had_ended", "partner_is_shell", "shell_share_high",
        "ended_share_high",
    }  # fmt: skip
    judged = dict(known.exposures.select("code", "judged").iter_rows())
    assert judged["partner_had_ended"] == judged["mutual_invoicing"] == judged["ended_share_high"] == 1


def test_every_check_has_a_standing_and_every_share_a_bound() -> None:
    assert set(SETTINGS.standings) == {c.code for c in CHECKS}
    assert set(SETTINGS.shares) == {c.code for c in CHECKS} - {c.code for c in ROWS}


TRADES = st.lists(
    st.tuples(st.booleans(), st.sampled_from("pq"), st.integers(0, 120), st.integers(80, 130)), min_size=1, max_size=12
)


def nearest(rows: list[tuple[bool, str, int, int]], how: Mutual) -> set[int]:
    """The rows of pairs that choose each other, by looking at every pair."""

    def order(i: int, j: int) -> tuple[float, int]:
        sale, purchase = (i, j) if rows[i][0] else (j, i)
        ratio = rows[purchase][3] / rows[sale][3]
        return (max(ratio, 1 / ratio), abs(rows[i][2] - rows[j][2]))

    def meets(i: int, j: int) -> bool:
        sale, purchase = (i, j) if rows[i][0] else (j, i)
        return (
            rows[i][0] != rows[j][0]
            and rows[i][1] == rows[j][1]
            and abs(rows[i][2] - rows[j][2]) <= how.days
            and how.low <= rows[purchase][3] / rows[sale][3] <= how.high
        )

    chosen = {
        i: min((j for j in range(len(rows)) if meets(i, j)), key=lambda j: (*order(i, j), j), default=None)
        for i in range(len(rows))
    }
    return {i for i, j in chosen.items() if j is not None and chosen[j] == i}


@settings(max_examples=40)
@given(TRADES, st.integers(1, 40))
def test_mutual_invoices_choose_each_other(trades: list[tuple[bool, str, int, int]], days: int) -> None:
    how = Mutual(days, 0.8, 1.25)
    # no two totals alike, so that no tie is decided by the last digit of a logarithm
    rows = [(sale, party, day, total * 1000 + i * 7) for i, (sale, party, day, total) in enumerate(trades)]
    frame = pl.DataFrame(
        {
            "row": pl.Series(range(len(rows)), dtype=pl.UInt32),
            "owner": ["a"] * len(rows),
            "party": [r[1] for r in rows],
            "direction": ["sale" if r[0] else "purchase" for r in rows],
            "day": [DAY + timedelta(days=r[2]) for r in rows],
            "total": [r[3] for r in rows],
        }
    )
    assert set(circling.mutual(frame, how)["row"]) == nearest(rows, how)
