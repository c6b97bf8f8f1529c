"""`windchime model train|list|card|publish|retire`: a version from its training to its end."""

from typing import Annotated

import typer

from windchime.cli.nouns.model.app import FeaturesAsOf, LabelsAsOf, Version, app
from windchime.cli.options import ActorName, Json, Reason
from windchime.cli.shell import Shell, as_date
from windchime.cli.words import say
from windchime.core.dates import SHANGHAI
from windchime.core.text import _


@app.command(help=say(_("fit scorecard and challenger on what the lake holds; both become drafts")))
def train(
    context: typer.Context,
    features_as_of: FeaturesAsOf = None,
    labels_as_of: LabelsAsOf = None,
    seed: Annotated[int, typer.Option(help=say(_("of folds and sampling")))] = 0,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Train, keep, and print what was found."""
    from windchime.risk.scorecards.bank_training import train_in

    shell: Shell = context.obj
    shell.json = json
    shell.ready()
    with shell.progress() as told:
        done = train_in(
            shell.bank,
            shell.actor(actor),
            features_as_of=as_date(features_as_of),
            labels_as_of=as_date(labels_as_of),
            seed=seed,
            progress=told,
        )
    metrics = {name: m.as_dict() for name, m in done.training.metrics.items()}
    shell.envelope(
        {
            "models": dict(done.versions),
            "metrics": metrics,
            "leaks": [f.as_dict() for f in done.training.findings],
            "features_as_of": done.features_as_of,
            "labels_as_of": done.labels_as_of,
        },
        lake_version=done.lake_version,
        as_of=done.features_as_of,
    )
    for finding in done.training.findings:
        shell.say("{sentence}", sentence=finding.sentence(shell.lang))
    rows = []
    for name, m in done.training.metrics.items():
        auc = f"{m.auc.value:.3f} [{m.auc.low:.3f}, {m.auc.high:.3f}]"
        rows.append([name, done.versions[name][:12], str(m.firms), str(m.bads), auc, f"{m.ks:.3f}", f"{m.brier:.4f}"])
    headings = [_("model"), _("version"), _("firms"), _("bads"), _("out-of-fold AUC [95 %]"), "KS", "Brier"]
    shell.table(headings, rows, right=[2, 3, 4, 5, 6])
    shell.say(_("both are drafts: windchime model publish VERSION, by a second person"))


@app.command("list", help=say(_("all versions and their states, newest first")))
def list_(context: typer.Context, json: Json = False) -> None:
    """Show the register."""
    from windchime.risk.scorecards import versions

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        found = versions(session)
        fields = ("model", "version", "state", "author", "made_at")
        shell.envelope({"models": [{name: getattr(v, name) for name in fields} for v in found]})
        rows = [
            [v.model, v.version[:12], v.state, v.author, f"{v.made_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"]
            for v in found
        ]
    shell.table([_("model"), _("version"), _("state"), _("author"), _("made at")], rows)


@app.command(help=say(_("print the model card as Markdown")))
def card(context: typer.Context, version: Version, json: Json = False) -> None:
    """Show the card of one version."""
    from windchime.risk.scorecards import ModelStore

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        found = ModelStore(shell.bank.models_dir).card(session, version)
    shell.envelope({"card": found.body})
    if not json:
        typer.echo(found.markdown(shell.lang))


@app.command(help=say(_("let a draft take effect; the one who trained it cannot")))
def publish(
    context: typer.Context, version: Version, reason: Reason = "", actor: ActorName = None, json: Json = False
) -> None:
    """Examine and publish."""
    from windchime.risk.scorecards import publish as make_live
    from windchime.risk.scorecards import validate
    from windchime.risk.scorecards.store import find

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.unit(shell.checker(actor, "model.publish")) as unit:
        row = find(unit.session, version)
        if row.state == "draft":
            validate(unit, row.version, reason=reason)
        make_live(unit, row.version, reason=reason)
        model, number = row.model, row.version
    shell.envelope({"published": {"model": model, "version": number}})
    shell.say(_("{model} {version} is published"), model=model, version=number[:12])


@app.command(help=say(_("take a published version out of use")))
def retire(
    context: typer.Context, version: Version, reason: Reason = "", actor: ActorName = None, json: Json = False
) -> None:
    """Retire."""
    from windchime.risk.scorecards import retire as take_out

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.unit(shell.checker(actor, "model.publish")) as unit:
        take_out(unit, version, reason=reason)
    shell.envelope({"retired": {"version": version}})
    shell.say(_("{version} is retired"), version=version[:12])
