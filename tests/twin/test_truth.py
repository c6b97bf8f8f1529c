from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
from tests.twin.helpers import Row, rows

from windchime.data.contracts import contract
from windchime.twin import Manifest

#: words that only truth may use
SECRETS = ("first_quality", "honesty", "liquidity", "dormant", "distress", "planted", "truth", "nominee_of", "skill")


def test_nothing_of_truth_stands_where_a_load_reads(small: Manifest) -> None:
    """Everything a load can see: the files of the folder itself, their columns, and the texts inside."""
    read = [p for p in small.folder.iterdir() if p.is_file()]
    assert {"pack.yaml", "firms.parquet", "invoices.parquet"} <= {p.name for p in read}
    for path in read:
        if path.suffix == ".parquet":
            assert set(pq.read_schema(path).names) <= {c.name for c in contract(path.stem).expected}
        said = path.read_bytes().lower() if path.suffix == ".yaml" else b" ".join(_texts(path))
        assert not [s for s in SECRETS if s.encode() in said]


def _texts(path: Path) -> list[bytes]:
    found = [n.encode() for n in pq.read_schema(path).names]
    found += [k + v for k, v in (pq.read_schema(path).metadata or {}).items()]
    for column in pq.read_table(path).columns:
        if str(column.type) == "string":
            found += [v.lower().encode() for v in column.unique().to_pylist() if v is not None]
    return found


def test_duplicates_are_where_truth_says(pack: Path, invoices: list[Row]) -> None:
    planted = rows(pack, "truth/duplicate_row")
    assert planted
    for case in planted:
        assert invoices[case["row"] - 1] == invoices[case["first_row"] - 1]
        assert invoices[case["row"] - 1]["invoice_no"] == case["invoice_no"]
    many = Counter(tuple(r.values()) for r in invoices)
    assert sum(n - 1 for n in many.values()) == len(planted)


def test_voids_and_red_letters_are_all_recorded(pack: Path, invoices: list[Row]) -> None:
    planted = {(r["seller_id"], r["invoice_no"]): r for r in rows(pack, "truth/planted_invoice")}
    for row in invoices:
        case = planted.get((row["seller_id"], row["invoice_no"]))
        if row["status"] == "void":
            assert case is not None
            assert case["mark"] == "voided"
        if row["colour"] == "red":
            assert case is not None
            assert case["mark"] in {"correction", "return", "reversal"}
            assert case["related_no"] == row["original_no"]


def test_a_reissue_repeats_buyer_and_total_within_a_week(pack: Path, invoices: list[Row]) -> None:
    sold = {(r["seller_id"], r["invoice_no"]): r for r in invoices if r["direction"] == "sale"}
    again = [r for r in rows(pack, "truth/planted_invoice") if r["mark"] == "reissue"]
    assert len(again) > 50
    for case in again:
        new, old = sold[case["seller_id"], case["invoice_no"]], sold[case["seller_id"], case["related_no"]]
        assert (new["buyer_id"], new["total"]) == (old["buyer_id"], old["total"])
        assert timedelta(0) <= new["issue_date"] - old["issue_date"] <= timedelta(days=7)


def _rounds(pack: Path, table: str) -> dict[tuple[int, int], list[Row]]:
    found = defaultdict(list)
    for row in rows(pack, table):
        found[row["case_id"], row["round"]].append(row)
    return {k: sorted(v, key=lambda r: r["hop"]) for k, v in found.items()}


def test_planted_cycles_close_within_sixty_days(pack: Path, invoices: list[Row]) -> None:
    listed = {(r["reporting_firm_id"], r["invoice_no"]): r for r in invoices}
    rounds = _rounds(pack, "truth/invoice_cycle")
    lengths = {hops[0]["length"] for hops in rounds.values()}
    assert 2 in lengths
    assert any(3 <= n <= 6 for n in lengths)
    for hops in rounds.values():
        assert len(hops) == hops[0]["length"]
        assert [h["buyer_id"] for h in hops] == [h["seller_id"] for h in hops[1:]] + [hops[0]["seller_id"]]
        assert hops[-1]["issue_date"] - hops[0]["issue_date"] <= timedelta(days=60)
        assert 0.7 <= hops[-1]["total"] / hops[0]["total"] <= 1.5
        for hop in hops:
            for firm in (hop["seller_id"], hop["buyer_id"]):
                assert listed[firm, hop["invoice_no"]]["total"] == hop["total"]


def test_look_alikes_are_not_the_same_firms(pack: Path) -> None:
    fraud = {r["seller_id"] for r in rows(pack, "truth/invoice_cycle")}
    honest = {r["seller_id"] for r in rows(pack, "truth/benign_case")}
    assert fraud
    assert honest
    assert not fraud & honest


def test_nothing_is_sold_in_a_planted_gap(pack: Path, invoices: list[Row]) -> None:
    gaps = {(r["firm_id"], r["month"]) for r in rows(pack, "truth/gap_month")}
    assert len(gaps) > 20
    trades = {
        (r["reporting_firm_id"], r["issue_date"].replace(day=1))
        for r in invoices
        if r["direction"] == "sale" and r["colour"] == "blue"
    }
    marked = {(r["seller_id"], r["issue_date"].replace(day=1)) for r in rows(pack, "truth/planted_invoice")}
    assert gaps & trades <= marked


def test_outcomes_are_the_defaults_of_borrowers(pack: Path) -> None:
    events = {r["firm_id"]: r["default_on"] for r in rows(pack, "truth/default_event")}
    loans = {r["loan_id"]: r for r in rows(pack, "loans")}
    outcomes = rows(pack, "loan_outcomes")
    assert len(outcomes) == len(loans) > 10
    for row in outcomes:
        loan = loans[row["loan_id"]]
        assert loan["firm_id"] == row["firm_id"]
        assert date(2024, 10, 1) <= loan["drawn_on"] <= date(2025, 1, 31)
        assert loan["due_on"] == loan["drawn_on"].replace(year=loan["drawn_on"].year + 1)
        assert row["observed_from"] == max(loan["drawn_on"], date(2025, 1, 1))
        assert row["observed_to"] == date(2025, 12, 31)
        assert row["event_on"] == events.get(row["firm_id"])
        assert row["bad"] == (row["event_on"] is not None)
        assert row["event_on"] is None or row["observed_from"] < row["event_on"] <= row["observed_to"]


def test_those_without_a_loan_are_known_to_truth_alone(pack: Path) -> None:
    borrowers = {r["firm_id"] for r in rows(pack, "loans")}
    others = {r["firm_id"] for r in rows(pack, "truth/counterfactual_outcome")}
    assert others
    assert not borrowers & others


def test_a_failed_firm_stops(pack: Path, invoices: list[Row]) -> None:
    trading = {(r["firm_id"], r["month"]): r["trading"] for r in rows(pack, "truth/firm_state")}
    for row in invoices:
        ordinary = row["direction"] == "sale" and row["colour"] == "blue"
        if ordinary and not trading[row["reporting_firm_id"], row["issue_date"].replace(day=1)]:
            # a reissue may run a few days into the month after the last
            before = (row["issue_date"].replace(day=1) - timedelta(days=1)).replace(day=1)
            assert row["issue_date"].day <= 7
            assert trading[row["reporting_firm_id"], before]
