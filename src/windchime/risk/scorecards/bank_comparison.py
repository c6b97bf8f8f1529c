"""A version against those in use, on the same firms of a bank's lake, each judged on firms it did not learn from."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy.orm import Session

from windchime.content.scheme import Scheme
from windchime.content.store import ContentStore
from windchime.core.errors import BadCall
from windchime.core.text import _
from windchime.risk.arrays import Floats
from windchime.risk.scorecards.bank_sample import BankSample, How, judged, sample_in
from windchime.risk.scorecards.roles import Comparison, beside, compare
from windchime.risk.scorecards.settings import Settings
from windchime.risk.scorecards.store import ModelStore, NoPublishedModel, champion, find
from windchime.service.bank import Bank


class NothingInCommon(BadCall):
    """No firm that both versions can be judged on, or outcomes of one kind only."""

    msgid = _(
        "{goods} goods and {bads} bads are known of firms that {version} and those beside it did not learn from: too few to judge"
    )
    hint = _("name dates with more outcomes: --features-as-of and --labels-as-of")

    def __init__(self, goods: int, bads: int, version: str) -> None:
        super().__init__(goods=goods, bads=bads, version=version[:12])


@dataclass(frozen=True, slots=True)
class Beside:
    """A version and the others in use, judged on the same firms."""

    #: positions in the sample
    rows: list[int]
    bad: Floats
    #: what makes the figures of the version honest
    how: How
    probability: Floats
    #: by version: probabilities and what makes them honest
    others: dict[str, tuple[Floats, How]]


def beside_others(store: ModelStore, session: Session, version: str, sample: BankSample) -> Beside:
    """Judge a version and all published or appointed others on the firms that none of them learnt from.

    Raises:
        UnknownName: no such version.
        BeforeTraining: the sample's figures are older than those one of them was trained on.
        NothingInCommon: less than two goods or two bads.
    """
    row = find(session, version)
    used = {v.version for kind in ("scorecard", "challenger") if (v := champion(session, kind))}
    used |= {v for kind in ("scorecard", "challenger") for v in beside(session, kind)}
    own = judged(store, session, row.version, sample)
    found = {v: judged(store, session, v, sample) for v in sorted(used - {row.version})}
    rows = sorted(set(own.rows).intersection(*(set(j.rows) for j in found.values())))
    bad = sample.bad[rows]
    if min(bad.sum(), (1 - bad).sum()) < 2:
        raise NothingInCommon(int((1 - bad).sum()), int(bad.sum()), row.version)

    def at(rows_of: list[int], p: Floats) -> Floats:
        place = dict(zip(rows_of, p.tolist(), strict=True))
        return np.array([place[i] for i in rows])

    others = {v: (at(j.rows, j.probability), j.how) for v, j in found.items()}
    return Beside(rows, bad, own.how, at(own.rows, own.probability), others)


def compare_in(
    bank: Bank, version: str, *, features_as_of: date | None = None, labels_as_of: date | None = None
) -> Comparison:
    """A challenger against the published version of its model: what a promotion rests on.

    Args:
        bank: whose lake and models.
        version: of the challenger, or its first characters.
        features_as_of: date of the features; the newest pack's by default.
        labels_as_of: outcomes as known at this date; the newest pack's by default.

    Raises:
        NoPublishedModel: nothing is published to compare with.
        UnknownName, BeforeTraining, NothingInCommon: as `beside_others`.
    """
    store, content = ModelStore(bank.models_dir), ContentStore(bank.content_dir)
    with bank.session() as session:
        row = find(session, version)
        first = champion(session, row.model)
        if first is None or first.version == row.version:
            raise NoPublishedModel(row.model)
        sample = sample_in(bank, session, features_as_of=features_as_of, labels_as_of=labels_as_of)
        at = sample.features_as_of
        scheme = Scheme.of(content.published(session, "schemes", "scorecard", at).body)
        found = beside_others(store, session, row.version, sample)
        champions, how = found.others[first.version]
        return compare(
            found.bad,
            champions,
            found.probability,
            versions=(first.version, row.version),
            how=(how, found.how),
            level=Settings.of(scheme, at).validation.level,
            data={
                "features_as_of": at.isoformat(),
                "labels_as_of": sample.labels_as_of.isoformat(),
                "lake_version": sample.lake_version,
            },
        )
