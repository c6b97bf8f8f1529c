"""What holds for every contract that ships: names, labels, units, keys, times, references, personal columns, rules."""

import re
from collections.abc import Iterator
from datetime import date

import pytest

from windchime.content import seed, yamlfile
from windchime.content.scheme import Scheme
from windchime.core.text import Text
from windchime.data.contracts import SHARED, Column, Contract, Rule, contracts
from windchime.data.contracts.categories import BESIDE, CATEGORIES
from windchime.data.intake import rules

CONTRACTS = list(contracts().values())
EACH = pytest.mark.parametrize("found", CONTRACTS, ids=lambda c: c.name)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: how a column of the name's ending must be typed; what is not listed is free
ENDINGS = {
    "_on": {"date"},
    "_at": {"instant"},
    "_count": {"int"},
    "_days": {"int"},
    "_months": {"int"},
    "_bp": {"int"},
    "_month": {"month"},
    "_amount": {"money"},
    "_balance": {"money"},
    "_share": {"rate"},
    "_id": {"id"},
    "_code": {"text"},
    "_name": {"text"},
}
BEGINNINGS = {"is_": {"bool"}, "has_": {"bool"}}
#: names older than the rule, which never change
NAMED_BEFORE = {("quarantine", "code"), ("loan_outcomes", "definition_id")}
#: what a contract file and a column of it may say
CONTRACT_KEYS = {
    *("contract", "version", "category", "label", "grain", "firm_column", "key", "versions", "changes", "happened_at"),
    *("known_at", "known_not_before", "known_lag_days", "sources", "include", "columns", "rules", "measures"),
}
COLUMN_KEYS = {
    *("name", "label", "type", "nullable", "values", "minimum", "maximum", "check", "derived", "personal"),
    *("personal_when", "prose", "unit", "references", "party", "description"),
}


def texts(c: Contract) -> Iterator[tuple[str, Text]]:
    """Every text of a contract, with the place where it stands."""
    yield from (("label", c.label), ("grain", c.grain))
    for column in c.columns:
        yield column.name, column.label
        yield from ((f"{column.name}: description", d) for d in [column.description] if d)
        yield from ((f"{column.name}: {code}", label) for code, label in column.values.items())
    yield from ((r.code, r.label) for r in c.rules)
    yield from ((f"version {v.version}", v.label) for v in c.changes)


def named_in(rule: Rule) -> Iterator[str]:
    """The columns a rule speaks of."""
    o = rule.options
    yield from (o[k] for k in ("column", "whole") if k in o)
    for k in ("columns", "parts", "filled", "empty", "positive"):
        yield from o.get(k, ())
    yield from o.get("negative_when", {})


@EACH
def test_every_text_stands_in_both_languages(found: Contract) -> None:
    wrong = [place for place, t in texts(found) if not t.zh or not t.en or CHINESE.search(t.en)]
    same = [place for place, t in texts(found) if t.zh != t.en and not CHINESE.search(t.zh)]
    assert (wrong, same) == ([], [])


@EACH
def test_codes_are_listed_where_there_are_codes_and_nowhere_else(found: Contract) -> None:
    assert [c.name for c in found.columns if bool(c.values) != (c.type in {"enum", "codes"})] == []
    codes = [code for c in found.columns for code in c.values]
    assert [code for code in codes if not re.fullmatch(r"[A-Za-z0-9_]+", code)] == []


@EACH
def test_names_are_plain_and_say_their_type(found: Contract) -> None:
    names = [c.name for c in (*found.columns, *SHARED)]
    assert [n for n in names if not re.fullmatch(r"[a-z][a-z0-9_]*", n)] == []
    assert len(set(names)) == len(names)

    def wrong(c: Column) -> bool:
        ends = [types for ending, types in ENDINGS.items() if c.name.endswith(ending)]
        begins = [types for start, types in BEGINNINGS.items() if c.name.startswith(start)]
        return any(c.type not in types for types in (*ends, *begins))

    assert [c.name for c in found.columns if wrong(c) and (found.name, c.name) not in NAMED_BEFORE] == []


