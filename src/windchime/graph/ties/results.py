"""Hidden ties and hidden controllers as tables of the library."""

from decimal import Decimal

import pyarrow as pa

from windchime.content.scheme import Scheme
from windchime.core.canonical import canonical
from windchime.data.contracts import contract
from windchime.data.reading import Reading
from windchime.graph.results.finders import Found
from windchime.graph.ties.controllers import HiddenController
from windchime.graph.ties.facts import Facts
from windchime.graph.ties.finding import HiddenTie, TiesFound, find
from windchime.graph.ties.telling import controller_evidence, tie_evidence

TIES, CONTROLLERS = "hidden_ties", "hidden_controllers"
_STAMP = ("run_id", "known_on", "is_withdrawn")


def results(reading: Reading, scheme: Scheme) -> Found:
    """Everything that hides in a library as of its date."""
    return Found(tables(find(Facts.of(reading), scheme, reading.as_of)))


def tables(found: TiesFound) -> dict[str, pa.Table]:
    """What was found, by table."""
    return {
        TIES: _table(TIES, [_tie(t) for t in found.ties]),
        CONTROLLERS: _table(CONTROLLERS, [_controller(c) for c in found.controllers]),
    }


def _tie(tie: HiddenTie) -> dict[str, object]:
    return {
        "firm_a_id": tie.firm_a,
        "firm_b_id": tie.firm_b,
        "score": _exact(tie.score),
        "kinds": "|".join(sorted(tie.kinds)),
        "clue_count": len(tie.clues),
        "class_count": len(tie.classes),
        "declared": tie.declared or "no",
        "evidence": canonical(tie_evidence(tie)).decode(),
    }


def _controller(found: HiddenController) -> dict[str, object]:
    return {
        "firm_id": found.firm,
        "person_id": found.person,
        "holder_id": found.holder,
        "level": found.level,
        "class_count": found.classes,
        "holder_class_count": found.holder_classes,
        "score": _exact(found.score),
        "evidence": canonical(controller_evidence(found)).decode(),
    }


def _exact(score: float) -> Decimal:
    return Decimal(f"{score:.4f}")


def _table(name: str, rows: list[dict[str, object]]) -> pa.Table:
    card = contract(name)
    schema = card.arrow_schema()
    own = pa.schema([schema.field(c.name) for c in card.columns if c.name not in _STAMP])
    return pa.Table.from_pylist(rows, schema=own)
