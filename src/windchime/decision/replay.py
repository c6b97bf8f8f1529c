"""Replay: a decision decided again from its stored inputs, and measured again from its lake version.

*Re-decide* reads the document with the reader of its format, takes the very content and models it cites, scores and
decides its stored inputs, and must come to the same bytes on any release. *Re-measure* takes the inputs from the cited lake
version anew; on the release that decided it must come to the same bytes, on another one every figure that differs is named.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Literal

from sqlalchemy.orm import Session

from windchime.content.store import ContentStore
from windchime.core.canonical import sha256
from windchime.core.errors import WindchimeError
from windchime.core.money import ZERO
from windchime.core.progress import Progress, silent
from windchime.core.text import Lang, _, translate
from windchime.data.lake import Lake
from windchime.decision import log
from windchime.decision.assess import Models, assess, declared_digits, scored
from windchime.decision.case import Case
from windchime.decision.deciding import decide_one
from windchime.decision.document import Cites, Document, read, score_body
from windchime.decision.exposure import existing
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
    bank: Bank, decision_id: str | None = None, *, measure: bool = True, progress: Progress = silent
) -> list[Replay]:
    """Replay one decision, or all of the log.

    Args:
        bank: whose log.
        decision_id: the decision, or the beginning of its id; None for all.
        measure: whether to measure again too.
        progress: told after each decision.

    Raises:
        UnknownName: no decision has the id.
    """
    with bank.session() as session:
        rows = [log.get(session, decision_id)] if decision_id is not None else list(log.every(session))
        done = []
        for number, found in enumerate(_replayed(bank, session, rows, measure=measure), 1):
            done += found
            progress(STEP, number, len(rows))
    return done


def _replayed(bank: Bank, session: Session, rows: Iterable[Decision], *, measure: bool) -> Iterator[list[Replay]]:
    for row in rows if not measure else ():
        yield [re_decide(bank, session, row)]
    if measure:
        ordered = sorted(rows, key=lambda r: (r.lake_version, r.as_of, r.seq))
        for _key, group in groupby(ordered, key=lambda r: (r.lake_version, r.as_of)):
            yield from _group(bank, session, list(group))


def _group(bank: Bank, session: Session, rows: list[Decision]) -> Iterator[list[Replay]]:
    again = re_measurer(bank, session, rows)
    for row in rows:
        yield [re_decide(bank, session, row), again(row)]


def re_decide(bank: Bank, session: Session, row: Decision) -> Replay:
    """Decide again from the stored inputs, by the content and the models the document cites."""
    try:
        document, rulebook, models = _opened(bank, session, row)
        case = Case.stored(document)
        bodies = [score_body(s) for s in scored([case.figures()], models)[0]]
        again = DECIDERS[document.format](
            rulebook, replace(case, scores=tuple(bodies[:1]), shadow=tuple(bodies[1:])), document.cites
        )
    except WindchimeError as error:
        return Replay(row.id, row.firm_id, "re-decide", "failed", error=error)
    return _compared(row, "re-decide", document, again)


def re_measurer(bank: Bank, session: Session, rows: list[Decision]) -> Any:
    """A function that measures and decides each of the rows again; all must share lake version and as-of date."""
    documents: dict[str, Case] = {}
    many = len(rows) >= TOGETHER

    def measured(row: Decision, rulebook: Rulebook, models: Models) -> Case:
        key = f"{row.firm_id} {rulebook.scheme_cites['indicators'].version} {' '.join(models.versions)}"
        if key not in documents:
            lake = Lake(bank.lake_dir)
            with lake.reading(session, as_of=row.as_of, lake_version=row.lake_version) as reading:
                one = None if many else row.firm_id
                owed = existing(reading, one)
                found = (
                    assess(reading, None, models, rulebook.indicators)
                    if one is None
                    else (assess(reading, one, models, rulebook.indicators),)
                )
            digits = declared_digits()
            for a in found:
                case = Case.of(a, as_of=row.as_of, existing=owed.get(a.firm_id, ZERO), digits=digits)
                documents[f"{a.firm_id}{key[len(row.firm_id) :]}"] = case
        return documents[key]

    def again(row: Decision) -> Replay:
        from windchime.indicators import version

        try:
            document, rulebook, models = _opened(bank, session, row)
            now = replace(document.cites, indicators=version(rulebook.indicators), release=release(), lock=lock())
            remade = DECIDERS[document.format](rulebook, measured(row, rulebook, models), now)
        except WindchimeError as error:
            return Replay(row.id, row.firm_id, "re-measure", "failed", error=error)
        return _compared(row, "re-measure", document, remade, now=now)

    return again


def _opened(bank: Bank, session: Session, row: Decision) -> tuple[Document, Rulebook, Models]:
    """The document by the reader of its format, and what it cites."""
    document = read(row.body)
    rulebook = Rulebook.cited(ContentStore(bank.content_dir), document.cites, document.as_of)
    models = Models.cited(ModelStore(bank.models_dir), session, [s.version for s in document.scores])
    return document, rulebook, models


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
