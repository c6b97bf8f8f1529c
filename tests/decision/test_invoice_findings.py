"""Findings on invoices in decisions: read from the library's verdicts, replayed to the byte, and told when they are out of date."""

from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
from tests.decision.helpers import AS_OF, BO
from tests.decision.shop import FIRMS, Firm, frames, load

from windchime.core.clock import FixedClock
from windchime.data.contracts import contract
from windchime.data.lake import Lake, versions
from windchime.decision import replay
from windchime.decision.desk import decide, decide_all
from windchime.risk.invoices.published import verdicts
from windchime.risk.invoices.publishing import publish
from windchime.service.bank import Bank

GONE = "shop:B0"


def bury(bank: Bank) -> None:
    """The register says that one buyer of everybody had ended long before."""
    row = frames(FIRMS[:1])["firms"].to_pylist()[0]
    ended = {"firm_id": GONE, "name": "gone", "status": "cancelled", "status_on": date(2015, 6, 1)}
    rows = [row | {"load_id": "load-x"}, row | ended | {"load_id": "load-x", "row_no": 99}]
    load(bank, {"firms": pa.Table.from_pylist(rows[1:], schema=contract("firms").arrow_schema())}, "load-x")


def test_findings_reach_the_decision_and_replay_to_the_byte(shop: Bank) -> None:
    before = decide(shop, BO, "shop:SOUND", as_of=AS_OF).documents[0]
    assert before.findings == ()
    bury(shop)
    done = publish(shop, BO, AS_OF)
    assert done is not None
    assert done.lake_version == done.read_version + 1
    assert done.norms is None
    run = decide_all(shop, BO, as_of=AS_OF)
    by_firm = {d.firm_id: d for d in run.documents}
    sound = by_firm["shop:SOUND"]
    assert [(f.code, f.severity) for f in sound.findings][:2] == [
        ("ended_share_high", "high"),
        ("partner_had_ended", "watch"),
    ]
    assert "high_finding" in {r.code for r in sound.reasons}
    assert (before.verdict, sound.verdict) == ("approve", "refer")
    evidence = sound.findings[1].evidence
    assert {e.source_file for e in evidence} == {"shop"}
    assert all(e.row_no for e in evidence)
    assert by_firm["shop:SILENT"].findings == ()
    again = replay.replay(shop)
    assert {(r.step, r.state) for r in again} == {("re-decide", "equal"), ("re-measure", "equal")}


def test_a_second_run_changes_nothing_and_an_earlier_day_knows_nothing(shop: Bank) -> None:
    bury(shop)
    first = publish(shop, BO, AS_OF)
    second = publish(shop, BO, AS_OF)
    assert first is not None
    assert second is not None
    assert second.lake_version == second.read_version == first.lake_version
    with shop.session() as session, Lake(shop.lake_dir).reading(session, as_of=date(2019, 1, 1)) as reading:
        assert verdicts(reading) == {}
    assert decide(shop, BO, "shop:SOUND", as_of=date(2019, 6, 30)).documents[0].findings == ()


def test_a_list_that_changed_since_is_a_finding_and_old_decisions_still_replay(shop: Bank) -> None:
    publish(shop, BO, AS_OF)
    decide(shop, BO, "shop:SOUND", as_of=AS_OF)
    more = frames((Firm("SOUND", 1, 700_000),))["invoices"].to_pylist()
    late = [r | {"load_id": "load-3", "source_file": "later", "invoice_no": f"9{r['invoice_no'][1:]}"} for r in more]
    load(shop, {"invoices": pa.Table.from_pylist(late, schema=contract("invoices").arrow_schema())}, "load-3")
    (changed,) = decide(shop, BO, "shop:SOUND", as_of=AS_OF).documents[0].findings
    assert (changed.code, changed.severity) == ("invoices_changed_since_verified", "high")
    assert changed.sentence("en") == "the list of invoices has 370 rows and had 360 when it was last verified"
    assert {r.state for r in replay.replay(shop)} == {"equal"}
    # of two states known on one day the later run counts
    assert isinstance(shop.clock, FixedClock)
    shop.clock.instant += timedelta(minutes=1)
    publish(shop, BO, AS_OF)
    assert decide(shop, BO, "shop:SOUND", as_of=AS_OF).documents[0].findings == ()


def test_a_list_corrected_row_for_row_is_a_finding(shop: Bank) -> None:
    publish(shop, BO, AS_OF)
    row = next(r for r in frames(FIRMS)["invoices"].to_pylist() if r["reporting_firm_id"] == "shop:SOUND")
    dearer = row | {"total": row["total"] + 1, "load_id": "load-4", "supersedes": "load-1"}
    load(shop, {"invoices": pa.Table.from_pylist([dearer], schema=contract("invoices").arrow_schema())}, "load-4")
    run = {d.firm_id: d.findings for d in decide_all(shop, BO, as_of=AS_OF).documents}
    (changed,) = run["shop:SOUND"]
    assert (changed.code, changed.severity) == ("invoices_changed_since_verified", "high")
    assert "360, and other content" in changed.sentence("en")
    assert run["shop:SMALL"] == ()
    assert {r.state for r in replay.replay(shop)} == {"equal"}


def test_a_list_that_was_never_verified_is_a_finding_where_others_were(shop: Bank) -> None:
    new = {
        t: pa.Table.from_pylist([r | {"load_id": "load-5"} for r in rows.to_pylist()], schema=rows.schema)
        for t, rows in frames((Firm("NEW", 36, 1_200_000), Firm("BARE", 0, 0))).items()
        if t in ("firms", "invoices")
    }
    publish(shop, BO, AS_OF)
    load(shop, new, "load-5")
    alone = decide(shop, BO, "shop:NEW", as_of=AS_OF).documents[0]
    (finding,) = alone.findings
    assert (finding.code, finding.severity) == ("invoices_not_verified", "high")
    assert finding.sentence("en").startswith("the list of invoices, 360 rows, was never verified")
    assert alone.verdict == "refer"
    among = {d.firm_id: d.findings for d in decide_all(shop, BO, as_of=AS_OF).documents}
    assert among["shop:NEW"] == alone.findings
    assert among["shop:BARE"] == among["shop:SMALL"] == ()
    assert {r.state for r in replay.replay(shop)} == {"equal"}


def test_a_bank_that_verifies_nothing_is_told_nothing(shop: Bank) -> None:
    assert {d.findings for d in decide_all(shop, BO, as_of=AS_OF).documents} == {()}


def test_without_invoices_nothing_is_done(shop: Bank) -> None:
    with shop.session() as session:
        head = versions.head(session)
    assert head is not None
    assert "invoice_verdicts" not in head.tables
    publish(shop, BO, date(2010, 1, 1))
    document = decide(shop, BO, "shop:SMALL", as_of=AS_OF).documents[0]
    assert document.findings == ()
    assert document.limit is None or document.limit > Decimal(0)
