"""Monitoring in a bank: each look compares the firms of a date with the histograms kept with the model, and is recorded."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.content.scheme import Scheme
from windchime.content.store import ContentStore
from windchime.core.canonical import canonical
from windchime.core.errors import BadCall
from windchime.core.ids import uuid7
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.data.lake import Lake
from windchime.risk.binning.bins import Bins
from windchime.risk.scorecards.bank_sample import measured_in
from windchime.risk.scorecards.reference import Reference, reference_of
from windchime.risk.scorecards.scorecard import Scorecard
from windchime.risk.scorecards.shifts import Shift, shifts
from windchime.risk.scorecards.store import Model, ModelStore, find
from windchime.risk.scorecards.tables import ModelReference, ModelVersion, ModelWatch
from windchime.risk.scorecards.workbench import Monitoring, Workbench
from windchime.service.bank import Bank

#: the column of the score itself
SCORE = "score"


class NothingToWatch(BadCall):
    """No firm was measured at the date."""

    msgid = _("no firm was measured as of {as_of}")

    def __init__(self, as_of: date) -> None:
        super().__init__(as_of=as_of.isoformat())


@dataclass(frozen=True, slots=True)
class Watch:
    """One look."""

    run_id: str
    version: str
    as_of: date
    lake_version: int
    #: firms then and now
    rows_before: int
    rows_after: int
    #: the score first, then the features of the model
    shifts: tuple[Shift, ...]

    @property
    def alarms(self) -> tuple[Shift, ...]:
        """What is proven and large enough to be watched."""
        return tuple(s for s in self.shifts if s.state in ("watch", "alarm"))


def model_reference(model: Model, table: pl.DataFrame, limits: Monitoring) -> Reference:
    """Histograms of a model's score and features over a sample; features of a card in the card's bins."""
    codes = model.card.codes if isinstance(model, Scorecard) else model.codes
    known: dict[str, Bins] = (
        {f.feature.code: f.bins for f in model.card.features} if isinstance(model, Scorecard) else {}
    )
    return reference_of(
        scored_table(model, table), (SCORE, *codes), bins=limits.bins, cut_rows=limits.cut_rows, known=known
    )


def scored_table(model: Model, table: pl.DataFrame) -> pl.DataFrame:
    """The table with the model's score beside it."""
    return table.with_columns(pl.Series(SCORE, model.score(table)))


def watch_in(bank: Bank, actor: Actor, version: str, *, as_of: date | None = None) -> Watch:
    """Compare the firms of a date with those a version was trained on, and record it.

    The reference is made when first needed, from the lake version and the date on the model's card, and kept.

    Args:
        bank: whose lake and models.
        actor: who looks.
        version: of the model, or its first characters.
        as_of: date of the features; the newest pack's by default.

    Raises:
        UnknownName: no such version.
        NoLakeVersion: nothing was loaded yet.
        NothingToWatch: no firm at that date.
    """
    store = ModelStore(bank.models_dir)
    with bank.session() as session:
        row = find(session, version)
        model, at = store.load(session, row.version), as_of or Lake(bank.lake_dir).pack(session).features_as_of
        document = ContentStore(bank.content_dir).published(session, "schemes", "scorecard", at)
        limits = Workbench.of(Scheme.of(document.body), at).monitoring
        kept = session.get(ModelReference, row.version)
        reference = (
            Reference.of(store.kept(kept.reference)) if kept else _learnt_from(bank, session, store, row, model, limits)
        )
        now = measured_in(bank, session, at)
        if not now.table.height:
            raise NothingToWatch(at)
        found = shifts(reference, scored_table(model, now.table), limits)
        number, new = row.version, kept is None
    with bank.unit(actor) as unit:
        if new:
            blob = store.keep(canonical(reference.as_dict()))
            unit.session.add(
                ModelReference(
                    version=number, reference=blob, rows=reference.rows, made_by=actor.name, made_at=unit.now
                )
            )
            unit.record("model.reference", f"{row.model}:{number}", after={"reference": blob, "rows": reference.rows})
        seen = Watch(uuid7(unit.clock), number, at, now.lake_version, reference.rows, now.table.height, found)
        body = {"rows_before": seen.rows_before, "rows_after": seen.rows_after, "shifts": [s.as_dict() for s in found]}
        unit.session.add(
            ModelWatch(
                run_id=seen.run_id,
                version=number,
                as_of=at,
                lake_version=now.lake_version,
                made_at=unit.now,
                actor=actor.name,
                body=canonical(body).decode(),
            )
        )
        alarms = {s.name: s.state for s in seen.alarms}
        unit.record("model.watch", f"{row.model}:{number}", after={"run": seen.run_id, "as_of": at, "alarms": alarms})
    return seen


def _learnt_from(
    bank: Bank, session: Session, store: ModelStore, row: ModelVersion, model: Model, limits: Monitoring
) -> Reference:
    data: dict[str, Any] = store.card(session, row.version).body["data"]
    then = measured_in(bank, session, date.fromisoformat(data["features_as_of"]), lake_version=data["lake_version"])
    trained = store.oof(session, row.version)["firm_id"]
    return model_reference(model, then.table.filter(pl.col("firm_id").is_in(trained.to_list())), limits)


def watches(session: Session, version: str) -> list[Watch]:
    """All looks at a version, newest first."""
    query = select(ModelWatch).filter_by(version=version).order_by(ModelWatch.made_at.desc(), ModelWatch.run_id.desc())
    return [_restored(r) for r in session.scalars(query)]


def _restored(row: ModelWatch) -> Watch:
    body = json.loads(row.body)
    found = tuple(
        Shift(**{**s, "parts": tuple(s["parts"]), "before": tuple(s["before"]), "after": tuple(s["after"])})
        for s in body["shifts"]
    )
    return Watch(row.run_id, row.version, row.as_of, row.lake_version, body["rows_before"], body["rows_after"], found)
