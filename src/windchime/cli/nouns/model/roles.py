"""`windchime model challenge|dismiss|compare|promote|history`: who decides, who stands beside, and what happened."""

from typing import TYPE_CHECKING

import typer

from windchime.cli.nouns.model.app import FeaturesAsOf, LabelsAsOf, Version, app
from windchime.cli.options import ActorName, Json, Reason
from windchime.cli.shell import Shell, as_date
from windchime.cli.words import say
from windchime.core.dates import SHANGHAI
from windchime.core.text import _, translate

if TYPE_CHECKING:
    from windchime.risk.scorecards.roles import Comparison


@app.command(help=say(_("let a version be scored beside the published one, without say; a draft is validated first")))
def challenge(
    context: typer.Context, version: Version, reason: Reason = "", actor: ActorName = None, json: Json = False
) -> None:
    """Appoint."""
    from windchime.risk.scorecards import validate
    from windchime.risk.scorecards.roles import appoint
    from windchime.risk.scorecards.store import find

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.unit(shell.checker(actor, "model.validate")) as unit:
        row = find(unit.session, version)
        if row.state == "draft":
            validate(unit, row.version, reason=reason)
        appoint(unit, row.version, reason=reason)
        model, number = row.model, row.version
    shell.envelope({"appointed": {"model": model, "version": number}})
    shell.say(_("{model} {version} now stands beside the published version"), model=model, version=number[:12])


@app.command(help=say(_("let a version no longer be scored beside the published one")))
def dismiss(
    context: typer.Context, version: Version, reason: Reason = "", actor: ActorName = None, json: Json = False
) -> None:
    """Dismiss."""
    from windchime.risk.scorecards.roles import dismiss as end

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.unit(shell.checker(actor, "model.publish")) as unit:
        end(unit, version, reason=reason)
    shell.envelope({"dismissed": {"version": version}})
    shell.say(_("{version} no longer stands beside the published version"), version=version[:12])


@app.command(help=say(_("a version against the published one, on firms that neither learnt from")))
def compare(
    context: typer.Context,
    version: Version,
    features_as_of: FeaturesAsOf = None,
    labels_as_of: LabelsAsOf = None,
    json: Json = False,
) -> None:
    """Compare."""
    shell: Shell = context.obj
    shell.json = json
    found = _compared(shell, version, features_as_of, labels_as_of)
    shell.envelope({"comparison": found.as_dict()}, lake_version=found.data["lake_version"])
    _say(shell, found)


@app.command(
    help=say(_("let a version that stands beside take the published one's place; the comparison is kept with it"))
)
def promote(
    context: typer.Context,
    version: Version,
    features_as_of: FeaturesAsOf = None,
    labels_as_of: LabelsAsOf = None,
    reason: Reason = "",
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Promote, by a second person."""
    from windchime.risk.scorecards import ModelStore
    from windchime.risk.scorecards.roles import promote as move_up

    shell: Shell = context.obj
    shell.json = json
    by = shell.checker(actor, "model.publish")
    found = _compared(shell, version, features_as_of, labels_as_of)
    with shell.bank.unit(by) as unit:
        kept = move_up(unit, ModelStore(shell.bank.models_dir), found.challenger, found, reason=reason)
    shell.envelope(
        {"promoted": {"version": found.challenger, "comparison": kept}}, lake_version=found.data["lake_version"]
    )
    _say(shell, found)
    shell.say(
        _("{version} is published in the place of {before}"), version=found.challenger[:12], before=found.champion[:12]
    )


@app.command(help=say(_("what happened to a version, step by step")))
def history(context: typer.Context, version: Version, json: Json = False) -> None:
    """Show the steps."""
    from windchime.risk.scorecards.history import history as steps

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        found = steps(session, version)
    shell.envelope(
        {
            "history": [
                {"at": e.at, "actor": e.actor, "action": e.action, "after": e.after, "reason": e.reason} for e in found
            ]
        }
    )
    rows = [[f"{e.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}", e.actor, e.words[shell.lang], e.reason] for e in found]
    shell.table([_("at"), _("by whom"), _("step"), _("reason")], rows)


def _compared(shell: Shell, version: str, features_as_of: str | None, labels_as_of: str | None) -> "Comparison":
    from windchime.risk.scorecards.bank_comparison import compare_in

    return compare_in(shell.bank, version, features_as_of=as_date(features_as_of), labels_as_of=as_date(labels_as_of))


def _say(shell: Shell, found: "Comparison") -> None:
    rows = [
        [name, number[:12], f"{a.value:.3f} [{a.low:.3f}, {a.high:.3f}]", f"{ks:.3f}", f"{brier:.4f}", f"{due:.1f}"]
        for name, number, a, ks, brier, due in (
            (translate(_("published version"), shell.lang), found.champion, found.champion_auc, found.champion_ks, found.champion_brier, found.champion_expected),
            (translate(_("this version"), shell.lang), found.challenger, found.challenger_auc, found.challenger_ks, found.challenger_brier, found.challenger_expected),
        )
    ]  # fmt: skip
    shell.table(["", _("version"), _("AUC"), "KS", "Brier", _("expected bads")], rows, right=[2, 3, 4, 5])
    d = found.difference
    shell.say(
        _(
            "{firms} firms, {bads} bads; AUC of this version minus the published one's: {difference} [{low}, {high}] (DeLong)"
        ),
        firms=found.firms,
        bads=found.bads,
        difference=f"{d.value:+.3f}",
        low=f"{d.low:+.3f}",
        high=f"{d.high:+.3f}",
    )
