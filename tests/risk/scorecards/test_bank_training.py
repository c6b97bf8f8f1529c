"""Training on a bank's own lake, from the loaded contest data to two drafts."""

from datetime import date
from pathlib import Path

import pytest

from windchime.content import seed
from windchime.content.store import ContentStore
from windchime.core.clock import FixedClock
from windchime.core.unit import Actor
from windchime.data.intake import load
from windchime.risk.scorecards import publish, validate, versions
from windchime.risk.scorecards.bank_comparison import compare_in
from windchime.risk.scorecards.bank_training import train_in
from windchime.risk.scorecards.history import history
from windchime.risk.scorecards.watching import watch_in, watches
from windchime.service.bank import Bank


@pytest.mark.samples
def test_the_real_pack_trains_two_drafts_and_refuses_the_rating(
    samples: Path, tmp_path: Path, clock: FixedClock
) -> None:
    bank = Bank.open(tmp_path, clock=clock)
    load(bank, Actor("loader"), samples / "cumcm2020c", pack="cumcm2020c")
    content = ContentStore(bank.content_dir)
    for name in ("scorecard", "invoice_indicators"):
        with bank.unit(Actor("alice")) as unit:
            version = content.propose(unit, "schemes", name, seed.sources("schemes")[name], valid_from=date(2000, 1, 1))
        with bank.unit(Actor("bob")) as unit:
            content.publish(unit, "schemes", name, version)
    found = train_in(bank, Actor("alice"))
    (leak,) = found.training.findings
    assert {e.indicator for e in leak.evidence} == {"rating"}
    assert leak.sentence("zh").startswith("评级被拒绝")
    assert found.training.oof.height == 123
    # far from a half, far from one: see the evaluation for what it is
    assert all(0.7 < m.auc.value < 0.95 for m in found.training.metrics.values())
    with bank.session() as session:
        assert {v.version for v in versions(session)} == set(found.versions.values())
    card = found.versions["scorecard"]
    seen = watch_in(bank, Actor("carol"), card)
    assert (seen.rows_before, seen.shifts[0].name) == (123, "score")
    # the firms it was trained on are among those of the same day: nothing can have moved far
    assert {s.state for s in seen.shifts} <= {"stable", "small", "unproven"}
    with bank.session() as session:
        assert watches(session, card) == [seen]
    again = watch_in(bank, Actor("carol"), card)
    assert again.shifts == seen.shifts
    with bank.unit(Actor("bob")) as unit:
        validate(unit, card)
        publish(unit, card)
    compared = train_in(bank, Actor("alice"), seed=1).versions["scorecard"]
    comparison = compare_in(bank, compared)
    assert (comparison.champion, comparison.firms, comparison.bads) == (card, 123, 27)
    assert comparison.how == ("out_of_fold", "out_of_fold")
    with bank.session() as session:
        actions = [e.action for e in history(session, card)]
    assert actions == ["model.save", "model.reference", "model.watch", "model.watch", "model.validate", "model.publish"]
    bank.close()
