"""`windchime graph run|log`: find everything, publish it as tables of the library; what runs did."""

from typing import TYPE_CHECKING, Annotated

import typer

from windchime.cli.nouns.graph.app import app
from windchime.cli.options import ActorName, AsOf, Json
from windchime.cli.shell import Shell, as_date
from windchime.cli.words import say
from windchime.core.text import _
from windchime.present import formats

if TYPE_CHECKING:
    from windchime.graph.results import Run


@app.command(help=say(_("find all ties and publish them as tables of the library, as a new lake version")))
def run(
    context: typer.Context,
    only: Annotated[list[str] | None, typer.Option(help=say(_("one part of the graph; may be given again")))] = None,
    as_of: AsOf = None,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Run the finders."""
    from windchime.graph.results import publish

    shell: Shell = context.obj
    shell.json = json
    with shell.progress() as progress:
        done = publish(shell.bank, shell.actor(actor), as_date(as_of), only=only or (), progress=progress)
    shell.envelope({"run": _dict(done)}, lake_version=done.lake_version, as_of=done.as_of)
    shell.table(
        [_("table"), _("found"), _("changed"), _("withdrawn")],
        [[t, *(f"{c[k]:,}" for k in ("found", "changed", "withdrawn"))] for t, c in done.body["tables"].items()],
        right=[1, 2, 3],
    )
    shell.say(_("lake version {version}, as of {as_of}"), version=done.lake_version, as_of=done.as_of)


@app.command(help=say(_("the runs of the graph, newest first")))
def log(context: typer.Context, json: Json = False) -> None:
    """List the runs."""
    from windchime.graph.results import runs

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        found = runs(session)
    shell.envelope({"runs": [_dict(r) for r in found]})
    shell.table(
        [_("run"), _("as of"), _("lake version"), _("made at"), _("by")],
        [[r.run_id, r.as_of.isoformat(), str(r.lake_version), formats.instant(r.made_at), r.actor] for r in found],
    )


def _dict(done: "Run") -> dict[str, object]:
    return {
        "run_id": done.run_id,
        "as_of": done.as_of,
        "read_version": done.read_version,
        "lake_version": done.lake_version,
        "made_at": done.made_at,
        "actor": done.actor,
        **done.body,
    }
