"""`windchime model propose`: let a second person, in the inbox, publish, promote or dismiss a version."""

from typing import Annotated

import typer

from windchime.cli.nouns.model.app import FeaturesAsOf, LabelsAsOf, Version, app
from windchime.cli.options import ActorName, Json, Reason
from windchime.cli.shell import Shell, as_date
from windchime.cli.words import say
from windchime.core.text import _


@app.command(
    help=say(_("propose to publish a version; one that stands beside is proposed for the published one's place"))
)
def propose(
    context: typer.Context,
    version: Version,
    dismiss: Annotated[bool, typer.Option("--dismiss", help=say(_("propose that it no longer stands beside")))] = False,
    features_as_of: FeaturesAsOf = None,
    labels_as_of: LabelsAsOf = None,
    reason: Reason = "",
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Propose."""
    from windchime.portfolio import model_proposals
    from windchime.risk.scorecards.store import find

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        row = find(session, version)
        open_ = model_proposals.steps_open(session, row)
    step = "dismiss" if dismiss else next(iter(open_), "publish")
    one = model_proposals.propose(
        shell.bank,
        shell.actor(actor),
        row.version,
        step,
        features_as_of=as_date(features_as_of),
        labels_as_of=as_date(labels_as_of),
        reason=reason,
    )
    shell.envelope({"proposal": one, "kind": model_proposals.STEPS[step].name, "version": row.version})
    shell.say(_("proposal {proposal} waits to be checked by somebody else"), proposal=one)
