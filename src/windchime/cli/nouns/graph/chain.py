"""`windchime graph chain`: a core firm with its suppliers and customers, tier by tier."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from windchime.cli.nouns.graph.app import app
from windchime.cli.nouns.graph.asking import names_of, node_meant, opened
from windchime.cli.options import AsOf, Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.text import _
from windchime.present import formats

#: firms of one tier that are shown
_WIDTH = 20


@app.command(help=say(_("a firm's supply chain: suppliers up, customers down, with the shares along the way")))
def chain(
    context: typer.Context,
    firm: Annotated[str, typer.Argument(help=say(_("id of a firm, or words of its name")))],
    up: Annotated[int, typer.Option(min=0, max=6, help=say(_("tiers of suppliers")))] = 2,
    down: Annotated[int, typer.Option(min=0, max=6, help=say(_("tiers of customers")))] = 2,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Show the chain of a firm."""
    from windchime.graph.supply.chains import chain_of, flows_of, places
    from windchime.graph.supply.settings import SCHEME, Settings

    shell: Shell = context.obj
    shell.json = json
    with opened(shell, as_of, SCHEME) as read:
        flows, names = flows_of(read.reading, Settings.of(read.scheme, read.as_of)), names_of(read.reading)
        core = node_meant(firm, set(flows.nodes.ids.to_pylist()), names)
        sides = {
            side: chain_of(flows, side, core, depth, _WIDTH)  # type: ignore[arg-type]  # the two sides there are
            for side, depth in (("supplier", up), ("customer", down))
        }
        industries = places(read.reading, flows)
        at: dict[str, Any] = {"lake_version": read.reading.lake_version, "as_of": read.as_of}
    shell.envelope({"firm": core, "since": flows.since, "until": flows.until, **sides, "industries": industries}, **at)
    shell.say(_("{firm}, {since} to {until}"), firm=names.get(core, core), since=flows.since, until=flows.until)
    for side, told in sides.items():
        _say(shell, side, told, names)


def _say(shell: Shell, side: str, told: Mapping[str, Any], names: Mapping[str, str]) -> None:
    if not told["is_known"]:
        shell.say(
            _("the firm handed in no list of its own on this side ({side}): its partners are not known"), side=side
        )
        return
    shell.table(
        [_("tier"), _("partner") if side == "supplier" else _("customer"), _("by way of"), _("share there"), _("along"), _("in all")],
        [
            [str(k["tier"]), names.get(k["firm"], k["firm"]), names.get(k["via"], k["via"]),
             *(formats.percent(k[c]) for c in ("share", "along", "in_all"))]
            for k in told["links"]
        ],
        right=[0, 3, 4, 5],
    )  # fmt: skip
    for tier, count in enumerate(told["left_out"], 1):
        if count:
            shell.say(_("tier {tier}: {count} more are not shown"), tier=tier, count=count)
