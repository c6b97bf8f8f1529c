"""`verify`: from lists to verdicts, findings and rows, with norms and without, with another copy."""

from functools import cache

import polars as pl
import pytest
from tests.risk.invoices.lab.borrowers import AS_OF, borrowers

from windchime.risk.invoices.calibrating import calibrate
from windchime.risk.invoices.copies import CHECKS as COPIES
from windchime.risk.invoices.copies import compare
from windchime.risk.invoices.lab.evaluating import false_alarms, recall, trials
from windchime.risk.invoices.lab.operations import tamper
from windchime.risk.invoices.listing import Listing
from windchime.risk.invoices.population.norms import Norms
from windchime.risk.invoices.population.settings import Settings as Population
from windchime.risk.invoices.settings import Settings
from windchime.risk.invoices.verify import Verification, verify

SETTINGS, POPULATION = Settings.shipped(AS_OF), Population.shipped()
FIRMS = 40


@cache
def clean() -> Listing:
    return borrowers(FIRMS, 14, seed=3)


@cache
def norms() -> Norms:
    return calibrate([clean()], SETTINGS, POPULATION)


@cache
def verified() -> Verification:
    return verify(clean(), SETTINGS, POPULATION, norms())


def test_few_clean_firms_are_asked_about_and_none_rejected() -> None:
    shares = {name: share for name, share, *_bounds in false_alarms(verified().firms)}
    assert shares["question"] <= 0.1
    assert shares["reject"] == 0


def test_every_firm_has_one_verdict_in_order() -> None:
    firms = verified().firms
    assert firms["reporting_firm_id"].to_list() == sorted({*clean().invoices["reporting_firm_id"]})
    assert set(firms["verdict"]) <= {"pass", "question", "reject"}


@pytest.mark.parametrize("known", [True, False])
def test_totals_that_do_not_add_up_reject_firm_and_invoices_with_rows(known: bool) -> None:
    done = tamper(clean(), "alter_amount", firm="own:F3", count=5, seed=1)
    found = verify(done.listing, SETTINGS, POPULATION, norms() if known else None)
    assert found.verdict("own:F3") == "reject"
    assert (found.norms is not None) == known
    rejected = found.invoices.filter(pl.col("verdict") == "reject")["row"].to_list()
    assert set(rejected) >= set(done.altered["row"])
    finding = next(f for f in found.findings("own:F3") if f.code == "total_disagrees")
    assert finding.severity == "severe"
    assert len(finding.evidence) == 5
    assert finding.evidence[0].source_file == "firm3.csv"
    assert finding.params["of"] >= finding.params["count"] == 5
    assert "5" in finding.sentence("zh")
    assert "5" in finding.sentence("en")
    assert type(finding).of(finding.as_dict()) == finding


def test_a_firm_gets_the_same_verdict_alone_and_among_others() -> None:
    done = tamper(clean(), "inflate_all", seed=1).listing
    among = verify(done, SETTINGS, POPULATION, norms())
    for firm in ("own:F4", "own:F5"):
        alone = verify(done.keep(pl.col("reporting_firm_id") == firm), SETTINGS, POPULATION, norms())
        assert alone.verdict(firm) == among.verdict(firm)
        assert [f.code for f in alone.findings(firm)] == [f.code for f in among.findings(firm)]


def test_every_ground_has_a_sentence_in_both_languages() -> None:
    done = tamper(clean(), "inflate_all", seed=1).listing
    found = verify(done, SETTINGS, POPULATION, norms())
    findings = [f for firm in found.firms["reporting_firm_id"] for f in found.findings(firm)]
    assert findings
    for finding in findings:
        assert "{" not in finding.sentence("zh") + finding.sentence("en")
        assert finding.sentence("zh") != finding.sentence("en")


def test_another_copy_that_contradicts_speaks_for_itself() -> None:
    done = tamper(clean(), "scale_invoice", firm="own:F6", count=4, seed=2)
    compared = compare(done.listing, clean(), "earlier")
    found = verify(done.listing, SETTINGS, POPULATION, norms(), others=[(compared, COPIES)])
    assert found.verdict("own:F6") == "reject"
    assert found.verdict("own:F7") == verified().verdict("own:F7")


def test_an_empty_list_has_no_verdicts() -> None:
    nothing = clean().keep(pl.lit(value=False))
    found = verify(nothing, SETTINGS, POPULATION, norms())
    assert found.firms.is_empty()
    assert found.invoices.is_empty()
    assert found.verdict("own:F1") == "pass"


def test_trials_tell_operation_count_and_what_was_seen() -> None:
    found = trials(
        clean(), norms(), SETTINGS, POPULATION, seed=1, operations=["alter_amount", "swap_partner"], counts=[3]
    )
    table = {r["operation"]: r for r in recall(found).iter_rows(named=True)}
    assert set(table) == {"alter_amount", "swap_partner"}
    seen = table["alter_amount"]
    assert seen["firms"] == FIRMS
    assert seen["detected"] == 1
    assert seen["low"] < 1 == seen["high"]
    assert seen["earlier"] == 1
    assert table["swap_partner"]["detected"] < 0.5
