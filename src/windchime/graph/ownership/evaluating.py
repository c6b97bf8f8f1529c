"""Controllers that were found, held against those of a simulated region; what no register shows is counted apart."""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from windchime.core.text import _
from windchime.graph.ownership.results import TABLE
from windchime.graph.results.scoring import Score

Pairs = set[tuple[str, str]]


def evaluate(tables: Mapping[str, pa.Table], truth: Mapping[str, pa.Table], as_of: date | None = None) -> list[Score]:
    """How many true controllers are named, and how many of those named are true.

    Controllers who hide behind others' names are planted so that registers alone do not show them: they are a row of their
    own, whose recall says what the register misses and not how well it is read. Where a controller hides, the register's
    owner is no error of ours, so that firm counts in neither precision.

    Args:
        tables: `control_links` as found.
        truth: `controller`, `hidden_control`, `group_member` of the region.
        as_of: day of the truth; None: the last.
    """
    actual = {
        (r["firm_id"], r["person_id"])
        for r in truth["controller"].to_pylist()
        if (r["valid_to"] is None or (as_of and r["valid_to"] >= as_of)) and not (as_of and r["valid_from"] > as_of)
    }
    hidden = {r["firm_id"] for r in truth["hidden_control"].to_pylist()}
    hidden |= {r["firm_id"] for r in truth["group_member"].to_pylist() if r["hidden"]}
    named = _named(tables[TABLE], {"ultimate"})
    likely = named | _named(tables[TABLE], {"likely"})
    firms = {f for f, _person in actual}
    return [
        _score(
            _("controllers by majority, where the register shows them"), _beside(actual, hidden), _beside(named, hidden)
        ),
        _score(_("the same, likely controllers included"), _beside(actual, hidden), _beside(likely, hidden)),
        _score(
            _("controllers whom the register hides"),
            {p for p in actual if p[0] in hidden},
            {p for p in likely if p[0] in hidden & firms},
        ),
        _groups(tables[TABLE], truth["group_member"]),
    ]


def _named(links: pa.Table, kinds: set[str]) -> Pairs:
    return {
        (r["firm_id"], r["controller_id"])
        for r in links.select(["firm_id", "controller_id", "controller_type", "kind"]).to_pylist()
        if r["kind"] in kinds and r["controller_type"] == "person"
    }


def _beside(pairs: Pairs, firms: set[str]) -> Pairs:
    return {p for p in pairs if p[0] not in firms}


def _score(name: str, actual: Pairs, named: Pairs) -> Score:
    hit = len(actual & named)
    return Score(name, len(actual), hit, len(named), hit)


def _groups(links: pa.Table, members: pa.Table) -> Score:
    """Firms and the open heads of their groups; control by a firm of the same group is right too."""
    rows = members.to_pylist()
    group = {r["firm_id"]: r["group_id"] for r in rows}
    planted = {(r["firm_id"], r["head_id"]) for r in rows if not r["hidden"] and r["firm_id"] != r["head_id"]}
    found = {
        (r["firm_id"], r["controller_id"])
        for r in links.to_pylist()
        if r["kind"] == "control" and r["controller_type"] == "firm"
    }
    right = {p for p in found if p[0] in group and group[p[0]] == group.get(p[1])}
    return Score(
        _("members of open groups, by their heads"), len(planted), len(planted & found), len(found), len(right)
    )
