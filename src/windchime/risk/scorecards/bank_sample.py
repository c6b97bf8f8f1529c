"""Firms of a bank's own lake as models read them: indicators as of one date, outcomes as known at a later one."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
from sqlalchemy.orm import Session

from windchime import indicators
from windchime.content.scheme import Scheme
from windchime.content.store import ContentStore
from windchime.core.errors import BadCall
from windchime.core.text import _
from windchime.data.lake import Lake
from windchime.risk.arrays import Floats
from windchime.risk.scorecards.features import FIRM
from windchime.risk.scorecards.store import Model, ModelStore
from windchime.risk.scorecards.training import defaulted_by, firm_labels
from windchime.service.bank import Bank

if TYPE_CHECKING:
    import pyarrow as pa

#: the scheme indicators are measured by; decisions read the same one
INDICATORS = "invoice_indicators"

#: what makes the figures of a version honest: `out_of_fold`, firms of the training's date by the fold that did not see
#: them; `out_of_sample`, firms it was not trained on, before its labels were known; `out_of_time`, any firm after that
How = Literal["out_of_fold", "out_of_sample", "out_of_time"]


class BeforeTraining(BadCall):
    """A version was to be judged by firms as they were before it was trained."""

    msgid = _("{version} was trained on figures as of {trained}: firms as of {asked}, before that, prove nothing of it")
    hint = _("name this day or a later one: --features-as-of")

    def __init__(self, version: str, trained: date, asked: date) -> None:
        super().__init__(version=version[:12], trained=trained.isoformat(), asked=asked.isoformat())


@dataclass(frozen=True, slots=True)
class Measured:
    """Indicators of all firms at a date."""

    #: firm_id and one column an indicator
    table: pl.DataFrame
    #: firm_id, rating: the newest rating of each rated firm; empty where the lake has none
    ratings: pl.DataFrame
    lake_version: int
    scheme: Scheme
    scheme_version: str


def measured_in(bank: Bank, session: Session, as_of: date, *, lake_version: int | None = None) -> Measured:
    """Measure every firm as of a date, by the published scheme.

    Raises:
        NoLakeVersion: nothing was loaded yet.
        NotPublished: the scheme of the indicators is not.
    """
    document = ContentStore(bank.content_dir).published(session, "schemes", INDICATORS, as_of)
    scheme = Scheme.of(document.body)
    with Lake(bank.lake_dir).reading(session, as_of=as_of, lake_version=lake_version) as reading:
        table = pl.DataFrame(pl.from_arrow(indicators.measure(reading, scheme)))
        ratings = pl.DataFrame(schema={FIRM: pl.String, "rating": pl.String})
        if reading.has("ratings"):
            told = pl.DataFrame(pl.from_arrow(reading.table("ratings").select(FIRM, "rating", "rated_on").to_pyarrow()))
            ratings = told.sort(FIRM, "rated_on").unique(FIRM, keep="last", maintain_order=True).drop("rated_on")
        return Measured(table, ratings, reading.lake_version, scheme, document.version)


def outcomes_in(bank: Bank, session: Session, as_of: date, lake_version: int) -> "pa.Table":
    """The table `loan_outcomes` as known at a date."""
    with Lake(bank.lake_dir).reading(
        session, as_of=as_of, lake_version=lake_version, tables=["loan_outcomes"]
    ) as reading:
        return reading.table("loan_outcomes").to_pyarrow()


@dataclass(frozen=True, slots=True)
class BankSample:
    """Firms with features and outcome."""

    #: firm_id and one column an indicator, sorted by firm
    table: pl.DataFrame
    bad: Floats
    features_as_of: date
    labels_as_of: date
    lake_version: int


def sample_in(
    bank: Bank,
    session: Session,
    *,
    features_as_of: date | None = None,
    labels_as_of: date | None = None,
    definition: str | None = None,
) -> BankSample:
    """Firms whose outcome is known and who had not defaulted when their features were measured.

    Raises:
        NoLakeVersion: nothing was loaded yet.
        NotPublished: the scheme of the indicators is not.
        SeveralDefinitions: the outcomes have several definitions of default and none was named.
    """
    pack = Lake(bank.lake_dir).pack(session)
    features_at, labels_at = features_as_of or pack.features_as_of, labels_as_of or pack.labels_as_of
    found = measured_in(bank, session, features_at)
    outcomes = pl.DataFrame(pl.from_arrow(outcomes_in(bank, session, labels_at, found.lake_version)))
    labelled = firm_labels(outcomes, definition).filter(~pl.col(FIRM).is_in(defaulted_by(outcomes, features_at)))
    rows = found.table.join(labelled, on=FIRM).sort(FIRM)
    return BankSample(rows.drop("bad"), rows["bad"].to_numpy(), features_at, labels_at, found.lake_version)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a model says of firms that it did not learn from."""

    #: positions of these firms in the sample
    rows: list[int]
    probability: Floats
    how: How


def judged(store: ModelStore, session: Session, version: str, sample: BankSample) -> Judged:
    """Probabilities of a version for a sample, honestly, as `How` says.

    A firm's figures some months after the training still bear the outcome it was trained on; only from the day on which
    the labels were known are its trained firms new to it.

    Raises:
        UnknownName: no such version, or a feature that the sample lacks.
        BeforeTraining: the sample's figures are older than those it was trained on.
    """
    model: Model = store.load(session, version)
    told = store.card(session, version).body["data"]
    trained, known = (date.fromisoformat(told[day]) for day in ("features_as_of", "labels_as_of"))
    if sample.features_as_of < trained:
        raise BeforeTraining(version, trained, sample.features_as_of)
    firms = sample.table[FIRM].to_list()
    oof = dict(store.oof(session, version).select(FIRM, store.kind(session, version)).iter_rows())
    if sample.features_as_of == trained:
        rows = [i for i, firm in enumerate(firms) if firm in oof]
        return Judged(rows, np.array([oof[firms[i]] for i in rows], dtype=np.float64), "out_of_fold")
    if sample.features_as_of >= known:
        return Judged(list(range(len(firms))), model.probability(sample.table), "out_of_time")
    rows = [i for i, firm in enumerate(firms) if firm not in oof]
    found = model.probability(sample.table[rows]) if rows else np.empty(0)
    return Judged(rows, found, "out_of_sample")
