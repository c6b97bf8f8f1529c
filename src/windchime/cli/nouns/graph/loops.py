"""`windchime graph loops`: money and invoices that go round, and patterns of payments."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from windchime.cli.nouns.graph.app import app
from windchime.cli.nouns.graph.asking import names_of, node_meant, opened
from windchime.cli.options import AsOf, Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.text import _
from windchime.present import formats

if TYPE_CHECKING:
    from windchime.core.problems import Problem

#: rounds and patterns of one list that people are shown
_MOST = 40


@app.command(help=say(_("loops of payments and of invoices, and patterns of payments; with a firm, its own")))
def loops(
    context: typer.Context,
    firm: Annotated[
        str | None, typer.Argument(help=say(_("id of a firm, or words of its name; all by default")))
    ] = None,
    edges: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help=say(_("file of payer, payee, amount and paid_at, instead of the library"))
        ),
    ] = None,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Show loops."""
    shell: Shell = context.obj
    shell.json = json
    if edges is not None:
        _of_file(shell, edges, firm)
    else:
        _of_library(shell, firm, as_of)


def _of_file(shell: Shell, file: Path, firm: str | None) -> None:
    from windchime.content.in_force import shipped
    from windchime.graph.loops.edge_list import transfers_of
    from windchime.graph.loops.results import loop_rows
    from windchime.graph.loops.rings import EVERY
    from windchime.graph.loops.settings import SCHEME, Settings

    rows, problems = transfers_of(file)
    settings = Settings.of(shipped(SCHEME)[0], shell.clock.now().date())
    found, cut = loop_rows("payment", rows, settings.payments, EVERY)
    _say(shell, found.to_pylist(), [], {}, firm, (*problems, *cut))


def _of_library(shell: Shell, firm: str | None, as_of: str | None) -> None:
    from windchime.graph.loops.results import results
    from windchime.graph.loops.settings import SCHEME

    with opened(shell, as_of, SCHEME) as read:
        found, names = results(read.reading, read.scheme), names_of(read.reading)
        rows, patterns = (found.tables[t].to_pylist() for t in ("money_loops", "money_patterns"))
        at: dict[str, Any] = {"lake_version": read.reading.lake_version, "as_of": read.as_of}
    _say(shell, rows, patterns, names, firm, found.problems, **at)


def _say(
    shell: Shell,
    rows: list[dict[str, Any]],
    patterns: list[dict[str, Any]],
    names: Mapping[str, str],
    firm: str | None,
    problems: "tuple[Problem, ...]",
    **at: Any,
) -> None:
    if firm:
        meant = node_meant(firm, {r["from_id"] for r in rows} | {p["firm_id"] for p in patterns} | names.keys(), names)
        its = {r["loop_id"] for r in rows if r["from_id"] == meant}
        rows = [r for r in rows if r["loop_id"] in its]
        patterns = [p for p in patterns if p["firm_id"] == meant]
    shell.envelope({"loops": rows, "patterns": patterns}, problems=problems, **at)
    for problem in problems[:_MOST]:
        shell.say("{sentence}", sentence=problem.sentence(shell.lang))
    rounds: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        rounds.setdefault(row["loop_id"], []).append(row)
    shell.table(
        [_("kind"), _("began on"), _("days"), _("amount"), _("rounds"), _("surprise"), _("loop")],
        [_line(shell, hops, names) for hops in list(rounds.values())[:_MOST]],
        right=[2, 3, 4, 5],
    )
    if len(rounds) > _MOST:
        shell.say(_("… and {count} more; --json gives all"), count=len(rounds) - _MOST)
    if not rounds:
        shell.say(_("no loop is found"))
    if patterns:
        shell.table(
            [_("firm"), _("pattern"), _("since"), _("until"), _("amount"), _("count")],
            [
                [names.get(p["firm_id"], p["firm_id"]), _label(shell, "money_patterns", p["kind"]), p["since"].isoformat(), p["until"].isoformat(),
                 formats.money(p["amount"]), str(p["many_count"])]
                for p in patterns[:_MOST]
            ],
            right=[4, 5],
        )  # fmt: skip


def _label(shell: Shell, table: str, kind: str) -> str:
    from windchime.data.contracts import contract

    return contract(table)["kind"].values[kind][shell.lang]


def _line(shell: Shell, hops: list[dict[str, Any]], names: Mapping[str, str]) -> list[str]:
    first, last = hops[0], hops[-1]
    way = [names.get(h["from_id"], h["from_id"]) for h in hops]
    return [
        _label(shell, "money_loops", first["kind"]),
        first["passed_on"].isoformat(),
        str((last["passed_on"] - first["passed_on"]).days),
        formats.money(first["amount"]),
        str(first["rounds_count"]),
        f"{first['surprise']:.1f}",
        " → ".join([*way, way[0]]),
    ]
