"""`/api/v1/models`: the register of models, and their cards."""

from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import Field
from starlette.responses import Response

from windchime.api.asking import Ask
from windchime.api.described import told
from windchime.api.opening import resource
from windchime.api.shapes import Instant, Shape, Words
from windchime.core.errors import UnknownName
from windchime.core.text import LANGS, Text
from windchime.risk.scorecards.history import history
from windchime.risk.scorecards.store import ModelStore, find, versions
from windchime.risk.scorecards.tables import ModelVersion
from windchime.service.http.enforcing import NoSuchRecord
from windchime.service.http.rules import needs

router = resource("models")
Hash = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the version", examples=["0" * 64])]
State = Literal["draft", "validated", "published", "retired"]


class Model(Shape):
    """One version of one model."""

    version: str = Field(description="SHA-256 of the model", examples=["0" * 64])
    model: str = Field(description="scorecard or challenger", examples=["scorecard"])
    state: State = Field(description="where it stands", examples=["published"])
    author: str = Field(description="who made it", examples=["sun.modeller"])
    made_at: Instant = Field(description="when", examples=["2026-01-05T04:00:00Z"])
    validator: str | None = Field(description="who examined it; null for nobody", examples=["qian.validator"])
    validated_at: Instant | None = Field(description="when; null for never", examples=["2026-01-05T05:00:00Z"])
    publisher: str | None = Field(description="who published it; null for nobody", examples=["qian.validator"])
    published_at: Instant | None = Field(description="when; null for never", examples=["2026-01-05T06:00:00Z"])

    @classmethod
    def of(cls, row: ModelVersion) -> "Model":
        """From the register's row."""
        return cls(**{name: getattr(row, name) for name in Model.model_fields})


class Models(Shape):
    """The register."""

    items: tuple[Model, ...] = Field(description="newest first")


class ModelStep(Shape):
    """One step of a version's life."""

    at: Instant = Field(description="when", examples=["2026-01-05T04:00:00Z"])
    actor: str = Field(description="who", examples=["sun.modeller"])
    action: str = Field(description="what", examples=["model.save"])
    label: Words
    reason: str = Field(description="why; empty for none", examples=[""])


class ModelCard(Model):
    """A version with its card and its life."""

    card: Words = Field(description="the model card, as Markdown")
    steps: tuple[ModelStep, ...] = Field(description="what happened to it, oldest first")


@router.get("/models", **told(Text("模型登记册", "The register of models"), Models))
@needs("model.read")
def models(
    asked: Ask,
    state: Annotated[State | None, Query(description="only in this state", examples=["published"])] = None,
) -> Response:
    """Every version of every model, newest first."""
    with asked.session() as session:
        rows = tuple(Model.of(v) for v in versions(session) if state in (None, v.state))
    return asked.answer(Models(items=rows))


@router.get("/models/{version}", **told(Text("一个模型版本", "One version of a model"), ModelCard))
@needs("model.read")
def model(asked: Ask, version: Hash) -> Response:
    """A version with its card in both languages and every step of its life."""
    with asked.session() as session:
        try:
            row = find(session, version)
        except UnknownName:
            raise NoSuchRecord from None
        card = ModelStore(asked.bank.models_dir).card(session, row.version)
        steps = tuple(
            ModelStep(at=e.at, actor=e.actor, action=e.action, label=Words.told(e.words), reason=e.reason)
            for e in history(session, row.version)
        )
        said = Words(**{lang: card.markdown(lang) for lang in LANGS})
        return asked.answer(ModelCard(**Model.of(row).model_dump(), card=said, steps=steps))
