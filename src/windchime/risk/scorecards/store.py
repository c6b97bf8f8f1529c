"""The model store: versions are immutable files named by their hash; their state moves draft → validated → published → retired.

A second person validates and publishes. Publishing retires the version of the same model that was published before. Every change of
state is a record in the audit chain, in the same transaction.
"""

import json
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.core.canonical import canonical, sha256
from windchime.core.errors import BadCall, Damaged, UnknownName
from windchime.core.ids import named
from windchime.core.text import _
from windchime.core.unit import Unit, same_person
from windchime.risk.scorecards.challenger import Challenger
from windchime.risk.scorecards.model_card import ModelCard
from windchime.risk.scorecards.scorecard import Scorecard
from windchime.risk.scorecards.states import NotAPerson, OwnModel, StandsBeside, WrongState
from windchime.risk.scorecards.tables import ModelRole, ModelVersion
from windchime.risk.scorecards.training import Training

Model = Scorecard | Challenger
KINDS: dict[str, type[Scorecard] | type[Challenger]] = {"scorecard": Scorecard, "challenger": Challenger}
OOF_COLUMNS = ("firm_id", "bad", "fold", "scorecard", "challenger")


class NoPublishedModel(BadCall):
    """No version of the model is published."""

    msgid = _("no {model} is published")
    hint = _("train and publish one: windchime model --help")

    def __init__(self, model: str) -> None:
        super().__init__(model=model)


class ModelChanged(Damaged):
    """Stored bytes are no longer those that were written."""

    msgid = _("model file {file} is missing or was changed: its hash is not {expected}")

    def __init__(self, file: str, expected: str) -> None:
        super().__init__(file=file, expected=expected)


