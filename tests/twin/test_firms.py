from pathlib import Path

import numpy as np
from tests.twin.helpers import rows

from windchime.core import credit_code
from windchime.twin import names
from windchime.twin.calendar import Calendar
from windchime.twin.calibration import calibration, shipped
from windchime.twin.draws import Draws
from windchime.twin.population import Population

REGION, NAMES = calibration(), shipped("names")


def _people(firms: int, seed: int = 3) -> tuple[Draws, Population]:
    rng = Draws(seed)
    return rng, Population.of(REGION, Calendar.of(REGION), rng, firms)


def test_credit_codes_are_valid_fictitious_and_unlike(pack: Path) -> None:
    firms = rows(pack, "firms")
    for firm in firms:
        found = credit_code.check(firm["credit_code"])
        assert found.valid
        assert len(found.doubts) == 1
        assert "99" in found.doubts[0]
        assert firm["credit_code"][2:8] == firm["region_code"]
        assert firm["credit_code"][1] == {"sole_trader": "2", "cooperative": "3"}.get(firm["firm_kind"], "1")
    assert len({f["credit_code"] for f in firms}) == len({f["firm_id"] for f in firms})


def test_three_thousand_names_are_all_different_and_none_is_blocked() -> None:
    rng, people = _people(3_000)
    found = names.firm_names(NAMES, REGION, rng, people)
    assert len(set(found)) == len(found) == 3_000
    assert not [n for n in found if any(word in n for word in NAMES["blocked"])]
    assert len(set(names.credit_codes(NAMES, rng, people))) == 3_000


def test_a_name_tells_the_place(pack: Path) -> None:
    places = {p["code"]: p["zh"][:-1] for p in NAMES["places"]}
    assert all(places[f["region_code"]] in f["name"] for f in rows(pack, "firms"))


def test_no_firm_is_older_than_private_firms_are() -> None:
    people = _people(5_000)[1]
    assert people.age.max() <= REGION.number("firm.oldest_months") < (2023 - 1984) * 12
    assert people.age.max() > 300


def test_firms_are_known_from_their_founding_on(pack: Path) -> None:
    for firm in rows(pack, "firms"):
        assert firm["established_on"] <= firm["known_on"]


def test_a_firm_is_the_same_in_a_larger_region() -> None:
    few, many = _people(50)[1], _people(400)[1]
    for trait in ("quality", "trades", "margin", "void", "cap", "begins"):
        assert np.array_equal(getattr(few, trait), getattr(many, trait)[:50])


def test_latent_quality_drives_trade_margin_and_voids() -> None:
    people = _people(4_000)[1]
    correlation = {
        name: np.corrcoef(people.quality, values)[0, 1]
        for name, values in {"trades": np.log(people.trades), "margin": people.margin, "void": people.void}.items()
    }
    assert correlation["trades"] > 0.5
    assert correlation["margin"] > 0.5
    assert correlation["void"] < -0.2
