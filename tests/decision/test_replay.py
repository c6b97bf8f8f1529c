"""Replay: the same bytes after a restart, after new content and from an older format; and every change is found."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.decision.freeze import FROZEN, thawed
from tests.decision.helpers import AS_OF, BO, a_bank
from tests.decision.shop import FIRMS, Firm, frames, keep, load, models

from windchime.content.store import ContentStore
from windchime.core.canonical import canonical, sha256
from windchime.core.unit import Actor
from windchime.decision import log, replay
from windchime.decision.desk import decide, decide_all
from windchime.decision.document import Cites, read
from windchime.decision.publication import publish
from windchime.decision.replay import Replay, Replayer, differences
from windchime.service.bank import Bank


def states(found: list[Replay]) -> dict[str, set[str]]:
    return {step: {r.state for r in found if r.step == step} for step in ("re-decide", "re-measure")}


def test_the_same_bytes_after_a_restart(shop: Bank, tmp_path: Path) -> None:
    run = decide_all(shop, BO, as_of=AS_OF)
    shop.close()
    again = a_bank(tmp_path / "home")
    found = replay.replay(again)
    assert states(found) == {"re-decide": {"equal"}, "re-measure": {"equal"}}
    assert len(found) == 2 * len(FIRMS)
    assert all(r.sound and not r.differences for r in found)
    one = replay.replay(again, run.ids[0], measure=False)
    assert [(r.decision_id, r.step, r.state) for r in one] == [(run.ids[0], "re-decide", "equal")]
    again.close()


def test_firms_measured_together_replay_as_those_measured_alone(shop: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    decide_all(shop, BO, as_of=AS_OF)
    alone = replay.replay(shop)
    monkeypatch.setattr(replay, "TOGETHER", 1)
    assert replay.replay(shop) == alone


def test_what_is_published_or_loaded_since_does_not_disturb_it(shop: Bank) -> None:
    decide_all(shop, BO, as_of=AS_OF)
    store = ContentStore(shop.content_dir)
    stricter = {
        ("policies", "invoice_loan"): (b"< 6, null", b"< 60, null"),
        ("schemes", "lending_limits"): (b'"0.08"', b'"0.01"'),
        ("products", "invoice_loan"): (b'"1000000"', b'"500000"'),
    }
    for (kind, name), (old, new) in stricter.items():
        with shop.session() as session:
            shipped = store.bytes_of(store.version_at(session, kind, name, AS_OF))
        assert old in shipped
        with shop.unit(Actor("cleo")) as unit:
            version = store.propose(unit, kind, name, shipped.replace(old, new), valid_from=AS_OF)
        with shop.unit(BO) as unit:
            publish(store, unit, kind, name, version)
    late = frames((Firm("LATE", 12, 500_000), *FIRMS[:1]))
    load(shop, {"invoices": late["invoices"]}, "load-2")
    keep(shop, "scorecard", canonical(json.loads(models()[0].dump()) | {"goods": 1}), state="draft")
    assert states(replay.replay(shop)) == {"re-decide": {"equal"}, "re-measure": {"equal"}}
    changed = decide(shop, BO, "shop:SOUND", as_of=AS_OF).documents[0]
    assert "history_too_short" in {r.code for r in changed.reasons}


def unguarded(bank: Bank, sql: str, **values: Any) -> None:
    """Change the log behind the program's back."""
    with bank.unit(BO) as unit:
        for verb in ("update", "delete"):
            unit.session.execute(text(f"DROP TRIGGER decision_no_{verb}"))
        unit.session.execute(text(sql), values)


def test_a_changed_byte_is_found_and_named(shop: Bank) -> None:
    run = decide_all(shop, BO, as_of=AS_OF)
    chosen = next(i for i, d in zip(run.ids, run.documents, strict=True) if d.firm_id == "shop:SOUND")
    old, new = '"rate":"0.0', '"rate":"0.1'
    unguarded(shop, "UPDATE decision SET body = replace(body, :old, :new) WHERE id = :id", old=old, new=new, id=chosen)
    found = [r for r in replay.replay(shop, measure=False) if r.state != "equal"]
    assert [(r.decision_id, r.state) for r in found] == [(chosen, "differs")]
    assert {d.path for d in found[0].differences} >= {"rate", "body_sha256"}
    with shop.session() as session:
        assert [p.code for p in log.verify(session)] == ["body_changed"]


