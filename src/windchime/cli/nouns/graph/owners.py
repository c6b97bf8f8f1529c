"""`windchime graph owners|controllers`: who owns and who controls a firm, with the chains that show it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from windchime.cli.nouns.graph.app import app
from windchime.cli.nouns.graph.asking import names_of, node_meant, opened
from windchime.cli.options import AsOf, Json
from windchime.cli.shell import Shell, as_date
from windchime.cli.words import say
from windchime.core.errors import BadCall
from windchime.core.text import LANGS, _
from windchime.present import formats

if TYPE_CHECKING:
    import pyarrow as pa

    from windchime.core.problems import Problem
    from windchime.graph.ownership.library import Library
    from windchime.graph.ownership.settings import Settings

#: links that people are shown of all firms
_MOST = 40
_ORDER = ("ultimate", "likely", "control")

Firm = Annotated[str | None, typer.Argument(help=say(_("id of a firm, or words of its name; with --all none")))]
All = Annotated[bool, typer.Option("--all", help=say(_("of every firm")))]
Edges = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help=say(_("file of owner, company and share, instead of the library"))),
]
Threshold = Annotated[
    str | None, typer.Option(help=say(_("share that is enough, such as 0.1, in place of the scheme's")))
]
RuleName = Annotated[str | None, typer.Option(help=say(_("cn-2024, eu-amlr or uk-psc; default: the scheme's")))]


class NoFirmNamed(BadCall):
    """Neither one firm was asked about nor all, or both."""

    msgid = _("name a firm, or ask with --all for every firm")


@dataclass(frozen=True)
class _Asked:
    """Stakes, parameters and what is known of people."""

    library: "Library"
    settings: "Settings"
    posts: "pa.Table | None" = None
    kin: "pa.Table | None" = None
    names: Mapping[str, str] | None = None
    problems: "tuple[Problem, ...]" = ()
    as_of: date | None = None
    lake_version: int | None = None

    def called(self, node: str) -> str:
        """The name of a node."""
        return (self.names or {}).get(node, node)


@app.command(help=say(_("beneficial owners of a firm by a rule of law, with the chains by which they own it")))
def owners(
    context: typer.Context,
    firm: Firm = None,
    every: All = False,
    edges: Edges = None,
    threshold: Threshold = None,
    rule: RuleName = None,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Show beneficial owners."""
    from windchime.graph.ownership.majority import Majority

    shell: Shell = context.obj
    shell.json = json
    asked = _asked(shell, edges, as_of, rule)
    if threshold is not None:
        enough, law = Majority.of(threshold, inclusive=True), asked.settings.rule
        share, votes = (enough if old else None for old in (law.share, law.votes))
        asked = replace(asked, settings=replace(asked.settings, rule=replace(law, share=share, votes=votes)))
    rows = _links(asked, firm, every=every, kinds=("beneficial",))
    _told(
        shell, asked, rows, "owners", [_("owner"), _("firm"), _("share"), _("votes"), _("route"), _("article")], _owner
    )


