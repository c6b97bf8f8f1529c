"""Back-test: the same firms under the rules in force and under a draft; who would move, and how much money with them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from windchime.content import yamlfile
from windchime.core.canonical import sha256
from windchime.core.money import ZERO
from windchime.decision.case import Case
from windchime.decision.deciding import Undecidable, decide_many
from windchime.decision.document import VERDICTS, Cite, Cites, Document
from windchime.decision.policy import Policy
from windchime.decision.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Move:
    """One firm that the draft treats otherwise."""

    firm_id: str
    before: str
    after: str
    #: yuan; zero where nothing is lent
    limit_before: Decimal
    limit_after: Decimal
    #: codes of the draft's reasons
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Backtest:
    """The draft held against the rules in force."""

    #: firms that both could decide
    firms: int
    #: how many firms go from one verdict to another (also from one to itself)
    matrix: dict[tuple[str, str], int]
    #: yuan offered in approved cases
    offered_before: Decimal
    offered_after: Decimal
    #: firms whose verdict or limit changes, largest change of money first
    moves: tuple[Move, ...]
    #: firms the draft cannot decide
    undecidable: tuple[Undecidable, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "firms": self.firms,
            "matrix": [{"before": b, "after": a, "firms": n} for (b, a), n in self.matrix.items() if n],
            "offered_before": self.offered_before,
            "offered_after": self.offered_after,
            "moves": [
                {"firm": m.firm_id, "before": m.before, "after": m.after, "limit_before": m.limit_before,
                 "limit_after": m.limit_after, "reasons": list(m.reasons)}
                for m in self.moves
            ],
            "undecidable": [u.message("en") for u in self.undecidable],
        }  # fmt: skip


def with_policy(rulebook: Rulebook, data: bytes) -> Rulebook:
    """The rulebook with another policy: a draft's bytes.

    Raises:
        BadPolicy, BrokenModel: the draft cannot be compiled.
    """
    policy = Policy.of(yamlfile.parse(data, "policies"))
    return replace(rulebook, policy=policy, policy_cite=Cite(policy.name, sha256(data)))


def compare(live: Rulebook, draft: Rulebook, cases: Sequence[Case], cites: Cites) -> Backtest:
    """Decide all cases under both; nothing is written anywhere."""
    before = {d.firm_id: d for d in decide_many(live, cases, cites)[0]}
    documents, failed = decide_many(draft, cases, cites)
    pairs = [(before[d.firm_id], d) for d in documents if d.firm_id in before]
    matrix = {(b, a): 0 for b in VERDICTS for a in VERDICTS}
    for old, new in pairs:
        matrix[old.verdict, new.verdict] += 1  # type: ignore[index]  # verdicts as documents hold them
    moved = [_move(old, new) for old, new in pairs if (old.verdict, old.limit) != (new.verdict, new.limit)]
    return Backtest(
        firms=len(pairs),
        matrix={(str(b), str(a)): n for (b, a), n in matrix.items()},
        offered_before=_offered(old for old, _new in pairs),
        offered_after=_offered(new for _old, new in pairs),
        moves=tuple(sorted(moved, key=lambda m: (-abs(m.limit_after - m.limit_before), m.firm_id))),
        undecidable=tuple(failed),
    )


def _move(old: Document, new: Document) -> Move:
    codes = tuple(r.code for r in new.reasons)
    return Move(new.firm_id, old.verdict, new.verdict, old.limit or ZERO, new.limit or ZERO, codes)


def _offered(documents: Any) -> Decimal:
    return sum((d.limit or ZERO for d in documents if d.verdict == "approve"), ZERO)
