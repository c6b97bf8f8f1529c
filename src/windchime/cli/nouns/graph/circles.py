"""`windchime graph circles`: who stands for whose debts, and what follows when a debtor fails."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from windchime.cli.nouns.graph.app import app
from windchime.cli.nouns.graph.asking import names_of, node_meant, opened
from windchime.cli.options import AsOf, Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.text import _

if TYPE_CHECKING:
    import pyarrow as pa

    from windchime.core.problems import Problem
    from windchime.graph.guarantees.measures import Balance
    from windchime.graph.guarantees.settings import Settings

#: structures of one list that people are shown
_MOST = 40


@dataclass(frozen=True, slots=True)
class _Asked:
    """Promises and what is known of the parties."""

    promises: "pa.Table"
    in_force: "pa.Table"
    held: Mapping[str, "Balance"]
    names: Mapping[str, str]
    settings: "Settings"
    problems: "tuple[Problem, ...]" = ()
    as_of: date | None = None
    lake_version: int | None = None


@app.command(
    help=say(_("circles of guarantee, mutual pairs and joint groups; with a firm, its own and what it has promised"))
)
def circles(
    context: typer.Context,
    firm: Annotated[
        str | None, typer.Argument(help=say(_("id of a firm, or words of its name; all by default")))
    ] = None,
    edges: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help=say(_("file of guarantor, debtor and amount, instead of the library"))
        ),
    ] = None,
    call: Annotated[bool, typer.Option("--call", help=say(_("what follows for guarantors if the firm fails")))] = False,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Show structures of guarantee."""
    from windchime.graph.guarantees import telling
    from windchime.graph.guarantees.calls import book
    from windchime.graph.guarantees.calls import call as called
    from windchime.graph.guarantees.results import members_table

    shell: Shell = context.obj
    shell.json = json
    asked = _of_file(shell, edges) if edges is not None else _of_library(shell, as_of)
    rows = members_table(asked.promises, asked.in_force, asked.held, asked.settings).to_pylist()
    meant = node_meant(firm, {r["firm_id"] for r in rows} | asked.names.keys(), asked.names) if firm else None
    groups = _groups(rows, meant)
    payload: dict[str, Any] = {"circles": [r for group in groups for r in group]}
    course = None
    if call and meant:
        net_assets = {f: b.net_assets for f, b in asked.held.items()}
        course = called(book(asked.in_force, net_assets, asked.settings), [meant], asked.settings)
        payload["call"] = {"fallen": [asdict(f) for f in course.fallen], "loss": f"{course.total_loss:.2f}"}
        payload["sentences"] = {lang: telling.of_call(course, asked.names, lang) for lang in ("zh", "en")}
    shell.envelope(payload, lake_version=asked.lake_version, as_of=asked.as_of, problems=asked.problems)
    for problem in asked.problems:
        shell.say("{sentence}", sentence=problem.sentence(shell.lang))
    _say_groups(shell, groups, asked.names, meant)
    for sentence in telling.of_call(course, asked.names, shell.lang) if course else ():
        shell.say("{sentence}", sentence=sentence)


def _of_file(shell: Shell, file: Path) -> _Asked:
    from windchime.content.in_force import shipped
    from windchime.graph.guarantees.edge_list import promises_of
    from windchime.graph.guarantees.settings import SCHEME, Settings

    promises, problems = promises_of(file)
    settings = Settings.of(shipped(SCHEME)[0], shell.clock.now().date())
    return _Asked(promises, promises, {}, {}, settings, problems)


def _of_library(shell: Shell, as_of: str | None) -> _Asked:
    from windchime.graph.facts.balances import balances
    from windchime.graph.facts.guarantees import guarantees
    from windchime.graph.guarantees.measures import balances_of
    from windchime.graph.guarantees.promised import standing, structural
    from windchime.graph.guarantees.settings import SCHEME, Settings

    with opened(shell, as_of, SCHEME) as read:
        settings = Settings.of(read.scheme, read.as_of)
        counted = structural(guarantees(read.reading), read.as_of, settings)
        return _Asked(
            counted,
            standing(counted, read.as_of),
            balances_of(balances(read.reading)),
            names_of(read.reading),
            settings,
            as_of=read.as_of,
            lake_version=read.reading.lake_version,
        )


def _groups(rows: list[dict[str, Any]], firm: str | None) -> list[list[dict[str, Any]]]:
    """Rows by structure; those a firm is in, or all but clusters."""
    held: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        held.setdefault(row["circle_id"], []).append(row)
    if firm is not None:
        return [g for g in held.values() if any(r["firm_id"] == firm for r in g)]
    return [g for g in held.values() if g[0]["kind"] != "cluster"]


def _say_groups(shell: Shell, groups: list[list[dict[str, Any]]], names: Mapping[str, str], firm: str | None) -> None:
    import json

    from windchime.graph.guarantees import telling

    for group in groups[:_MOST]:
        shell.say("{sentence}", sentence=telling.of_group(group, names, shell.lang))
        cycles = [c for r in group for c in json.loads(r["evidence"]).get("cycles", ())]
        for line in dict.fromkeys(telling.of_cycle(c, names) for c in cycles):
            shell.say("  {line}", line=line)
    if len(groups) > _MOST:
        shell.say(_("… and {count} more; --json gives all"), count=len(groups) - _MOST)
    if not groups:
        shell.say(_("no structure of guarantee is found"))
    own = next((r for g in groups for r in g if r["firm_id"] == firm), None)
    if own:
        shell.say("{sentence}", sentence=telling.of_member(own, names, shell.lang))
