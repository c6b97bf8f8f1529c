"""The states of a stored model, the steps between them, and who may not take them."""

from windchime.core.errors import Refused
from windchime.core.text import Text, _
from windchime.risk.scorecards.tables import ModelVersion

STATES = {
    "draft": Text("草稿", "draft"),
    "validated": Text("已验证", "validated"),
    "published": Text("已发布", "published"),
    "retired": Text("已退役", "retired"),
}
STEPS = {
    "validate": Text("验证", "validate"),
    "appoint": Text("设为挑战者", "appoint"),
    "publish": Text("发布", "publish"),
    "retire": Text("退役", "retire"),
}


class OwnModel(Refused):
    """Someone tried to validate or publish a model they made."""

    msgid = _("{actor} made {model} {version} and cannot {step} it")
    hint = _("four eyes: let a second person check and publish it")

    def __init__(self, actor: str, row: ModelVersion, step: str) -> None:
        super().__init__(actor=actor, model=row.model, version=row.version[:12], step=STEPS[step])


class NotAPerson(Refused):
    """A program tried to be the second pair of eyes."""

    msgid = _("{actor} is not a person and cannot {step} {model} {version}")
    hint = _("four eyes: let a second person check and publish it")

    def __init__(self, actor: str, row: ModelVersion, step: str) -> None:
        super().__init__(actor=actor, model=row.model, version=row.version[:12], step=STEPS[step])


class StandsBeside(Refused):
    """A challenger was to be published without the comparison that promotion takes."""

    msgid = _("{model} {version} stands beside the published version and takes its place by promotion only")
    hint = _("windchime model promote VERSION, or dismiss it first")

    def __init__(self, row: ModelVersion) -> None:
        super().__init__(model=row.model, version=row.version[:12])


class WrongState(Refused):
    """The model's state forbids the step."""

    msgid = _("{model} {version} is {state}; {step} needs it {needed}")

    def __init__(self, row: ModelVersion, step: str, needed: str) -> None:
        super().__init__(
            model=row.model, version=row.version[:12], state=STATES[row.state], step=STEPS[step], needed=STATES[needed]
        )
