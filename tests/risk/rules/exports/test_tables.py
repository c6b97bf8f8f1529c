"""Decision table, DMN and PMML hit what the rules hit."""

import ibis
import numpy as np
import polars as pl
import pytest
from tests.risk.rules.exports.hostile import Limits, first, flags, rows, rules
from tests.risk.rules.exports.readers import DmnRules, PmmlRules

from windchime.dmn import DecisionModel
from windchime.risk.rules.exports import cells
from windchime.risk.rules.exports.decision_table import decision_model
from windchime.risk.rules.exports.dmn import dmn
from windchime.risk.rules.exports.pmml import pmml
from windchime.risk.rules.literals import NotWritable
from windchime.risk.rules.rule import Condition, Rule

FINITE = Limits(infinite_cuts=False)


def of_range(*spans: tuple[float | None, float | None]) -> Rule:
    return Rule((Condition("x", spans=spans),))


@pytest.mark.parametrize("seed", [11, 12])
def test_a_decision_table_hits_alike_in_batches(seed: int) -> None:
    found, table = rules(seed, 25, FINITE), rows(seed, 2000)
    model = DecisionModel.of(decision_model(found))
    cases = cells.prepared(table, found).with_row_index("row_no")
    answer = model.expression(ibis.memtable(cases.to_arrow())).order_by("row_no").to_polars()
    assert answer["error"].null_count() == 2000
    np.testing.assert_array_equal(answer["rule"].cast(pl.Int64).to_numpy(), first(flags(found, table)))


def test_a_decision_table_hits_alike_case_by_case() -> None:
    found, table = rules(13, 25, FINITE), rows(13, 400)
    model = DecisionModel.of(decision_model(found))
    got = [int(model.decide(c).outputs["rule"]) for c in cells.prepared(table, found).iter_rows(named=True)]
    np.testing.assert_array_equal(got, first(flags(found, table)))


@pytest.mark.parametrize("seed", [14, 15])
def test_dmn_hits_alike(seed: int) -> None:
    found, table = rules(seed, 25, FINITE), rows(seed, 400)
    reader = DmnRules(dmn(found))
    got = [reader.first(c) for c in cells.prepared(table, found).iter_rows(named=True)]
    np.testing.assert_array_equal(got, first(flags(found, table)))


@pytest.mark.parametrize("seed", [16, 17])
def test_pmml_hits_alike(seed: int) -> None:
    found, table = rules(seed, 25), rows(seed, 400)
    reader = PmmlRules(pmml(found))
    got = [reader.first(c) for c in table.iter_rows(named=True)]
    np.testing.assert_array_equal(got, first(flags(found, table)))


def test_names_of_inputs() -> None:
    def named(*features: str) -> dict[str, str]:
        return cells.input_names([Rule(tuple(Condition(f) for f in features))])

    assert named("销售额", "a b", "null", "x") == {"a b": "input_1", "null": "input_2", "x": "x", "销售额": "销售额"}
    assert named("a b", "input_1") == {"a b": "input_1_", "input_1": "input_1"}


def test_cells() -> None:
    codes = Condition(
        "x", spans=((None, 5.0), (7.0, None)), codes=(-9.0, 7.0, 6.0, 100.0), specials=(100.0,), missing=True
    )
    assert cells.rows(Rule((codes,)), "DMN") == [{"x": "< -9, ]-9..5[, > 7, 100, null"}]
    other = Condition("k", "category", named=("A", "B"), categories=("B",), other=True, missing=True)
    assert cells.rows(Rule((other,)), "DMN") == [{"k": 'not("A", null)'}, {"k": "null"}]
    assert cells.rows(Rule((Condition("k", "category", other=True, missing=True),)), "DMN") == [{"k": "-"}]
    assert cells.rows(Rule((Condition("x", spans=((None, None),)),)), "DMN") == [{"x": "not(null)"}]
    assert cells.rows(Rule((Condition("x"),)), "DMN") == []


def test_what_a_form_cannot_say_is_refused() -> None:
    endless = of_range((0.0, float("inf")))
    for write in (decision_model, dmn):
        with pytest.raises(NotWritable):
            write([endless])
    with pytest.raises(NotWritable):
        decision_model([of_range((1e-40, None))])
    assert DmnRules(dmn([of_range((5e-324, None))])).first({"x": 5e-324}) == 0
    control = Rule((Condition("k", "category", categories=("a\x01",)),))
    with pytest.raises(NotWritable):
        pmml([control])
    assert DmnRules(dmn([control])).first({"k": "a\x01"}) == 0
    with pytest.raises(NotWritable):
        pmml([Rule((Condition("a\x01", "category"),))])


def test_no_rules_hit_nothing() -> None:
    never = [Rule((Condition("x"),))]
    assert int(DecisionModel.of(decision_model(never)).decide({"x": 1}).outputs["rule"]) == -1
    with pytest.raises(NotWritable):
        decision_model([])
    assert PmmlRules(pmml([])).first({}) == DmnRules(dmn([])).first({}) == -1
