"""Records as other lists write them: each kind is what it says, hard to read and still fair."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pytest
from tests.twin.public.helpers import Row, by, rows

from windchime.core import credit_code
from windchime.twin.calibration import shipped
from windchime.twin.generate import make_world
from windchime.twin.public import records, written
from windchime.twin.public.life import Life
from windchime.twin.world import World

Tables = Mapping[str, pa.Table]
Many = tuple[World, list[Row], dict[str, Row]]


@pytest.fixture(scope="module")
def many() -> Many:
    """Records of a larger region, and truth by record."""
    world = make_world(900, 5)
    found = rows(records.firm_records(Life.of(world, np.arange(900))))
    return world, found, {r["record_id"]: r for r in rows(records.lookalike_name(world))}


def test_every_record_has_its_truth(many: Many) -> None:
    _world, found, truth = many
    assert {r["record_id"] for r in found} <= set(truth)
    assert len(truth) - len(found) < 60
    kinds = Counter(truth[r["record_id"]]["kind"] for r in found)
    assert set(kinds) == {*written.kinds(), "stranger"}
    assert kinds["exact"] / len(found) < 0.4


def test_names_are_written_as_their_kind_says(many: Many) -> None:
    world, found, truth = many
    names, words = world.names.to_pylist(), shipped("records")
    back = str.maketrans(words["traditional"], words["simplified"])
    for r in found:
        case = truth[r["record_id"]]
        name, shown, kind = names[int(case["near_firm_id"][6:]) - 1], r["firm_name"], case["kind"]
        if kind == "exact":
            assert shown == name
        elif kind == "traditional":
            assert shown.translate(back) == name
        elif kind == "truncated":
            assert name.startswith(shown)
            assert len(shown) < len(name)
        elif kind in {"one_character", "stranger"}:
            wrong = sum(a != b for a, b in zip(name, shown, strict=False)) if len(name) == len(shown) else 1
            assert wrong == 1
        elif kind == "short":
            assert name.replace(name[name.find("（") : name.find("）") + 1], "").find(shown) >= 0
            assert len(shown) < len(name)
        elif kind == "form":
            assert {shown[-6:], name[-6:]} & {"有限责任公司"}
        elif kind == "spelling":
            assert shown.replace(" ", "").rstrip("。").replace("(", "（").replace(")", "）") == name


def test_who_may_be_taken_for_another_tells_something_else(many: Many) -> None:
    _world, found, truth = many
    hints = ("firm_code", "legal_rep_name", "phone", "address")
    for r in found:
        case = truth[r["record_id"]]
        bare = not any(r[h] for h in hints)
        if case["kind"] in {"one_character", "truncated", "stranger", "former_name"}:
            assert not bare or case["ambiguous"]
    ambiguous = sum(bool(truth[r["record_id"]]["ambiguous"]) for r in found)
    assert 0 < ambiguous < 0.03 * len(found)


def test_strangers_are_other_firms(many: Many) -> None:
    world, found, truth = many
    own = set(world.codes.to_pylist())
    places = dict(zip((f"twin:F{i + 1:06d}" for i in range(900)), world.firms.place.tolist(), strict=True))
    regions = [p["code"] for p in shipped("names")["places"]]
    strangers = [r for r in found if truth[r["record_id"]]["kind"] == "stranger"]
    assert len(strangers) > 20
    for r in strangers:
        near = truth[r["record_id"]]["near_firm_id"]
        assert truth[r["record_id"]]["firm_id"] is None
        assert r["region_code"] in {None, *regions} - {regions[places[near]]}
        if r["firm_code"]:
            assert credit_code.check(r["firm_code"]).valid
            assert r["firm_code"] not in own


def test_codes_are_right_but_for_a_few(many: Many) -> None:
    world, found, truth = many
    codes = dict(zip((f"twin:F{i + 1:06d}" for i in range(900)), world.codes.to_pylist(), strict=True))
    coded = [r for r in found if r["firm_code"] and truth[r["record_id"]]["firm_id"]]
    wrong = [r for r in coded if r["firm_code"] != codes[truth[r["record_id"]]["firm_id"]]]
    assert len(wrong) < 0.04 * len(coded)
    assert not [r for r in wrong if credit_code.check(r["firm_code"]).valid]


def test_a_slip_changes_one_character_to_one_that_sounds_alike() -> None:
    words = shipped("records")
    heard = set(zip(words["meant"], words["written"], strict=True))
    assert all(a != b for a, b in heard)
    for u in np.linspace(0.01, 0.99, 9):
        shown = written.slip("岚溪市诚信达商贸有限公司", float(u))
        assert next(p for p in zip("岚溪市诚信达商贸有限公司", shown, strict=True) if p[0] != p[1]) in heard


def test_lists_of_characters_pair_up() -> None:
    words = shipped("records")
    assert len(words["simplified"]) == len(words["traditional"]) == len(set(words["simplified"]))
    assert len(words["meant"]) == len(words["written"]) == len(set(words["meant"]))


def test_records_of_one_firm_stand_in_different_lists(tables: Tables) -> None:
    for own in by(rows(tables["firm_records"]), "record_id").values():
        assert len(own) == 1
