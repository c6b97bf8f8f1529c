"""All forms of one rule set together."""

import json
from datetime import UTC, datetime

import duckdb
import numpy as np
import pytest
import yaml
from tests.risk.rules.exports.builders import FEATURES, rule_set, table
from tests.risk.rules.exports.readers import DmnRules, PmmlRules

from windchime.core.errors import UnknownName
from windchime.dmn import DecisionModel
from windchime.present.exports import Provenance
from windchime.risk.rules.exports import FILES, NotWritable, package, sql, written
from windchime.risk.rules.exports.cells import prepared
from windchime.risk.rules.forest import NotMined, RuleForest
from windchime.risk.rules.rule import Condition, Rule
from windchime.risk.rules.ruleset import RuleSet

MADE = Provenance(datetime(2026, 1, 5, tzinfo=UTC), "anna", "0.1")


def test_every_file_is_written_and_hits_alike() -> None:
    rules, rows = rule_set(), table(2, 500)
    found = package(rules, MADE)
    assert set(found.files) == set(FILES.values())
    assert not found.refused
    assert RuleSet.of(json.loads(found.files["rules.json"])).version == rules.version
    first = rules.apply(rows)
    bare = [m.rule for m in rules.rules]
    assert len(set(first.tolist())) == 4
    with duckdb.connect() as con:
        con.register("applications", rows.to_arrow())
        np.testing.assert_array_equal(con.sql(found.files["rules.duckdb.sql"].decode()).pl()["first_rule"], first)
    cases = list(prepared(rows, bare).iter_rows(named=True))
    model = DecisionModel.of(yaml.safe_load(found.files["rules.decision.yaml"]))
    assert [int(model.decide(c).outputs["rule"]) for c in cases] == first.tolist()
    document = DmnRules(found.files["rules.dmn"].decode())
    assert [document.first(c) for c in cases] == first.tolist()
    scorer = PmmlRules(found.files["rules.pmml"].decode())
    assert [scorer.first(r) for r in rows.iter_rows(named=True)] == first.tolist()
    assert found.files["rules.md"].decode().count(rules.rules[0].id) == 1


def test_what_one_form_cannot_say_stops_no_other() -> None:
    rule = Rule((Condition("x" * 80, spans=((1e-40, None),)),))
    found = package(rule_set(rules=()), MADE)
    assert set(found.refused) == {"decision_table"}
    mined = rule_set().rules[0]
    one = RuleSet(
        (type(mined)(rule, mined.own, mined.incremental, mined.cumulative),), FEATURES, {}, rule_set().provenance
    )
    assert set(package(one, MADE).refused) == {"postgresql", "mysql", "decision_table"}
    with pytest.raises(NotWritable):
        sql(one, "mysql")


def test_a_forest_gives_its_sql() -> None:
    forest, rows = RuleForest(), table(3, 200)
    with pytest.raises(NotMined):
        forest.to_sql("oracle")
    forest.rule_set_ = rule_set()
    with duckdb.connect() as con:
        con.register("t", rows.to_arrow())
        answer = con.sql(forest.to_sql("duckdb", table="t", lang="en")).pl()
    assert answer["first_rule"].to_list() == forest.apply(rows).tolist()


def test_an_unknown_form() -> None:
    with pytest.raises(UnknownName):
        written(rule_set(), "onnx", MADE)
