"""Control under change: after every change what is kept is what a full run finds."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from tests.graph.ownership.voting import Edges, decimal, edges, held, naive, networks, pairs

from windchime.graph.ownership.control import control
from windchime.graph.ownership.live_control import LiveControl

NODES = st.sampled_from("ABCDEFGH")
SHARES = st.sampled_from(["0", "0.05", "0.25", "0.3", "0.49", "0.5", "0.50000000000000001", "0.51", "1"])


def _pairs(live: LiveControl) -> set[tuple[str, str]]:
    return {(r["controller"], r["company"]) for r in live.table().to_pylist()}


@given(networks(most=6), st.lists(st.tuples(NODES, NODES, SHARES), min_size=1, max_size=8))
def test_after_every_change_it_is_what_a_full_run_finds(rows: Edges, changes: Edges) -> None:
    live = LiveControl(held(rows))
    stakes: dict[tuple[str, str], Fraction] = {}
    for o, c, s in rows:
        stakes[o, c] = stakes.get((o, c), Fraction(0)) + Fraction(s)
    before = _pairs(live)
    for owner, company, share in changes:
        turn = live.change(owner, company, share)
        stakes[owner, company] = Fraction(share)
        now = [(o, c, decimal(s)) for (o, c), s in stakes.items()]
        found = _pairs(live)
        assert found == naive(now)
        assert found == pairs(control(held([row for row in now if row[2] != "0"])))
        assert (set(turn.gained), set(turn.lost)) == (found - before, before - found)
        for node in "ABCDEFGH":
            assert live.controllers(node) == tuple(sorted(x for x, y in found if y == node))
            assert set(live.controlled(node)) == {y for x, y in found if x == node}
        before = found


def test_only_the_owner_and_its_controllers_are_asked() -> None:
    live = LiveControl(held("P A 60, A B 60, B C 40, Q D 100, D E 100"))
    turn = live.change("B", "C", "0.6")
    assert turn.asked == 3
    assert set(turn.gained) == {("A", "C"), ("B", "C"), ("P", "C")}
    assert turn.lost == ()


def test_a_chain_that_breaks_at_the_top_falls() -> None:
    live = LiveControl(held("P A 60, A B 60, B C 60"))
    assert live.change("P", "A", "0.5").lost == (("P", "A"), ("P", "B"), ("P", "C"))
    assert live.controllers("C") == ("A", "B")


def test_the_votes_kept_follow_where_control_stays() -> None:
    live = LiveControl(held("P A 60, A B 60"))
    turn = live.change("A", "B", 0.75)
    assert (turn.gained, turn.lost) == ((), ())
    assert live.controlled("P") == {"A": 0.6, "B": 0.75}


def test_new_owners_and_new_companies_come_in() -> None:
    live = LiveControl(held("P A 60"))
    assert live.change("N", "M", "0.8").gained == (("N", "M"),)
    assert live.change("A", "N", "0.8").gained == (("A", "M"), ("A", "N"), ("P", "M"), ("P", "N"))
    assert live.controllers("unheard of") == ()
    assert live.controlled("unheard of") == {}


def test_many_new_stakes_of_one_owner_find_room() -> None:
    live = LiveControl(held(edges("P A 60")))
    for n in range(1200):
        live.change("P", f"C{n}", "0.9")
    assert len(live.controlled("P")) == 1201
