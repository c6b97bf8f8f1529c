"""Back-tests: who moves under a draft, and how much money."""

from decimal import Decimal

import pytest
from tests.decision.helpers import a_case, rulebook, some_cites

from windchime.content import seed
from windchime.core.canonical import canonical
from windchime.decision.backtest import compare, with_policy
from windchime.dmn import BrokenModel

CASES = [a_case(f"twin:F{n}", months_known=n) for n in (3, 8, 20, 30)]


def draft(*changes: tuple[str, str]) -> bytes:
    text = seed.sources("policies")["invoice_loan"].decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text.encode()


def test_the_same_policy_moves_nobody() -> None:
    found = compare(rulebook(), with_policy(rulebook(), draft()), CASES, some_cites())
    assert (found.moves, found.undecidable, found.firms) == ((), (), 4)
    assert found.offered_before == found.offered_after == Decimal("1524000.00")
    assert sum(found.matrix.values()) == 4


def test_a_stricter_policy_moves_those_it_means() -> None:
    stricter = with_policy(rulebook(), draft(("< 6, null", "< 24, null")))
    found = compare(rulebook(), stricter, CASES, some_cites())
    assert {(m.firm_id, m.before, m.after) for m in found.moves} == {
        ("twin:F8", "refer", "decline"),
        ("twin:F20", "approve", "decline"),
    }
    assert found.matrix["approve", "decline"] == 1
    assert found.offered_before - found.offered_after == Decimal("762000.00")
    assert all("history_too_short" in m.reasons and m.limit_after == 0 for m in found.moves)
    assert canonical(found.as_dict())


def test_a_broken_draft_is_refused() -> None:
    with pytest.raises(BrokenModel):
        with_policy(rulebook(), draft(("< 6, null", "less than six")))
