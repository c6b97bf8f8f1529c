"""`windchime replay`: decide again from stored inputs, measure again from the lake version; the same bytes, or named differences."""

from typing import Annotated

import typer

from windchime.cli.app import app
from windchime.cli.options import Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.errors import BadCall
from windchime.core.text import _, translate


class OneOrAll(BadCall):
    """Neither a decision nor all of them, or both."""

    msgid = _("name one decision, or say --all")

    def __init__(self) -> None:
        super().__init__()


@app.command(
    help=say(_("decide again from stored inputs, and measure again from the lake; exit code 1 when it differs"))
)
def replay(
    context: typer.Context,
    decision: Annotated[str | None, typer.Argument(help=say(_("id of the decision, or its first characters")))] = None,
    every: Annotated[bool, typer.Option("--all", help=say(_("every decision of the log")))] = False,
    measure: Annotated[bool, typer.Option(help=say(_("measure again too, not only decide again")))] = True,
    json: Json = False,
) -> None:
    """Replay and compare."""
    from windchime.decision.replay import replay as again

    shell: Shell = context.obj
    shell.json = json
    if (decision is None) == (not every):
        raise OneOrAll
    with shell.progress() as told:
        done = again(shell.bank, decision, measure=measure, progress=told)
    shell.envelope({"replays": [r.as_dict() for r in done]})
    unsound = [r for r in done if not r.sound]
    for found in unsound if every else done:
        shell.say(
            "{id} {firm}: {sentence}", id=found.decision_id, firm=found.firm_id, sentence=found.sentence(shell.lang)
        )
        for d in found.differences[:20]:
            shell.say("    {path}: {stored} → {recomputed}", path=d.path, stored=d.stored, recomputed=d.recomputed)
    steps = [_("re-decide"), _("re-measure")]
    counts = [
        [
            translate(s, shell.lang),
            str(sum(r.step == s for r in done)),
            str(sum(r.step == s and r.state == "equal" for r in done)),
        ]
        for s in steps
    ]
    shell.table([_("step"), _("decisions"), _("same bytes")], counts, right=[1, 2])
    if unsound:
        raise typer.Exit(1)
