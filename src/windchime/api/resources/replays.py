"""`/api/v1/decisions/…/replay`: a decision made again, and held against what was written."""

from typing import Any, Literal

from pydantic import Field
from starlette.responses import Response

from windchime.api.asking import Ask
from windchime.api.described import told
from windchime.api.opening import resource
from windchime.api.places import DecisionId, firm_of_decision
from windchime.api.shapes import Shape, Words
from windchime.core.text import Text
from windchime.decision import columns
from windchime.decision.replay import replay
from windchime.service.http.enforcing import NoSuchRecord
from windchime.service.http.rules import needs

router = resource("decisions")


class Difference(Shape):
    """One place in which stored and recomputed differ."""

    path: str = Field(description="place in the document", examples=["/limit"])
    stored: Any = Field(description="as decided", examples=["1000000.00"])
    recomputed: Any = Field(description="as made again", examples=["900000.00"])


class ReplayStep(Shape):
    """One step of a replay."""

    step: Literal["re-decide", "re-measure"] = Field(description="what was done again", examples=["re-decide"])
    state: Literal["equal", "differs", "other_release", "failed"] = Field(
        description="what came of it", examples=["equal"]
    )
    sound: bool = Field(description="whether the promise holds", examples=[True])
    sentence: Words
    differences: tuple[Difference, ...] = Field(description="empty where the bytes are equal")


class ReplaySteps(Shape):
    """A replay."""

    decision_id: str = Field(description="id of the decision", examples=["019a0b1c-7d2e-7f00-8000-0123456789ab"])
    steps: tuple[ReplayStep, ...] = Field(
        description="decided again from the stored inputs, measured again from the library"
    )


@router.get(
    "/decisions/{decision_id}/replay",
    **told(
        Text("重放决策", "Replay a decision"),
        ReplaySteps,
        about="Decides again from the stored inputs, and measures again from the library version it cites. Changes nothing; takes about a second.",
    ),
)
@needs("decision.read", firm=firm_of_decision)
def replayed(asked: Ask, decision_id: DecisionId) -> Response:
    """Decided and measured again."""
    with asked.session() as session:
        if columns.firm_of(session, decision_id) is None:
            raise NoSuchRecord
        done = replay(asked.bank, decision_id, session=session)
    steps = tuple(
        ReplayStep(
            step=r.step,
            state=r.state,
            sound=r.sound,
            sentence=Words(zh=r.sentence("zh"), en=r.sentence("en")),
            differences=tuple(
                Difference(path=d.path, stored=d.stored, recomputed=d.recomputed) for d in r.differences[:100]
            ),
        )
        for r in done
    )
    return asked.answer(ReplaySteps(decision_id=decision_id, steps=steps))
