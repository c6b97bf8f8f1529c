"""`windchime check`: what is odd about the loaded data."""

from typing import Annotated

import typer

from windchime.cli.app import app
from windchime.cli.options import AsOf, Json, LakeVersionOption
from windchime.cli.shell import Shell, as_date
from windchime.cli.words import say
from windchime.core.text import _, translate

SEVERITIES = {"normal": _("normal"), "watch": _("watch"), "high": _("high"), "severe": _("severe")}


@app.command(help=say(_("the quality of what is loaded: every oddity with its count, share and example rows")))
def check(
    context: typer.Context,
    as_of: AsOf = None,
    lake_version: LakeVersionOption = None,
    fail_on: Annotated[
        str | None, typer.Option(help=say(_("exit code 1 from this severity on: watch, high, severe")))
    ] = None,
    json: Json = False,
) -> None:
    """Check and show."""
    from windchime.core.errors import UnknownName
    from windchime.data.lake import Lake
    from windchime.data.quality import check as examine
    from windchime.data.quality import scheme_in_force

    shell: Shell = context.obj
    shell.json = json
    order = list(SEVERITIES)
    if fail_on is not None and fail_on not in order:
        raise UnknownName("severity", fail_on, order)
    lake = Lake(shell.bank.lake_dir)
    with shell.bank.session() as session:
        day = as_date(as_of) or lake.pack(session).as_of
        with lake.reading(session, as_of=day, lake_version=lake_version) as reading:
            report = examine(reading, session, scheme_in_force(shell.bank, session, day))
    shell.envelope({"quality": report.as_dict()}, lake_version=report.lake_version, as_of=report.as_of)
    shell.table(
        [_("table"), _("number of rows")], [[name, f"{count:,}"] for name, count in report.rows.items()], right=[1]
    )
    rows = []
    for f in report.findings:
        shown = ", ".join(f"{e.file}{'/' + e.sheet if e.sheet else ''}:{e.row}" for e in f.examples[:2])
        rows.append([translate(SEVERITIES[f.severity], shell.lang), f.sentence(shell.lang), shown])
    shell.table([_("severity"), _("what was found"), _("examples (file:row)")], rows)
    if fail_on is not None and order.index(report.worst()) >= order.index(fail_on):
        raise typer.Exit(1)
