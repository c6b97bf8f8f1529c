"""Training on a bank's own lake, from the loaded contest data to two drafts."""

from datetime import date
from pathlib import Path

import pytest

from windchime.content import seed
from windchime.content.store import ContentStore
from windchime.core.clock import FixedClock
from windchime.core.unit import Actor
from windchime.data.intake import load
from windchime.risk.scorecards import versions
from windchime.risk.scorecards.bank_training import train_in
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
    bank.close()
