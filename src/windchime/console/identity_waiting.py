"""Pairs of mentions that wait for a person, as several pages list them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from windchime.console import addresses
from windchime.console.frame import Frame
from windchime.core.text import Text
from windchime.data.identity import Run, standing
from windchime.data.identity.explaining import reasons
from windchime.data.identity.links import links_of, names_of, resolved
from windchime.present.web import Column, Empty, Query, Table

WAITING = (
    Column("left", Text("名称", "Name"), href="{href}"),
    Column("right", Text("另一名称", "Other name"), href="{href}"),
    Column("probability", Text("同一概率", "Probability"), "percent"),
    Column("why", Text("最有力的线索", "Strongest sign"), phone=False),
)
NOTHING_WAITS = Empty(
    Text("没有等待人工判断的对。", "No pair waits for a person."),
    Text(
        "识别后，拿不准的对会列在这里，最拿不准的在前。",
        "After a run, pairs that are in doubt are listed here, the most doubtful first.",
    ),
)


def undecided(session: Session, run: Run | None) -> list[Mapping[str, Any]]:
    """Pairs of the newest run that were not judged since."""
    judged = {(j.left, j.right) for j in standing(session)}
    return [p for p in (run.body["candidates"] if run else []) if tuple(sorted((p["left"], p["right"]))) not in judged]


def waiting(frame: Frame, session: Session, run: Run | None, among: set[str] | None = None) -> Table:
    """Pairs that wait, the most uncertain first; only those in which one of some mentions stands, or all."""
    pairs = [p for p in undecided(session, run) if among is None or {p["left"], p["right"]} & among]
    names = _names(frame, session, pairs)
    rows = [
        {
            "left": names.get(p["left"], p["left"]),
            "right": names.get(p["right"], p["right"]),
            "probability": p["probability"],
            "why": reasons("probabilistic", p)[0].said[frame.lang],
            "href": addresses.pair(p["left"], p["right"]),
        }
        for p in pairs
    ]
    return Table.of(
        "waiting",
        frame.request.url.path,
        WAITING,
        rows,
        query=Query.read(_page_only(frame), WAITING, size=20),
        empty=NOTHING_WAITS,
    )


def _page_only(frame: Frame) -> dict[str, str]:
    return {k: v for k, v in frame.query.items() if k in {"page", "sort", "order"}}


def _names(frame: Frame, session: Session, pairs: list[Mapping[str, Any]]) -> dict[str, str]:
    ids = sorted({p[side] for p in pairs for side in ("left", "right")})
    if not ids or not resolved(session):
        return {}
    with links_of(frame.bank, session) as reading:
        return names_of(reading, ids)
