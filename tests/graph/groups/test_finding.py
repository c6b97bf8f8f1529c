"""Rules of connected groups: what joins, at which level, on which basis, and what never does."""

from datetime import date
from decimal import Decimal

from tests.graph.groups.helpers import NOTHING, Row, behind, found, post, stake, tie, told

from windchime.graph.groups.telling import edge_evidence, sentence
from windchime.graph.ties.finding import TiesFound

CONFIRMED, LIKELY, HINT = ("confirmed", "control"), ("likely", "control"), ("hint", "control")


def test_majorities_join_through_chains() -> None:
    assert told(found(holdings=[stake("f1", "f2"), stake("f2", "f3")])) == {CONFIRMED: [{"f1", "f2", "f3"}]}


def test_half_is_no_majority_but_leads_where_nobody_else_has_half_of_it() -> None:
    assert told(found(holdings=[stake("f1", "f2", "0.5")])) == {LIKELY: [{"f1", "f2"}]}
    rivals = [stake("f1", "f2", "0.5"), stake("p1", "f2", "0.5")]
    assert told(found(holdings=rivals)) == {HINT: [{"f1", "f2"}]}


def test_one_person_above_two_firms() -> None:
    (group,) = found(holdings=[stake("p1", "f1"), stake("p1", "f2")])
    assert (group.level, group.head) == ("confirmed", "f1")
    edge = group.members[1].edge
    assert edge is not None
    assert sentence(edge_evidence(edge)) == "one person, p1, controls f1 and f2"
    assert edge.rows == (("holdings", "0"), ("holdings", "1"))


def test_control_through_a_firm_of_the_person() -> None:
    group = found(holdings=[stake("p1", "f1"), stake("p1", "f2", "0.3"), stake("f1", "f2", "0.3")])
    assert told(group) == {CONFIRMED: [{"f1", "f2"}]}


def test_state_and_products_join_nobody() -> None:
    for kind in ("government", "product"):
        rows = [stake("x1", f, owner_type=kind) for f in ("f1", "f2")]
        assert found(holdings=rows) == ()


def test_an_owner_who_leads_another_firm() -> None:
    assert told(found(holdings=[stake("p1", "f1")], posts=[post("p1", "f2")])) == {LIKELY: [{"f1", "f2"}]}
    # who owns nothing leads for others
    assert found(posts=[post("p1", "f1"), post("p1", "f2")]) == ()
    assert found(holdings=[stake("p1", "f1")], posts=[post("p1", "f2", "supervisor")]) == ()


def test_who_leads_very_many_firms_joins_nobody() -> None:
    def joined(many: int) -> bool:
        return bool(found(holdings=[stake("p1", "f00")], posts=[post("p1", f"f{n:02}") for n in range(1, many + 1)]))

    assert joined(12)
    assert not joined(13)


def test_relatives_join_their_firms_within_the_degrees() -> None:
    holdings = [stake("p1", "f1"), stake("p2", "f2")]

    def kin(relation: str, degree: int, basis: str = "declared") -> dict[tuple[str, str], list[set[str]]]:
        row = {"person_a": "p1", "person_b": "p2", "relation": relation, "degree": degree, "basis": basis}
        return told(found(holdings=holdings, kin=[row]))

    both = [{"f1", "f2"}]
    assert kin("spouse", 1) == kin("sibling", 2) == kin("parent", 3) == {LIKELY: both}
    assert kin("sibling", 3) == kin("in_law", 1) == {}
    assert kin("spouse", 1, "inferred") == {HINT: both}


def test_dependence_joins_related_clients_and_no_group_by_control() -> None:
    def trade(of_all: str, day: date = date(2025, 6, 1)) -> list[Row]:
        rest = str(Decimal(10) - Decimal(of_all))
        return [
            {"seller": "f1", "buyer": b, "total": Decimal(t), "count": 1, "since": day}
            for b, t in (("f2", of_all), ("x", rest))
        ]

    listing = [{"firm": "f1", "side": "seller"}, {"firm": "f2", "side": "seller"}]
    joined = {("likely", "dependence"): [{"f1", "f2"}]}
    assert told(found(trade=trade("5"), listing=listing)) == joined
    assert found(trade=trade("4.9"), listing=listing) == ()
    assert found(trade=trade("5", date(2024, 6, 1)), listing=listing) == ()
    assert found(trade=trade("5"), listing=listing[1:]) == (), "the rest of its sales is not seen"


def test_a_core_of_many_dependents_joins_nobody() -> None:
    def joined(many: int) -> bool:
        firms = [f"f{n}" for n in range(many)]
        trade = [
            {"seller": f, "buyer": "core", "total": Decimal(5), "count": 1, "since": date(2025, 6, 1)} for f in firms
        ]
        return bool(found(trade=trade, listing=[{"firm": f, "side": "seller"} for f in (*firms, "core")]))

    assert joined(5)
    assert not joined(6)


def test_a_guarantee_of_half_the_net_assets() -> None:
    given = {
        "guarantor": "f1", "debtor": "f2", "creditor": "b", "contract": "c", "kind": "several", "status": "active",
    }  # fmt: skip
    sheet = {"firm": "f1", "net_assets": Decimal(100), "on": date(2025, 6, 30)}

    def joined(amount: str, **more: object) -> bool:
        return bool(found(guarantees=[given | {"amount": Decimal(amount)} | more], balances=[sheet]))

    assert joined("50")
    assert not joined("49")
    assert not joined("50", status="released")


def test_hints_stay_apart_from_what_is_sure() -> None:
    holdings = [stake("p1", "f1"), stake("p1", "f2"), stake("p2", "f3")]
    hidden = TiesFound((tie("f2", "f3"), tie("f1", "f9", "stake")), ())
    found_ = found(hidden, holdings=holdings)
    assert told(found_) == {CONFIRMED: [{"f1", "f2"}], HINT: [{"f1", "f2", "f3"}]}
    rules = {g.level: {m.edge.rule for m in g.members if m.edge} for g in found_}
    assert rules == {"confirmed": {"controller"}, "hint": {"controller", "hidden_tie"}}


def test_firms_behind_a_nominee_are_hints() -> None:
    holdings = [stake("p1", "f1"), stake("p2", "f2")]
    assert told(found(TiesFound((), (behind("p1", "f2"),)), holdings=holdings)) == {HINT: [{"f1", "f2"}]}
    assert found(TiesFound((), (behind("p1", "f2", "lead"),)), holdings=holdings) == ()


def test_a_chain_explains_a_member() -> None:
    (group,) = found(holdings=[stake("f1", "f2"), stake("f2", "f3", "0.4"), stake("p1", "f3", "0.1")])[1:]
    assert [m.firm for m in group.chain("f3")] == ["f3", "f2", "f1"]
    assert [m.edge.rule for m in group.chain("f3") if m.edge] == ["leading", "control"]
    assert group.chain("elsewhere") == []


def test_a_group_keeps_the_id_most_members_bore() -> None:
    holdings = [stake("f1", f) for f in ("f2", "f3")]
    (first,) = found(holdings=holdings)
    before = {(first.level, first.basis, m.firm): first.group_id for m in first.members}
    (grown,) = found(NOTHING, before, holdings=[*holdings, stake("f0", "f1")])
    assert (grown.group_id, grown.head, len(grown.members)) == (first.group_id, "f0", 4)
    (again,) = found(holdings=[*holdings, stake("f0", "f1")])
    assert again.group_id != first.group_id
