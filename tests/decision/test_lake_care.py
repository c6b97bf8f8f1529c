"""A decision stays what it was when the lake is compacted, vacuumed, backed up and restored."""

from pathlib import Path

from tests.decision.helpers import AS_OF, BO, a_bank
from tests.decision.shop import FIRMS, Firm, frames, load

from windchime.data.lake import Lake
from windchime.data.lake.backup import backup, restore
from windchime.data.lake.compaction import compact
from windchime.data.lake.sealing import verify
from windchime.data.lake.vacuum import vacuum
from windchime.decision import replay
from windchime.decision.desk import decide_all
from windchime.service.bank import Bank


def equal(bank: Bank) -> bool:
    return {(r.step, r.state) for r in replay.replay(bank)} == {("re-decide", "equal"), ("re-measure", "equal")}


def test_decisions_replay_after_care(shop: Bank, tmp_path: Path) -> None:
    decide_all(shop, BO, as_of=AS_OF)
    for number in (2, 3):
        load(shop, {"invoices": frames((Firm(f"LATE{number}", 12, 500_000), *FIRMS[:1]))["invoices"]}, f"load-{number}")
    published = compact(shop, BO).lake_version
    assert published is not None
    done = vacuum(shop, BO, keep_days=0)
    assert done.retired
    assert any("decision" in why for why in done.kept.values())
    assert equal(shop)
    backup(shop, BO, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "restored", "default")
    again = a_bank(tmp_path / "restored")
    assert equal(again)
    with again.session() as session:
        assert verify(session, Lake(again.lake_dir)) == []
    again.close()