class ModelStore:
    """The store in one folder (`Bank.models_dir`), its register in the operational database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, unit: Unit, training: Training) -> dict[str, str]:
        """Keep both models of a training as drafts; returns their versions by model. Keeping the same again changes nothing."""
        oof = self._write(canonical(training.oof.to_dicts()))
        models: dict[str, Model] = {"scorecard": training.scorecard, "challenger": training.challenger}
        for name, model in models.items():
            if unit.session.get(ModelVersion, model.version) is not None:
                continue
            version = self._write(model.dump())
            card = self._write(canonical(ModelCard.of_training(training, name).as_dict()))
            unit.session.add(
                ModelVersion(
                    version=version,
                    model=name,
                    state="draft",
                    card=card,
                    oof=oof,
                    author=unit.actor.name,
                    author_kind=unit.actor.kind,
                    made_at=unit.now,
                )
            )
            unit.record("model.save", f"{name}:{version}", after={"state": "draft", "card": card, "oof": oof})
        unit.session.flush()
        return {name: model.version for name, model in models.items()}

    def load(self, session: Session, version: str) -> Model:
        """The model of a version, in whatever state (replay needs retired ones too).

        Raises:
            UnknownName: no such version.
            ModelChanged: its bytes were changed.
        """
        row = find(session, version)
        return KINDS[row.model].restore(self._read(row.version))

    def published(self, session: Session, model: str) -> Model:
        """The published version of `scorecard` or `challenger`.

        Raises:
            NoPublishedModel: none is.
        """
        row = champion(session, model)
        if row is None:
            raise NoPublishedModel(model)
        return self.load(session, row.version)

    def card(self, session: Session, version: str) -> ModelCard:
        """The model card of a version."""
        return ModelCard(self._read(find(session, version).card))

    def oof(self, session: Session, version: str) -> pl.DataFrame:
        """Out-of-fold probabilities of the firms the version was trained on: firm_id, bad, fold, scorecard, challenger."""
        return pl.DataFrame(self._read(find(session, version).oof)).select(OOF_COLUMNS)

    def kind(self, session: Session, version: str) -> str:
        """`scorecard` or `challenger`."""
        return find(session, version).model

    def keep(self, data: bytes) -> str:
        """Keep canonical JSON that goes with a model (histograms, a comparison); returns its SHA-256."""
        return self._write(data)

    def kept(self, name: str) -> Any:
        """What was kept under a hash.

        Raises:
            ModelChanged: it is missing or was changed.
        """
        return self._read(name)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _write(self, data: bytes) -> str:
        name = sha256(data)
        path = self._path(name)
        if not path.exists():
            part = path.with_suffix(".part")
            part.write_bytes(data)
            part.replace(path)
        return name

    def _read(self, name: str) -> Any:
        path = self._path(name)
        data = path.read_bytes() if path.is_file() else b""
        if sha256(data) != name:
            raise ModelChanged(path.name, name)
        return json.loads(data)


def find(session: Session, version: str) -> ModelVersion:
    """The register's row of a version, named in full or by an unambiguous beginning.

    Raises:
        UnknownName: none, or several.
    """
    known = session.scalars(select(ModelVersion.version).order_by(ModelVersion.made_at.desc())).all()
    found = named(version, known)
    if found is None:
        raise UnknownName("model version", version, [v[:12] for v in known])
    return session.get_one(ModelVersion, found)


def versions(session: Session, model: str | None = None) -> list[ModelVersion]:
    """The register, newest first."""
    query = select(ModelVersion).order_by(ModelVersion.made_at.desc(), ModelVersion.model, ModelVersion.version)
    return list(session.scalars(query if model is None else query.filter_by(model=model)))


def validate(unit: Unit, version: str, *, reason: str = "") -> None:
    """Say that a draft was examined.

    Raises:
        OwnModel: the one who made it is the one who validates it.
        NotAPerson: a program validates.
        WrongState: it is no draft.
    """
    row = find(unit.session, version)
    _second_person(unit, row, "validate")
    _move(unit, row, "validate", needed="draft", state="validated", reason=reason)
    row.validator, row.validated_at = unit.actor.name, unit.now


def publish(unit: Unit, version: str, *, reason: str = "") -> None:
    """Let a validated version take effect; the one published before is retired.

    Raises:
        OwnModel: the one who made it is the one who publishes it.
        NotAPerson: a program publishes.
        StandsBeside: it is a challenger, which `roles.promote` puts in the champion's place.
        WrongState: it is not validated.
    """
    row = find(unit.session, version)
    _second_person(unit, row, "publish")
    if standing(unit.session, row.version) is not None:
        raise StandsBeside(row)
    before = champion(unit.session, row.model)
    _move(unit, row, "publish", needed="validated", state="published", reason=reason)
    row.publisher, row.published_at = unit.actor.name, unit.now
    if before is not None:
        retire(unit, before.version, reason=reason)


def retire(unit: Unit, version: str, *, reason: str = "") -> None:
    """Take a published version out of use.

    Raises:
        WrongState: it is not published.
    """
    row = find(unit.session, version)
    _move(unit, row, "retire", needed="published", state="retired", reason=reason)
    row.retired_by, row.retired_at = unit.actor.name, unit.now


def champion(session: Session, model: str) -> ModelVersion | None:
    """The register's row of the published version; None where none is."""
    return session.scalars(select(ModelVersion).filter_by(model=model, state="published")).one_or_none()


def standing(session: Session, version: str) -> ModelRole | None:
    """The role a version has as challenger now; None where it has none."""
    return session.scalars(select(ModelRole).filter_by(version=version, outcome=None)).one_or_none()


def _second_person(unit: Unit, row: ModelVersion, step: str) -> None:
    if same_person(row.author, unit.actor.name):
        raise OwnModel(unit.actor.name, row, step)
    if unit.actor.kind != "person":
        raise NotAPerson(unit.actor.name, row, step)


def _move(unit: Unit, row: ModelVersion, step: str, *, needed: str, state: str, reason: str) -> None:
    if row.state != needed:
        raise WrongState(row, step, needed)
    subject = f"{row.model}:{row.version}"
    unit.record(f"model.{step}", subject, before={"state": row.state}, after={"state": state}, reason=reason)
    row.state = state
