"""Replay: a decision decided again from its stored inputs, and measured again from its lake version.

*Re-decide* reads the document with the reader of its format, takes the very content and models it cites, scores and
decides its stored inputs, and must come to the same bytes on any release. *Re-measure* takes the inputs from the cited lake
version anew; on the release that decided it must come to the same bytes, on another one every figure that differs is named.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any, Literal

from sqlalchemy.orm import Session

from windchime.content.store import ContentStore
from windchime.core.canonical import sha256
from windchime.core.errors import Damaged, WindchimeError
from windchime.core.progress import Progress, silent
from windchime.core.text import Lang, _, translate
from windchime.data.lake import Lake
from windchime.decision import log
from windchime.decision.assess import Models, scored
from windchime.decision.case import Case
from windchime.decision.deciding import decide_one
from windchime.decision.desk import READ, Desk
from windchime.decision.document import Cites, Document, read, score_body
from windchime.decision.release import lock, release
from windchime.decision.rulebook import Rulebook
from windchime.decision.tables import Decision
from windchime.risk.scorecards.store import ModelStore
from windchime.service.bank import Bank

Step = Literal["re-decide", "re-measure"]
#: `other_release`: differs, and another release, lock or definition of indicators decided, so it may
State = Literal["equal", "differs", "other_release", "failed"]
STEP = _("replay decisions")
#: how a document of each format is made again; an older one stays for as long as the log may hold such documents
DECIDERS: dict[int, Callable[[Rulebook, Case, Cites], Document]] = {1: decide_one}
#: from this many firms of one lake version on, all firms are measured in one plan
TOGETHER = 30

SENTENCES: dict[State, str] = {
    "equal": _("{step}: the same bytes"),
    "differs": _("{step}: {count} differences"),
    "other_release": _(
        "{step}: {count} differences; it was decided by release {release} with other definitions or libraries"
    ),
    "failed": _("{step}: not possible: {error}"),
}


class FirmGone(Damaged):
    """A lake version that no longer holds a firm which was decided from it."""

    msgid = _("lake version {lake_version} holds no firm {firm}, which was decided from it")

    def __init__(self, firm: str, lake_version: int) -> None:
        super().__init__(firm=firm, lake_version=lake_version)


@dataclass(frozen=True, slots=True)
class Difference:
    """One place in the document where stored and recomputed differ; what is absent is None."""

    path: str
    stored: Any
    recomputed: Any


@dataclass(frozen=True, slots=True)
class Replay:
    """The outcome of one step for one decision."""

    decision_id: str
    firm_id: str
    step: Step
    state: State
    differences: tuple[Difference, ...] = ()
    #: why it could not be done, where `state` is failed
    error: WindchimeError | None = None
    #: the release that decided
    release: str = ""

    @property
    def sound(self) -> bool:
        """Whether the promise holds: the same bytes, or another release that is named as such."""
        return self.state in ("equal", "other_release")

    def sentence(self, lang: Lang = "zh") -> str:
        """The outcome in words."""
        said = self.error.message(lang) if self.error else ""
        return translate(
            SENTENCES[self.state],
            lang,
            step=translate(_STEPS[self.step], lang),
            count=len(self.differences),
            release=self.release,
            error=said,
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "decision_id": self.decision_id,
            "firm_id": self.firm_id,
            "step": self.step,
            "state": self.state,
            "sound": self.sound,
            "differences": [{"path": d.path, "stored": d.stored, "recomputed": d.recomputed} for d in self.differences],
            "error": self.error.message("en") if self.error else None,
            "sentence": {"zh": self.sentence("zh"), "en": self.sentence("en")},
        }


_STEPS: dict[Step, str] = {"re-decide": _("re-decide"), "re-measure": _("re-measure")}


def replay(
    bank: Bank,
    decision_id: str | None = None,
    *,
    measure: bool = True,
    session: Session | None = None,
    progress: Progress = silent,
) -> list[Replay]:
    """Replay one decision, or all of the log.

    Args:
        bank: whose log.
        decision_id: the decision, or the beginning of its id; None for all.
        measure: whether to measure again too.
        session: in which the log is read; one of its own by default.
        progress: told after each decision.

    Raises:
        UnknownName: no decision has the id.
    """
    with nullcontext(session) if session else bank.session() as reading:
        rows = [log.get(reading, decision_id)] if decision_id is not None else list(log.every(reading))
        again = Replayer(bank, reading)
        done: list[Replay] = []
        # decisions of one lake version and date lie together: their firms are measured in one plan
        for _key, group in groupby(sorted(rows, key=_place), key=_place):
            together = list(group)
            again.score(together)
            for row in together:
                done.append(again.re_decide(row))
                if measure:
                    done.append(again.re_measure(row, together=len(together) >= TOGETHER))
                progress(STEP, len(done) // (1 + measure), len(rows))
    return done


def _place(row: Decision) -> tuple[int, date]:
    return row.lake_version, row.as_of


class Replayer:
    """Replays decisions of one bank; content, models and measured firms are kept between them."""

    def __init__(self, bank: Bank, session: Session) -> None:
        self._bank = bank
        self._session = session
        self._content = ContentStore(bank.content_dir)
        self._models: dict[tuple[str, ...], Models] = {}
        self._rulebooks: dict[Any, Rulebook] = {}
        self._cases: tuple[Any, dict[str, Case]] = (None, {})
        self._scores: dict[str, list[dict[str, Any]]] = {}

    def score(self, rows: Sequence[Decision]) -> None:
        """Score the stored inputs of many decisions at once, ahead of `re_decide`; what fails is left to it."""
        by_models: dict[tuple[str, ...], list[tuple[str, Case]]] = {}
        for row in rows:
            try:
                document, _rulebook, models = self._opened(row)
                by_models.setdefault(models.versions, []).append((row.id, Case.stored(document)))
            except WindchimeError:
                continue
        for versions, cases in by_models.items():
            found = scored([case.figures() for _id, case in cases], self._models[versions])
            self._scores |= {i: [score_body(s) for s in scores] for (i, _c), scores in zip(cases, found, strict=True)}

    def re_decide(self, row: Decision) -> Replay:
        """Decide again from the stored inputs, by the content and the models the document cites."""
        try:
            document, rulebook, models = self._opened(row)
            case = Case.stored(document)
            bodies = self._scores.pop(row.id, None) or [score_body(s) for s in scored([case.figures()], models)[0]]
            case = replace(case, scores=tuple(bodies[:1]), shadow=tuple(bodies[1:]))
            again = DECIDERS[document.format](rulebook, case, document.cites)
        except WindchimeError as error:
            return Replay(row.id, row.firm_id, "re-decide", "failed", error=error)
        return _compared(row, "re-decide", document, again)

    def re_measure(self, row: Decision, *, together: bool = False) -> Replay:
        """Measure and score again from the lake version, and decide by the content the document cites.

        Args:
            row: the decision.
            together: measure all firms of the lake version at once and keep them for the next rows.
        """
        from windchime.indicators import version

        try:
            document, rulebook, models = self._opened(row)
            now = replace(document.cites, indicators=version(rulebook.indicators), release=release(), lock=lock())
            case = self._case(row, rulebook, models, together=together)
            # what the gate said then is an input: a later check of the same data may say otherwise
            case = replace(case, quality=document.quality)
            again = DECIDERS[document.format](rulebook, case, now)
        except WindchimeError as error:
            return Replay(row.id, row.firm_id, "re-measure", "failed", error=error)
        return _compared(row, "re-measure", document, again, now=now)

    def _opened(self, row: Decision) -> tuple[Document, Rulebook, Models]:
        """The document by the reader of its format, and what it cites."""
        document = read(row.body)
        cites = document.cites
        used = (cites.product, cites.policy, tuple(sorted(cites.schemes.items())), document.as_of)
        if used not in self._rulebooks:
            self._rulebooks[used] = Rulebook.cited(self._content, cites, document.as_of)
        versions = tuple(s["version"] for s in (*document.body["scores"], *document.body["shadow"]))
        if versions not in self._models:
            self._models[versions] = Models.cited(ModelStore(self._bank.models_dir), self._session, versions)
        return document, self._rulebooks[used], self._models[versions]

    def _case(self, row: Decision, rulebook: Rulebook, models: Models, *, together: bool) -> Case:
        used = (row.lake_version, row.as_of, rulebook.scheme_cites["indicators"].version, models.versions)
        key, cases = self._cases
        if key != used or row.firm_id not in cases:
            cases = {c.firm_id: c for c in self._measured(row, rulebook, models, together=together)}
            self._cases = (used, cases)
        if row.firm_id not in cases:
            raise FirmGone(row.firm_id, row.lake_version)
        return cases[row.firm_id]

    def _measured(self, row: Decision, rulebook: Rulebook, models: Models, *, together: bool) -> tuple[Case, ...]:
        lake = Lake(self._bank.lake_dir)
        with lake.reading(self._session, as_of=row.as_of, lake_version=row.lake_version, tables=READ) as reading:
            desk = Desk(rulebook, models, reading)
            return desk.cases() if together else (desk.case(row.firm_id),)


def _compared(row: Decision, step: Step, document: Document, again: Document, *, now: Cites | None = None) -> Replay:
    stored, remade = row.body.encode(), again.bytes
    cites = document.cites
    found = tuple(differences(json.loads(stored), json.loads(remade)))
    if sha256(stored) != row.body_sha256:
        found = (*found, Difference("body_sha256", row.body_sha256, sha256(stored)))
    if not found and stored != remade:
        found = (Difference("body", "written otherwise", "canonical"),)
    if not found:
        return Replay(row.id, row.firm_id, step, "equal", release=cites.release)
    other = now is not None and (cites.release, cites.lock, cites.indicators) != (now.release, now.lock, now.indicators)
    return Replay(row.id, row.firm_id, step, "other_release" if other else "differs", found, release=cites.release)


def differences(stored: Any, recomputed: Any, path: str = "") -> Iterator[Difference]:
    """Every place where two JSON values differ, as `a.b[0].c`."""
    if isinstance(stored, Mapping) and isinstance(recomputed, Mapping):
        for key in sorted(stored.keys() | recomputed.keys()):
            yield from differences(stored.get(key), recomputed.get(key), f"{path}.{key}" if path else key)
    elif isinstance(stored, list) and isinstance(recomputed, list):
        for i in range(max(len(stored), len(recomputed))):
            old, new = (rows[i] if i < len(rows) else None for rows in (stored, recomputed))
            yield from differences(old, new, f"{path}[{i}]")
    elif stored != recomputed or type(stored) is not type(recomputed):
        yield Difference(path, stored, recomputed)