def test_a_change_with_its_hash_made_to_fit_is_found(shop: Bank) -> None:
    run = decide_all(shop, BO, as_of=AS_OF)
    body = run.documents[0].bytes.decode().replace('"term_months":12', '"term_months":13')
    sql = "UPDATE decision SET body = :body, body_sha256 = :hash WHERE id = :id"
    unguarded(shop, sql, body=body, hash=sha256(body.encode()), id=run.ids[0])
    found = [r for r in replay.replay(shop, measure=False) if r.state != "equal"]
    assert [[(d.path, d.stored, d.recomputed) for d in r.differences] for r in found] == [[("term_months", 13, 12)]]
    with shop.session() as session:
        assert [p.code for p in log.verify(session)] == ["run_changed"]


def test_a_changed_input_does_not_survive_measuring_again(shop: Bank) -> None:
    run = decide(shop, BO, "shop:SMALL", as_of=AS_OF)
    body = run.documents[0].bytes.decode().replace('"purchases_12m":null', '"purchases_12m":"1.00"')
    body = body.replace('"purchases_12m":"0.00"', '"purchases_12m":"1.00"')
    assert body != run.documents[0].bytes.decode()
    sql = "UPDATE decision SET body = :body, body_sha256 = :hash WHERE id = :id"
    unguarded(shop, sql, body=body, hash=sha256(body.encode()), id=run.ids[0])
    decided, measured = replay.replay(shop)
    assert decided.state == "equal"  # the policy does not look at it, so only the lake can tell
    assert [d.path for d in measured.differences] == ["inputs.indicators.purchases_12m"]


def test_damaged_content_and_models_fail_by_name_and_hide_no_other(shop: Bank) -> None:
    decide_all(shop, BO, as_of=AS_OF)
    broken = next(p for p in shop.models_dir.glob("*.json"))
    broken.write_bytes(broken.read_bytes() + b" ")
    found = replay.replay(shop, measure=False)
    assert {r.state for r in found} == {"failed"}
    assert all("changed" in r.sentence("en") and "改" in r.sentence("zh") for r in found)
    assert len(found) == len(FIRMS)


def test_another_release_is_named_with_the_figures_that_differ(shop: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(shop, BO, "shop:SOUND", as_of=AS_OF)
    monkeypatch.setattr(replay, "release", lambda: "9.9.9")
    decided, measured = replay.replay(shop)
    assert decided.state == "equal"
    assert (measured.state, measured.sound) == ("other_release", True)
    assert [d.path for d in measured.differences] == ["cites.release"]
    assert "9.9.9" not in measured.sentence("en")  # it names the release that decided


def test_a_decision_of_format_1_made_long_ago_is_decided_again_to_the_byte(tmp_path: Path) -> None:
    frozen = json.loads(FROZEN.read_text())
    assert {read(d).format for d in frozen["documents"]} == {1}
    bank = thawed(tmp_path, frozen)
    found = replay.replay(bank, measure=False)
    assert [r.state for r in found] == ["equal"] * len(frozen["documents"])
    assert {read(d).verdict for d in frozen["documents"]} == {"approve", "refer", "decline"}
    bank.close()


def test_every_difference_has_a_path() -> None:
    stored, again = {"a": [1, {"b": "x"}], "c": None}, {"a": [1, {"b": "y"}, 2], "d": True}
    assert [(d.path, d.stored, d.recomputed) for d in differences(stored, again)] == [
        ("a[1].b", "x", "y"),
        ("a[2]", None, 2),
        ("d", None, True),
    ]
    assert [d.path for d in differences({"n": 1}, {"n": True})] == ["n"]


def test_the_outcome_can_be_said_and_sent(shop: Bank) -> None:
    decide(shop, BO, "shop:SOUND", as_of=AS_OF)
    for found in replay.replay(shop):
        body = json.loads(canonical(found.as_dict()))
        assert body["sound"] is True
        assert body["sentence"]["zh"] != body["sentence"]["en"]


def test_a_firm_gone_from_the_lake_is_said(shop: Bank) -> None:
    run = decide(shop, BO, "shop:SOUND", as_of=AS_OF)
    with shop.session() as session:
        row = log.get(session, run.ids[0])
        session.expunge(row)
        row.firm_id = "shop:GONE"
        assert Replayer(shop, session).re_measure(row, together=True).state == "failed"


def test_cites_read_as_they_were_written(shop: Bank) -> None:
    cites = decide(shop, BO, "shop:SOUND", as_of=AS_OF).documents[0].cites
    assert Cites.of(cites.as_dict()) == cites
    assert replace(cites, release="x") != cites
