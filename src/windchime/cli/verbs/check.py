"""`windchime check`: what is odd about the loaded data, how good each table of each source is, and what is below its floor."""

from typing import TYPE_CHECKING, Annotated

import typer

from windchime.cli.app import app
from windchime.cli.options import ActorName, AsOf, Json, LakeVersionOption
from windchime.cli.shell import Shell, as_date
from windchime.cli.words import say
from windchime.core.text import _, translate

if TYPE_CHECKING:
    from windchime.data.quality import Examination, QualityReport

SEVERITIES = {"normal": _("normal"), "watch": _("watch"), "high": _("high"), "severe": _("severe")}
REASONS = {"tables_missing": _("a table is not loaded"), "nothing_in_common": _("too little in common"), "": ""}


@app.command(help=say(_("the quality of what is loaded: every oddity, and scores by table and source, which are kept")))
def check(
    context: typer.Context,
    as_of: AsOf = None,
    lake_version: LakeVersionOption = None,
    fail_on: Annotated[
        str | None, typer.Option(help=say(_("exit code 1 from this severity on: watch, high, severe")))
    ] = None,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Check, keep the scores and show."""
    from windchime.core.errors import UnknownName
    from windchime.data.lake import Lake
    from windchime.data.quality import Schemes, examine, hold, record, scheme_in_force
    from windchime.data.quality import check as look

    shell: Shell = context.obj
    shell.json = json
    order = list(SEVERITIES)
    if fail_on is not None and fail_on not in order:
        raise UnknownName("severity", fail_on, order)
    lake = Lake(shell.bank.lake_dir)
    with shell.bank.session() as session:
        day = as_date(as_of) or lake.pack(session).as_of
        engine = shell.settings.engine
        with lake.reading(session, as_of=day, lake_version=lake_version, engine=engine) as opened:
            reading = hold(opened)
            with shell.progress() as told:
                found = examine(reading, Schemes.in_force(shell.bank, session, day), told)
            report = look(reading, session, scheme_in_force(shell.bank, session, day))
    run = record(shell.bank, shell.actor(actor), found)
    scores = [
        {"table": s.table, "source": s.source, "dimension": s.dimension, "score": s.score, "floor": s.floor}
        for s in found.scores
    ]
    body = report.as_dict() | {"run": run, "scores": scores, "checks": found.as_dict()}
    shell.envelope({"quality": body}, lake_version=report.lake_version, as_of=report.as_of)
    _show(shell, report)
    _show_scores(shell, found)
    if fail_on is not None and order.index(report.worst()) >= order.index(fail_on):
        raise typer.Exit(1)


def _show(shell: Shell, report: "QualityReport") -> None:
    """Rows by table and what is odd about them."""
    shell.table(
        [_("table"), _("number of rows")], [[name, f"{count:,}"] for name, count in report.rows.items()], right=[1]
    )
    rows = []
    for f in report.findings:
        shown = ", ".join(f"{e.file}{'/' + e.sheet if e.sheet else ''}:{e.row}" for e in f.examples[:2])
        rows.append([translate(SEVERITIES[f.severity], shell.lang), f.sentence(shell.lang), shown])
    shell.table([_("severity"), _("what was found"), _("examples (file:row)")], rows)


def _show_scores(shell: Shell, found: "Examination") -> None:
    """Findings by dimension, identities, then scores by table and source with what is below its floor."""
    from windchime.data.quality import DIMENSIONS

    rows = [
        [translate(DIMENSIONS[t.dimension], shell.lang), t.table, t.source, t.sentence(shell.lang)]
        for t in sorted(found.findings, key=lambda t: (list(DIMENSIONS).index(t.dimension), t.table, t.source))
    ]
    shell.table([_("dimension"), _("table"), _("source"), _("what was found")], rows)
    rows = [
        [c.code, c.kind, f"{c.assessable:,}", f"{c.broken:,}", translate(REASONS[c.reason], shell.lang)]
        for c in found.crosschecks
    ]
    shell.table([_("identity"), _("kind"), _("assessed"), _("broken"), _("why not assessable")], rows, right=[2, 3])
    shown: dict[tuple[str, str], dict[str, str]] = {}
    for s in found.scores:
        shown.setdefault((s.table, s.source), {})[s.dimension] = f"{s.score:.1%}{' !' if s.below else ''}"
    columns = ["overall", *DIMENSIONS]
    shell.table(
        [_("table"), _("source"), _("overall"), *DIMENSIONS.values()],
        [[table, source, *(at.get(d, "") for d in columns)] for (table, source), at in shown.items()],
        right=range(2, 2 + len(columns)),
    )
    if found.below:
        shell.say(
            _("{count} scores, marked !, are below their floor: they no longer feed decisions"), count=len(found.below)
        )
