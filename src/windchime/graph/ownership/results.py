"""Who controls and who benefits from every firm of the library, as rows of `control_links`, each with its evidence."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from windchime.content.scheme import Scheme
from windchime.core.canonical import canonical
from windchime.core.problems import Problem
from windchime.data.contracts import contract
from windchime.data.reading import Reading
from windchime.graph.facts.forms import KIN, POSTS
from windchime.graph.facts.kin import kin
from windchime.graph.facts.posts import posts
from windchime.graph.ownership.control import control
from windchime.graph.ownership.evidence import Evidence, Told
from windchime.graph.ownership.leading import families, leads
from windchime.graph.ownership.legal import MANAGER, beneficial_owners
from windchime.graph.ownership.library import Library, on_day
from windchime.graph.ownership.settings import Settings
from windchime.graph.ownership.solution import Entangled
from windchime.graph.ownership.ultimate import LOOP, PERSON, ultimate
from windchime.graph.ownership.ultimate import table as ultimate_table
from windchime.graph.results.changes import STAMP
from windchime.graph.results.finders import Found

TABLE = "control_links"
#: the post of whom a sole trader's business belongs to
OPERATOR = "operator"
_MILLIONTH = Decimal("0.000001")


def results(reading: Reading, scheme: Scheme) -> Found:
    """Control pairs, ultimate and likely controllers, and beneficial owners of every firm, as of the reading's date.

    Over-issued companies and loops that own themselves are problems; control of the former is told all the same. Stakes
    that nobody can solve leave the table as the run before left it, and are a problem too.
    """
    settings = Settings.of(scheme, reading.as_of)
    library = Library.of(reading)
    try:
        rows = links(library, settings, on_day(posts(reading), reading.as_of), on_day(kin(reading), reading.as_of))
    except Entangled as error:
        return Found({}, (*library.problems, Problem("entangled", error.msgid, params=error.params)))
    return Found({TABLE: rows}, tuple(library.problems))


def links(
    library: Library, settings: Settings, held_posts: pa.Table | None = None, near: pa.Table | None = None
) -> pa.Table:
    """Rows of `control_links` without what the run says, sorted by key.

    Args:
        library: the stakes of a day.
        settings: thresholds and the rule.
        held_posts: posts of that day, in the form `POSTS`, for managers where nobody else is found.
        near: near relatives, in the form `KIN`, who count as one party where nobody controls.
    """
    writer = _Writer(library, settings)
    held_posts = POSTS.empty_table() if held_posts is None else held_posts
    rows = [
        *writer.controls(),
        *writer.operators(held_posts),
        *writer.likely(KIN.empty_table() if near is None else near),
        *writer.beneficial(held_posts),
    ]
    schema = contract(TABLE).arrow_schema()
    own = pa.schema([schema.field(c.name) for c in contract(TABLE).columns if c.name not in STAMP])
    return pa.Table.from_pylist(rows, schema=own).sort_by([(k, "ascending") for k in contract(TABLE).key])


class _Writer:
    """Writes the rows; what holds for the whole graph is found once."""

    def __init__(self, library: Library, settings: Settings) -> None:
        self._library, self._settings = library, settings
        self._holdings = library.holdings
        rule = settings.rule
        self._found = control(library.holdings, rule.control, told_from=rule.votes)
        same = rule.control == settings.control
        self._control = self._found.controlled if same else control(library.holdings, settings.control)
        self._evidence = Evidence(library, self._control, settings.chains)
        self._ultimate = ultimate(self._control)
        self._ids: list[str] = library.holdings.nodes.ids.to_pylist()

    def controls(self) -> Iterator[dict[str, Any]]:
        """Every pair of control, and the ultimate controllers."""
        found = self._control
        for x, y, votes in zip(found.controller.tolist(), found.company.tolist(), found.votes.tolist(), strict=True):
            told = self._evidence.pooled(x, y)
            yield self._row(y, self._ids[x], "control", "votes", told, votes=votes)
        for top in ultimate_table(self._ultimate, found, self._holdings.is_person).to_pylist():
            y, x = self._number(top["company"]), self._number(top["controller"])
            members = frozenset(map(self._number, top["members"]))
            told = self._evidence.pooled(x, y) if top["kind"] != LOOP else self._evidence.stakes_of(members, y)
            body = dict(told.body) | ({"members": top["members"]} if top["kind"] == LOOP else {})
            kind = {"controller_type": LOOP} if top["kind"] == LOOP else {}
            yield (
                self._row(y, top["controller"], "ultimate", "votes", Told(body, told.is_nominee), votes=top["votes"])
                | kind
            )

    def operators(self, held_posts: pa.Table) -> Iterator[dict[str, Any]]:
        """Sole traders: whoever operates a business without shareholders is it."""
        chosen = held_posts.filter(pc.equal(held_posts["role"], OPERATOR))
        rows: dict[tuple[str, str], list[str]] = {}
        for post in chosen.select(["firm", "person", "row"]).to_pylist():
            rows.setdefault((post["firm"], post["person"]), []).append(post["row"])
        for (firm, person), behind in rows.items():
            if not self._is_held(firm):
                told = Told({"role": OPERATOR, "rows": sorted(behind)}, False)
                for kind in ("control", "ultimate"):
                    yield self._row(None, person, kind, OPERATOR, told, firm=firm) | {"controller_type": PERSON}

    def likely(self, near: pa.Table) -> Iterator[dict[str, Any]]:
        """The party ahead in each firm that no person controls."""
        by_person = self._holdings.is_person[self._ultimate.controller]
        settled = set(self._ultimate.company[by_person].tolist())
        for lead in leads(self._holdings, self._settings, families(self._holdings, near)):
            if lead.company in settled or self._controls(lead.controller, lead.company):
                continue
            members = [{"member": self._ids[m], "votes": round(v, 9)} for m, v in lead.members]
            body = {"members": members, "next_votes": round(lead.next_votes, 9)}
            route = "family" if lead.is_family else "leading"
            yield self._row(
                lead.company, self._ids[lead.controller], "likely", route, Told(body, False), votes=lead.votes
            )

    def beneficial(self, held_posts: pa.Table) -> Iterator[dict[str, Any]]:
        """Beneficial owners by the rule of the settings."""
        rule, ownership = self._settings.rule, self._library.ownership
        enough = rule.share or rule.control
        owned = ownership.beneficial_owners(enough.threshold, enough.inclusive, skip_faulty=True)
        for owner in beneficial_owners(self._holdings, owned, rule, held_posts, found=self._found).to_pylist():
            said = {"rule": rule.name, "article": owner["article"]}
            if owner["route"] == MANAGER:
                told = Told({"routes": owner["routes"], "role": owner["role"]}, False)
                yield self._row(None, owner["person"], "beneficial", MANAGER, told, firm=owner["company"]) | said
                continue
            yield self._owner(owner) | said

    def _owner(self, owner: Mapping[str, Any]) -> dict[str, Any]:
        x, y = self._number(owner["person"]), self._number(owner["company"])
        chains = self._evidence.chains(x, y)
        told = self._evidence.chained(chains) if chains else Told({}, False)
        body = {**told.body, "routes": owner["routes"]}
        nominee = told.is_nominee
        if owner["votes"] is not None:
            pooled = self._evidence.pooled(x, y)
            body |= pooled.body
            nominee |= pooled.is_nominee
        share = owner["share"] if owner["share"] is not None else chains.share if chains else None
        row = self._row(y, owner["person"], "beneficial", owner["route"], Told(body, nominee), votes=owner["votes"])
        return row | {"share": _rate(share), "controller_type": PERSON}

    def _row(
        self,
        company: int | None,
        controller: str,
        kind: str,
        route: str,
        told: Told,
        *,
        votes: float | None = None,
        firm: str = "",
    ) -> dict[str, Any]:
        return {
            "firm_id": firm if company is None else self._ids[company],
            "controller_id": controller,
            "controller_type": PERSON if kind == "beneficial" else self._library.kind(controller),
            "kind": kind,
            "share": None,
            "votes": _rate(votes),
            "route": route,
            "rule": None,
            "article": None,
            "is_nominee_declared": told.is_nominee,
            "evidence": canonical(told.body).decode(),
        }

    def _controls(self, controller: int, company: int) -> bool:
        return company in self._evidence.controlled_by(controller)

    def _is_held(self, firm: str) -> bool:
        number = self._holdings.nodes.number(firm)
        return number is not None and bool(self._holdings.is_held[number])

    def _number(self, node: str) -> int:
        return self._evidence.number(node)


def _rate(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(value)).quantize(_MILLIONTH)