@app.command(help=say(_("who controls a firm: by majority, at the top, and where nobody does the party ahead")))
def controllers(
    context: typer.Context,
    firm: Firm = None,
    every: All = False,
    edges: Edges = None,
    threshold: Threshold = None,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Show controllers."""
    from windchime.graph.ownership.majority import Majority

    shell: Shell = context.obj
    shell.json = json
    asked = _asked(shell, edges, as_of, None)
    if threshold is not None:
        asked = replace(asked, settings=replace(asked.settings, control=Majority.of(threshold)))
    rows = _links(asked, firm, every=every, kinds=_ORDER)
    _told(
        shell,
        asked,
        rows,
        "controllers",
        [_("controller"), _("firm"), _("kind of link"), _("votes"), _("type")],
        _controller,
    )


def _asked(shell: Shell, edges: Path | None, as_of: str | None, rule: str | None) -> _Asked:
    from windchime.content.in_force import shipped
    from windchime.graph.facts.kin import kin
    from windchime.graph.facts.posts import posts
    from windchime.graph.ownership.library import Library, on_day
    from windchime.graph.ownership.settings import SCHEME, Settings

    if edges is not None:
        library, today = Library.of_file(edges, as_date(as_of)), as_date(as_of) or shell.clock.now().date()
        settings = Settings.of(shipped(SCHEME)[0], today, rule)
        return _Asked(library, settings, problems=tuple(library.faults), as_of=as_date(as_of))
    with opened(shell, as_of, SCHEME) as read:
        library = Library.of(read.reading)
        return _Asked(
            library,
            Settings.of(read.scheme, read.as_of, rule),
            on_day(posts(read.reading), read.as_of),
            on_day(kin(read.reading), read.as_of),
            names_of(read.reading),
            tuple(library.problems),
            read.as_of,
            read.reading.lake_version,
        )


def _links(asked: _Asked, firm: str | None, *, every: bool, kinds: tuple[str, ...]) -> list[dict[str, Any]]:
    """Rows of `control_links` of some kinds: of one firm, or of all."""
    import pyarrow.compute as pc

    from windchime.graph.ownership.results import links

    if (firm is None) != every:
        raise NoFirmNamed
    library, held = asked.library, asked.posts
    if firm is not None:
        known = set(library.holdings.nodes.ids.to_pylist()) | set(held["firm"].to_pylist() if held is not None else ())
        firm = node_meant(firm, known, asked.names or {})
        library = library.above(firm)
        held = held.filter(pc.equal(held["firm"], firm)) if held is not None else None
    rows = links(library, asked.settings, held, asked.kin)
    wanted = pc.is_in(rows["kind"], value_set=_texts(kinds))
    if firm is not None:
        wanted = pc.and_(wanted, pc.equal(rows["firm_id"], firm))
    found: list[dict[str, Any]] = rows.filter(wanted).to_pylist()
    return sorted(found, key=lambda r: (r["firm_id"], kinds.index(r["kind"]), -(r["share"] or r["votes"] or 0)))


def _told(
    shell: Shell,
    asked: _Asked,
    rows: list[dict[str, Any]],
    name: str,
    headings: list[str],
    row_of: Callable[[Shell, _Asked, dict[str, Any]], list[str]],
) -> None:
    import json

    from windchime.graph.ownership.words import sentences

    if shell.json:
        said = [
            r
            | {"evidence": json.loads(r["evidence"])}
            | {"sentences": {lang: sentences(r, lang, asked.called) for lang in LANGS}}
            for r in rows
        ]
        shell.envelope({name: said}, lake_version=asked.lake_version, as_of=asked.as_of, problems=asked.problems)
        return
    for problem in asked.problems:
        shell.say("{sentence}", sentence=problem.sentence(shell.lang))
    shell.table(headings, [row_of(shell, asked, r) for r in rows[:_MOST]], right=[2, 3] if name == "owners" else [3])
    if len(rows) > _MOST:
        shell.say(_("… and {count} more; --json gives all"), count=len(rows) - _MOST)
    elif len({r["firm_id"] for r in rows}) == 1:
        for row in rows:
            first, *chains = sentences(row, shell.lang, asked.called)
            shell.say("{sentence}", sentence=first)
            for chain in chains:
                shell.say("  {line}", line=chain)
    if not rows:
        shell.say(_("nobody is found"))


def _owner(shell: Shell, asked: _Asked, row: dict[str, Any]) -> list[str]:
    share, votes = formats.percent(row["share"]), formats.percent(row["votes"])
    who, firm = asked.called(row["controller_id"]), asked.called(row["firm_id"])
    return [who, firm, share, votes, _label(shell, "route", row["route"]), row["article"] or ""]


def _controller(shell: Shell, asked: _Asked, row: dict[str, Any]) -> list[str]:
    who, firm = asked.called(row["controller_id"]), asked.called(row["firm_id"])
    kind, what = (_label(shell, c, row[c]) for c in ("kind", "controller_type"))
    return [who, firm, kind, formats.percent(row["votes"]), what]


def _label(shell: Shell, column: str, value: str) -> str:
    """What a code is called."""
    from windchime.data.contracts import contract
    from windchime.graph.ownership.results import TABLE

    return contract(TABLE)[column].values[value][shell.lang]


def _texts(values: tuple[str, ...]) -> "pa.StringArray":
    import pyarrow as pa

    return pa.array(values, pa.string())
