"""A bank spends a total over the firms it has approved: collected from its log, recorded with what it rests on."""

import json
import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select, update
from tests.decision.helpers import ANNA, AS_OF, a_bank
from tests.decision.shop import a_shop

from windchime.content import seed
from windchime.content.scheme import Scheme
from windchime.core.canonical import canonical, sha256
from windchime.core.errors import UnknownName
from windchime.core.text import LANGS
from windchime.decision.desk import decide_all
from windchime.decision.rulebook import Rulebook
from windchime.decision.tables import Decision
from windchime.portfolio.allocate import allocate_in
from windchime.portfolio.allocation import Point
from windchime.portfolio.market import NotWholeYuan, assumed_curves
from windchime.portfolio.segment import NothingDecided
from windchime.portfolio.tables import AllocationRecord
from windchime.risk.scorecards.tables import ModelVersion
from windchime.service import audit
from windchime.service.bank import Bank

BUDGET = Decimal(4_000_000)


@pytest.fixture(scope="module")
def decided_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a shop that has decided all its firms; one of them trained the model."""
    home = tmp_path_factory.mktemp("allocating")
    bank = a_shop(home)
    oof = canonical([{"firm_id": "shop:SOUND", "bad": 0.0, "fold": 0, "scorecard": 0.0125, "challenger": 0.5}])
    (bank.models_dir / f"{sha256(oof)}.json").write_bytes(oof)
    with bank.unit(ANNA) as unit:
        unit.session.execute(update(ModelVersion).values(oof=sha256(oof)))
    decide_all(bank, ANNA, as_of=AS_OF)
    bank.close()
    return home


@pytest.fixture
def bank(decided_home: Path, tmp_path: Path) -> Iterator[Bank]:
    shutil.copytree(decided_home, tmp_path / "home")
    bank = a_bank(tmp_path / "home")
    yield bank
    bank.close()


def approved(bank: Bank) -> dict[str, Decision]:
    with bank.session() as session:
        found = {d.firm_id: d for d in session.scalars(select(Decision).where(Decision.verdict == "approve"))}
        session.expunge_all()
        return found


def test_a_total_is_spent_over_the_approved_and_recorded(bank: Bank) -> None:
    done = allocate_in(bank, ANNA, BUDGET, as_of=AS_OF)

    offers = {o.firm_id: o for o in done.allocation.optimum.offers}
    assert offers
    assert offers.keys() <= approved(bank).keys()
    assert all(o.amount <= (approved(bank)[f].limit or 0) for f, o in offers.items())
    assert done.allocation.optimum.offered <= BUDGET
    with bank.session() as session:
        row = session.scalars(select(AllocationRecord)).one()
        assert (row.id, row.segment, row.budget, row.as_of) == (done.id, "all", 4_000_000, AS_OF)
        assert row.body.encode() == canonical(done.body)
        assert row.body_sha256 == sha256(row.body.encode())
        last = list(audit.records(session))[-1]
        assert (last.action, last.subject) == ("portfolio.allocate", f"allocation:{done.id}")
        assert json.loads(str(last.after))["sha256"] == row.body_sha256
    cited = {c["firm"]: c["decision"] for c in json.loads(canonical(done.body))["candidates"]}
    assert cited == {f: d.id for f, d in approved(bank).items() if f in cited}


def test_the_same_question_gives_the_same_bytes(bank: Bank) -> None:
    assert canonical(allocate_in(bank, ANNA, BUDGET, as_of=AS_OF).body) == canonical(
        allocate_in(bank, ANNA, BUDGET, as_of=AS_OF).body
    )


def test_a_firm_that_trained_the_model_is_judged_out_of_fold(bank: Bank) -> None:
    done = allocate_in(bank, ANNA, BUDGET, as_of=AS_OF)
    judged = {c.firm_id: c.probability for c in done.pool.candidates}
    assert judged["shop:SOUND"] == Decimal("0.012500")
    others = judged.keys() - {"shop:SOUND"}
    assert {f: judged[f] for f in others} == {f: approved(bank)[f].probability for f in others}
    assert done.pool.out_of_fold == 1
    assert "approved_in_sample" in {f.code for f in done.findings}


def test_referred_firms_are_not_offered_and_counted(bank: Bank) -> None:
    done = allocate_in(bank, ANNA, BUDGET, as_of=AS_OF)
    assert done.pool.verdicts["refer"] >= 1
    (said,) = [f for f in done.findings if f.code == "referred_not_offered"]
    assert said.params == {"referred": done.pool.verdicts["refer"], "declined": done.pool.verdicts["decline"]}
    assert all("{" not in f.sentence(lang) for f in done.findings for lang in LANGS)


def test_without_a_churn_table_the_lines_of_the_scheme_are_assumed_and_said(bank: Bank) -> None:
    assert "churn_assumed" in {f.code for f in allocate_in(bank, ANNA, BUDGET, as_of=AS_OF).findings}


def test_the_assumed_lines_lie_on_the_grid_of_the_product() -> None:
    product = Rulebook.shipped("invoice_loan", AS_OF).product
    curves = assumed_curves(product, Scheme.of(seed.documents("schemes")["allocation"]), AS_OF)
    for curve in curves.values():
        assert curve[0] == Point(product.rate.minimum, Decimal(0))
        assert curve[-1].rate == product.rate.maximum
        assert [p.churn for p in curve] == sorted(p.churn for p in curve)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"segment": "rated"}, UnknownName),
        ({"as_of": date(2019, 12, 31)}, NothingDecided),
        ({"budget": Decimal("100.50")}, NotWholeYuan),
        ({"budget": Decimal(-1)}, NotWholeYuan),
    ],
)
def test_calls_that_cannot_be_meant_change_nothing(
    bank: Bank, options: dict[str, object], error: type[Exception]
) -> None:
    given = {"budget": BUDGET, "as_of": AS_OF} | options
    with pytest.raises(error):
        allocate_in(bank, ANNA, given.pop("budget"), **given)  # type: ignore[arg-type]
    with bank.session() as session:
        assert not session.scalars(select(AllocationRecord)).all()
