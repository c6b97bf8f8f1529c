"""`windchime assess`: run the indicators and risk models for one firm or all, without deciding."""

from typing import Annotated, Any

import typer

from windchime.cli.app import app
from windchime.cli.options import AsOf, Json, LakeVersionOption
from windchime.cli.shell import Shell, as_date
from windchime.cli.words import say
from windchime.core.text import _


@app.command(help=say(_("measure and score one firm, or all of them, without deciding")))
def assess(
    context: typer.Context,
    firm: Annotated[str | None, typer.Argument(help=say(_("id of the firm; all firms where none is named")))] = None,
    product: Annotated[str, typer.Option(help=say(_("whose models")))] = "invoice_loan",
    as_of: AsOf = None,
    lake_version: LakeVersionOption = None,
    json: Json = False,
) -> None:
    """Show figures, findings and scores."""
    from windchime.decision.assess import assess as measure_and_score
    from windchime.decision.desk import Desk
    from windchime.indicators import indicators
    from windchime.present.words import SEVERITIES

    shell: Shell = context.obj
    shell.json = json
    shell.ready()
    with (
        shell.bank.session() as session,
        Desk.open(shell.bank, session, product, as_of=as_date(as_of), lake_version=lake_version) as desk,
    ):
        scheme = desk.rulebook.indicators
        reading = desk.reading
        if firm:
            found = [measure_and_score(reading, firm, desk.models, scheme)]
        else:
            found = list(measure_and_score(reading, None, desk.models, scheme))
    rows: list[dict[str, Any]] = [
        {
            "firm": a.firm_id,
            "indicators": dict(a.indicators),
            "findings": [f.as_dict() for f in a.findings],
            "scores": [s.as_dict() for s in a.scores],
        }
        for a in found
    ]
    shell.envelope({"assessments": rows}, lake_version=reading.lake_version, as_of=reading.as_of)
    if firm:
        described = {i.code: i for i in indicators()}
        shell.table(
            [_("indicator"), _("value"), _("unit"), _("code")],
            [
                [
                    described[c].name[shell.lang],
                    "—" if v is None else f"{v:,.{described[c].digits}f}",
                    described[c].unit,
                    c,
                ]
                for c, v in found[0].indicators.items()
            ],
            right=[1],
        )
    scores = [[a.firm_id, s.model, f"{s.value:.0f}", f"{s.probability:.2%}", s.band] for a in found for s in a.scores]
    shell.table([_("firm"), _("model"), _("score"), _("default probability"), _("band")], scores, right=[2, 3])
    found_out = [
        [a.firm_id, SEVERITIES[f.severity].label[shell.lang], f.sentence(shell.lang)] for a in found for f in a.findings
    ]
    if found_out:
        shell.table([_("firm"), _("severity"), _("finding")], found_out)
