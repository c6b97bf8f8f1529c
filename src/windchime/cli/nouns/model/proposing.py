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
    from windchime.portfolio import four_eyes
    from windchime.risk.scorecards import proposals
    from windchime.risk.scorecards.bank_comparison import compare_in
    from windchime.risk.scorecards.store import ModelStore, find, standing

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        row = find(session, version)
        beside = standing(session, row.version) is not None
    if dismiss:
        kind, after = proposals.DISMISS, proposals.DISMISSAL
    elif beside:
        days = {"features_as_of": as_date(features_as_of), "labels_as_of": as_date(labels_as_of)}
        comparison = compare_in(shell.bank, row.version, **days)
        kind, after = proposals.PROMOTE, proposals.promotion(ModelStore(shell.bank.models_dir), comparison)
    else:
        kind, after = proposals.PUBLISH, proposals.publication(row)
    by, about = shell.actor(actor), proposals.subject(row)
    one = four_eyes.propose(shell.bank, by, kind.name, about, after, reason=reason)
    shell.envelope({"proposal": one, "kind": kind.name, "version": row.version})
    shell.say(_("proposal {proposal} waits to be checked by somebody else"), proposal=one)
