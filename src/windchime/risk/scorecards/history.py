"""What happened to a version: every step that the audit chain holds of it, oldest first."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from windchime.core.text import Text
from windchime.risk.scorecards.store import find
from windchime.service import audit

ACTIONS = {
    "model.save": Text("训练并存为草稿", "trained and kept as a draft"),
    "model.examine": Text("出具验证报告", "validation pack written"),
    "model.validate": Text("验证", "validated"),
    "model.appoint": Text("设为挑战者", "appointed to stand beside"),
    "model.dismiss": Text("解除挑战者", "dismissed from standing beside"),
    "model.promote": Text("晋升为在用模型", "promoted"),
    "model.publish": Text("发布", "published"),
    "model.retire": Text("退役", "retired"),
    "model.reference": Text("存下监测基准", "reference for monitoring kept"),
    "model.watch": Text("监测", "watched"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """One step."""

    at: datetime
    actor: str
    #: `model.publish` and the like
    action: str
    #: what was recorded with it
    after: dict[str, Any]
    reason: str

    @property
    def words(self) -> Text:
        """The step in words."""
        return ACTIONS.get(self.action, Text.of(self.action))


def history(session: Session, version: str) -> list[Event]:
    """The steps of a version.

    Raises:
        UnknownName: no such version.
    """
    row = find(session, version)
    return [
        Event(r.at, r.actor, r.action, json.loads(r.after) if r.after else {}, r.reason)
        for r in audit.records(session, subject=f"{row.model}:{row.version}")
    ]