@EACH
def test_measured_numbers_have_a_unit(found: Contract) -> None:
    """In the contract, or row by row in a column of its own."""
    beside = {c.name for c in found.columns}
    measured = [c for c in found.columns if c.type in {"number", "quantity"}]
    assert [c.name for c in measured if not c.unit and not beside & {"unit", f"{c.name}_unit"}] == []


@EACH
def test_keys_and_times_name_columns(found: Contract) -> None:
    own = {c.name: c for c in (*found.columns, *SHARED)}
    times = (*found.happened_from, *found.known_from, *found.known_not_before)
    assert [n for n in (*found.key, *times) if n not in own] == []
    assert {own[n].type for n in times} <= {"date", "instant", "month"}
    assert any(not own[k].nullable for k in found.key)
    assert found.firm_column is None or own[found.firm_column].type == "id"


@EACH
def test_some_column_always_says_when(found: Contract) -> None:
    times = {*found.happened_from, *found.known_from}
    sure = [n for n in times if not found[n].nullable]
    assert sure or [r.options["columns"] for r in found.rules if r.code == "time_is_missing"]


@EACH
def test_references_name_a_column_of_the_same_type(found: Contract) -> None:
    for column in found.columns:
        if column.references:
            table, _, name = column.references.partition(".")
            assert contracts()[table][name].type == column.type


@EACH
def test_personal_columns_are_texts_that_a_token_can_replace(found: Contract) -> None:
    assert [c.name for c in found.personal if c.type not in {"text", "id"}] == []
    assert [c.name for c in found.columns if c.prose and (c.type != "text" or c.personal != "none")] == []
    for column in found.personal:
        if column.personal_when:
            assert "person" in found[column.personal_when].values
    assert found.firm_column not in {c.name for c in found.personal}


@EACH
def test_rules_speak_of_columns_and_codes_that_there_are(found: Contract) -> None:
    own = {c.name for c in found.expected}
    assert {r.code: n for r in found.rules for n in named_in(r) if n not in own} == {}
    codes = [r.code for r in found.rules]
    assert len(set(codes)) == len(codes)
    for rule in found.rules:
        assert rule.effect in {"reject", "note"}
        assert rules.condition(rule)
        if rule.kind == "implies":
            accepted = (
                {"true", "false"}
                if found[rule.options["column"]].type == "bool"
                else found[rule.options["column"]].values
            )
            assert set(rule.options["is"]) <= set(accepted)


@EACH
def test_categories_are_those_of_the_library(found: Contract) -> None:
    assert found.category in CATEGORIES


@pytest.mark.parametrize("name", list(seed.sources("contracts")))
def test_files_say_what_is_read_and_nothing_else(name: str) -> None:
    body = yamlfile.parse(seed.sources("contracts")[name])
    assert body["contract"] == name
    assert set(body) <= CONTRACT_KEYS
    assert {key for column in body["columns"] for key in column} <= COLUMN_KEYS


def test_sources_are_in_their_catalogue() -> None:
    catalogue = Scheme.of(yamlfile.parse(seed.sources("schemes")["data_sources"]))
    assert {c.name: unknown for c in CONTRACTS if (unknown := set(c.sources) - set(catalogue.parameters))} == {}
    gates = {catalogue.at(name, date(2025, 12, 31)).value["gate"] for name in catalogue.parameters}
    assert gates == {"public", "contract", "consent", "own", "supplied", "simulated", "research"}


@EACH
def test_labels_tell_columns_apart(found: Contract) -> None:
    """A file may head its columns by their labels, upper and lower case alike; no file brings the library's own tables."""
    if found.is_ours:
        return
    names = [{c.name.lower(), c.label.zh.lower(), c.label.en.lower()} for c in found.expected]
    assert sum(map(len, names)) == len(set().union(*names))


def test_the_library_has_its_ten_categories() -> None:
    assert {c.category for c in CONTRACTS} == set(CATEGORIES)
    assert len(set(CATEGORIES) - BESIDE) == 10
