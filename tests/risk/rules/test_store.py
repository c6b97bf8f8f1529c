"""Rule sets in a bank's keeping."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.risk.rules.exports.builders import RULES, rule_set

from windchime.core.canonical import canonical
from windchime.core.clock import FixedClock
from windchime.core.errors import UnknownName
from windchime.core.unit import Actor
from windchime.risk.rules.store import FORM, Kept, NotRules, RulesChanged, find, keep, kept, read_rules
from windchime.service import audit
from windchime.service.bank import Bank

ANNA, BO = Actor("anna"), Actor("bo")


@pytest.fixture
def bank(tmp_path: Path, clock: FixedClock) -> Bank:
    return Bank.open(tmp_path / "home", clock=clock)


def test_what_is_kept_is_found_again(bank: Bank) -> None:
    rules, other = rule_set(), rule_set(2, rules=RULES[:1])
    one = keep(bank, ANNA, rules, "一月的规则")
    keep(bank, BO, other, "b")
    assert {k.version for k in kept(bank)} == {rules.version, other.version}
    assert find(bank, rules.version[:8]) == one
    assert (one.name, one.by, one.kept_at) == ("一月的规则", "anna", datetime(2026, 1, 5, 4, tzinfo=UTC))
    assert one.rules.as_dict() == rules.as_dict()


def test_keeping_again_changes_nothing(bank: Bank) -> None:
    keep(bank, ANNA, rule_set(), "a")
    assert keep(bank, BO, rule_set(), "b").name == "a"
    with bank.session() as session:
        assert [r.action for r in audit.records(session)].count("rules.keep") == 1


def test_a_changed_file_is_found_out(bank: Bank) -> None:
    version = keep(bank, ANNA, rule_set(), "a").version
    path = bank.files_dir / "rules" / f"{version}.json"
    body = json.loads(path.read_bytes())
    body["rules"]["settings"]["budget"] = 0.5
    path.write_text(json.dumps(body), encoding="utf8")
    other = keep(bank, BO, rule_set(2), "b")
    for spoil in (lambda: None, lambda: path.write_text("{}", encoding="utf8"), path.unlink):
        spoil()
        with pytest.raises(RulesChanged):
            find(bank, version)
        # one bad file leaves the others as they are
        assert {(k.name, isinstance(k, Kept)) for k in kept(bank)} == {("a", False), ("b", True)}
        assert find(bank, other.version) == other
    assert keep(bank, BO, rule_set(), "c").by == "anna"
    assert all(isinstance(k, Kept) for k in kept(bank))


def test_the_chain_says_who_kept_what_not_the_file(bank: Bank) -> None:
    version = keep(bank, ANNA, rule_set(), "a").version
    path = bank.files_dir / "rules" / f"{version}.json"
    body = json.loads(path.read_bytes()) | {"name": "forged", "by": "eve", "kept_at": "2001-01-01T00:00:00+00:00"}
    path.write_text(json.dumps(body), encoding="utf8")
    found = find(bank, version)
    assert (found.name, found.by, found.kept_at) == ("a", "anna", datetime(2026, 1, 5, 4, tzinfo=UTC))


def test_a_file_whose_record_was_not_written_is_not_kept(bank: Bank) -> None:
    path = bank.files_dir / "rules" / f"{rule_set().version}.json"
    path.parent.mkdir()
    path.write_bytes(canonical({"form": FORM, "rules": rule_set().as_dict()}))
    assert kept(bank) == ()
    assert keep(bank, ANNA, rule_set(), "a").name == "a"
    assert len(kept(bank)) == 1


@pytest.mark.parametrize("version", ["", "zz", "../db", "*", "ffffffffffff"])
def test_an_unknown_version(bank: Bank, version: str) -> None:
    keep(bank, ANNA, rule_set(), "a")
    keep(bank, ANNA, rule_set(2), "b")
    with pytest.raises(UnknownName):
        find(bank, version)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"rules": 1}', "[" * 10_000, '{"rules": [{"rule": {}}]}'])
def test_a_file_that_holds_no_rules(tmp_path: Path, content: str) -> None:
    path = tmp_path / "rules.json"
    path.write_text(content, encoding="utf8")
    with pytest.raises(NotRules):
        read_rules(path)
