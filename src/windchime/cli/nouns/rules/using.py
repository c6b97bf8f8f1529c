"""`windchime rules apply|monitor`: rules on new applications, and over the months."""

from typing import Annotated

import typer

from windchime.cli.nouns.rules.app import Out, Rules, Table, app
from windchime.cli.options import Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.text import _
from windchime.present import formats


@app.command(help=say(_("say which rule is the first to hit each row of a table")))
def apply(
    context: typer.Context,
    file: Table,
    rules: Rules,
    out: Out = None,
    key: Annotated[list[str] | None, typer.Option(help=say(_("column to write beside; may be given again")))] = None,
    json: Json = False,
) -> None:
    """Apply and count."""
    from windchime.risk.rules.applying import applied, counted, write
    from windchime.risk.rules.store import read_rules
    from windchime.risk.rules.tables import read_table

    shell: Shell = context.obj
    shell.json = json
    listed = read_rules(rules)
    found = applied(read_table(file), listed, key or ())
    if out is not None:
        write(found, out)
    counts = counted(found, listed)
    shell.envelope({"rules": listed.version, "rows": len(found), "hits": counts, "out": out and str(out)})
    shell.table(
        [_("rule"), _("id"), _("hits"), _("share")],
        [
            [str(c["rule"] + 1) if c["id"] else "–", c["id"] or "", f"{c['hits']:,}", formats.percent(c["share"])]
            for c in counts
        ],
        right=[2, 3],
    )


@app.command(
    help=say(_("watch rules over the months of a table: hit rate and bad rate against what was mined, alarms"))
)
def monitor(
    context: typer.Context,
    file: Table,
    rules: Rules,
    month: Annotated[str, typer.Option(help=say(_("column of months or dates")))],
    target: Annotated[str, typer.Option(help=say(_("column of outcomes: 1 = bad, 0 = good, empty = not known yet")))],
    matured: Annotated[
        str | None,
        typer.Option(help=say(_("column that says whether an outcome is final; default: where it is known"))),
    ] = None,
    out: Out = None,
    strict: Annotated[bool, typer.Option("--strict", help=say(_("end with code 1 where there is an alarm")))] = False,
    json: Json = False,
) -> None:
    """Watch and propose."""
    import polars as pl

    from windchime.risk.rules.applying import write
    from windchime.risk.rules.monitoring import Settings, expected, watch
    from windchime.risk.rules.outcomes import months, outcomes
    from windchime.risk.rules.store import read_rules
    from windchime.risk.rules.tables import column, read_table

    shell: Shell = context.obj
    shell.json = json
    rows, listed, settings = read_table(file), read_rules(rules), Settings.shipped()
    asked = {"month": months(column(rows, month), file.name), "bad": outcomes(column(rows, target), file.name)}
    asked |= {"matured": outcomes(column(rows, matured), file.name)} if matured else {}
    found = watch(
        pl.DataFrame([pl.Series("rule", listed.apply(rows)), *(s.alias(n) for n, s in asked.items())]),
        expected(listed, settings),
        settings,
    )
    if out is not None:
        write(found.table, out)
    shell.envelope(found.as_dict() | {"rules": listed.version, "out": out and str(out)})
    shell.table(
        [_("rule"), _("month"), _("hits"), _("hit rate"), _("bad rate"), _("mined")],
        [
            [
                str(r["rule"] + 1) if r["id"] else "–", r["month"], f"{r['hits']:,}", formats.percent(r["hit_rate"]),
                formats.percent(r["bad_rate"]) + ("" if r["ripe"] else " *"), formats.percent(r["bad_rate_mined"]),
            ]
            for r in found.table.iter_rows(named=True)
        ],
        right=[2, 3, 4, 5],
    )  # fmt: skip
    for sentence in (
        *(f.sentence(shell.lang) for f in (*found.warnings, *found.findings)),
        *(p.sentence(shell.lang) for p in found.proposals),
    ):
        shell.say("{sentence}", sentence=sentence)
    if not found.findings:
        shell.say(_("no alarm: nothing speaks against what was mined"))
    elif strict:
        raise typer.Exit(1)
