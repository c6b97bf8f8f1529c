"""Who may be offered credit: the firms of a segment whose latest decision approves, as candidates of an allocation."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

import ibis
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from windchime.core.errors import BadCall, UnknownName
from windchime.core.text import _
from windchime.data.reading import Reading
from windchime.decision.overriding import overridden
from windchime.decision.tables import Decision
from windchime.portfolio.allocation import Candidate
from windchime.risk.findings import Finding
from windchime.risk.scorecards.settings import Scaling
from windchime.risk.scorecards.store import ModelStore, find

Segment = Literal["unrated", "all"]
SEGMENTS: tuple[Segment, ...] = ("unrated", "all")
#: column of the table of firms that a capped dimension is read from
DIMENSIONS = {"industry": "industry_code", "region": "region_code"}


class NothingDecided(BadCall):
    """No decision of the product as of the date."""

    msgid = _("no firm of segment {segment} has a decision of {product} as of {as_of}")
    hint = _("decide first: windchime decide --all")

    def __init__(self, segment: str, product: str, as_of: date) -> None:
        super().__init__(segment=segment, product=product, as_of=as_of.isoformat())


@dataclass(frozen=True, slots=True)
class Pool:
    """The candidates of a segment, and what became of the others."""

    candidates: tuple[Candidate, ...]
    #: decision each candidate rests on, by firm
    decisions: Mapping[str, str]
    #: firms of the segment by verdict
    verdicts: Mapping[str, int]
    #: approved firms whose out-of-fold band is none that is offered credit
    not_banded: tuple[str, ...]
    #: candidates whose probability is out-of-fold
    out_of_fold: int

    def findings(self) -> tuple[Finding, ...]:
        """What a reader must know of the pool."""
        found = []
        if referred := self.verdicts.get("refer", 0):
            text = _("{referred} firms wait for a person and are not offered anything; {declined} are declined")
            params = {"referred": referred, "declined": self.verdicts.get("decline", 0)}
            found.append(Finding("referred_not_offered", "normal", text, params))
        if self.not_banded:
            text = _(
                "{firms} approved firms fall into no band that is lent to once the model has not seen their outcome"
            )
            found.append(Finding("not_banded", "watch", text, {"firms": len(self.not_banded)}))
        if self.out_of_fold:
            text = _(
                "{firms} firms trained the model: their probability and band are out-of-fold, but policy approved them "
                "by a model that has seen their outcome, which flatters realised profit"
            )
            found.append(Finding("approved_in_sample", "watch", text, {"firms": self.out_of_fold}))
        return tuple(found)


def latest_decisions(session: Session, product: str, as_of: date, lake_version: int | None) -> list[Decision]:
    """Of each firm the decision of the product as of the date that was written last, sorted by firm."""
    from sqlalchemy.orm import defer

    where = [Decision.product == product, Decision.as_of == as_of]
    if lake_version is not None:
        where.append(Decision.lake_version == lake_version)
    last = select(func.max(Decision.seq)).where(*where).group_by(Decision.firm_id)
    query = select(Decision).where(Decision.seq.in_(last)).order_by(Decision.firm_id).options(defer(Decision.body))
    return list(session.scalars(query))


def pool(
    session: Session,
    reading: Reading,
    store: ModelStore,
    decisions: Sequence[Decision],
    segment: str,
    *,
    bands: Mapping[str, str],
    lengths: Mapping[str, int],
    model: Callable[[Decision], str],
) -> Pool:
    """The candidates among decided firms.

    A firm whose outcome trained the deciding model gets its out-of-fold probability and the band that goes with it. What
    people have overridden counts as they left it.

    Args:
        session: to read models.
        reading: the library; ratings and firms are read.
        store: of models.
        decisions: one a firm.
        segment: `unrated` (no row in `ratings`) or `all`.
        bands: churn curve by score band.
        lengths: leading characters of a code that make a group, by dimension.
        model: version of the deciding model of a decision.

    Raises:
        UnknownName: no such segment.
    """
    if segment not in SEGMENTS:
        raise UnknownName("segment", segment, SEGMENTS)
    rated = rated_firms(reading) if segment == "unrated" else frozenset[str]()
    inside = [d for d in decisions if d.firm_id not in rated]
    replaced = overridden(session, (d.id for d in inside))
    stands = {d.id: (r.verdict, r.limit) if (r := replaced.get(d.id)) else (d.verdict, d.limit) for d in inside}
    groups, unseen = groups_of(reading, lengths), _Unseen(session, store)
    candidates, not_banded, judged = [], [], 0
    for decision in (d for d in inside if stands[d.id][0] == "approve"):
        probability, band, swapped = unseen.judge(decision, model(decision))
        judged += swapped
        if band in bands:
            limit = stands[decision.id][1]
            assert limit is not None
            own = groups.get(decision.firm_id, {})
            candidates.append(Candidate(decision.firm_id, probability, bands[band], limit, own))
        else:
            not_banded.append(decision.firm_id)
    by_firm = {d.firm_id: d.id for d in inside}
    return Pool(
        tuple(candidates),
        {c.firm_id: by_firm[c.firm_id] for c in candidates},
        dict(sorted(Counter(verdict for verdict, _limit in stands.values()).items())),
        tuple(not_banded),
        judged,
    )


class _Unseen:
    """Probability and band of a firm by a model that has not seen its outcome, where there is one."""

    def __init__(self, session: Session, store: ModelStore) -> None:
        self._session, self._store = session, store
        self._known: dict[str, tuple[dict[str, float], Scaling]] = {}

    def judge(self, decision: Decision, version: str) -> tuple[Decimal, str, bool]:
        """Probability, band, and whether they are out-of-fold."""
        if version not in self._known:
            model, oof = self._store.load(self._session, version), self._store.oof(self._session, version)
            judged = oof[find(self._session, version).model]
            scaling = Scaling.of(json.loads(model.dump())["scaling"])
            self._known[version] = (dict(zip(oof["firm_id"], judged, strict=True)), scaling)
        probabilities, scaling = self._known[version]
        if decision.firm_id not in probabilities:
            return decision.probability, decision.band, False
        found = float(probabilities[decision.firm_id])
        return Decimal(f"{found:.6f}"), scaling.band(found), True


def rated_firms(reading: Reading) -> frozenset[str]:
    """Firms that have a bank rating, as known at the date."""
    if not reading.has("ratings"):
        return frozenset()
    return frozenset(reading.table("ratings").select("firm_id").distinct().to_pyarrow()["firm_id"].to_pylist())


def groups_of(reading: Reading, lengths: Mapping[str, int]) -> dict[str, dict[str, str]]:
    """Group of each firm by dimension, from what was learnt of it last."""
    columns = {d: c for d, c in DIMENSIONS.items() if d in lengths}
    rows = reading.table("firms").order_by(ibis.asc("known_at")).select("firm_id", *columns.values())
    return {
        r["firm_id"]: {d: r[c][: lengths[d]] for d, c in columns.items() if r[c]} for r in rows.to_pyarrow().to_pylist()
    }
