"""`windchime model validate|monitor|export`: the validation pack, how far data have moved, the card for other systems."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from windchime.cli.nouns.model.app import FeaturesAsOf, LabelsAsOf, Version, app
from windchime.cli.options import ActorName, AsOf, Json
from windchime.cli.shell import Shell, as_date
from windchime.cli.words import say
from windchime.core.text import LANGS, Lang, _


class Form(StrEnum):
    """What a card can be written as."""

    JSON = "json"
    SQL = "sql"
    PMML = "pmml"


class Tongue(StrEnum):
    """Dialects of SQL."""

    DUCKDB = "duckdb"
    POSTGRESQL = "postgresql"
    SPARK = "spark"
    MYSQL = "mysql"
    ORACLE = "oracle"


@app.command(help=say(_("the validation pack of a version on the bank's own library, as HTML and PDF")))
def validate(
    context: typer.Context,
    version: Version,
    features_as_of: FeaturesAsOf = None,
    labels_as_of: LabelsAsOf = None,
    out: Annotated[
        Path | None, typer.Option(help=say(_("folder to write to; default: the bank's files folder")))
    ] = None,
    both: Annotated[bool, typer.Option("--both", help=say(_("in Chinese and in English")))] = False,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Write the pack and say where."""
    from windchime.documents.validating import write_validation

    shell: Shell = context.obj
    shell.json = json
    langs: tuple[Lang, ...] = LANGS if both else (shell.lang,)
    pack, written = write_validation(
        shell.bank,
        shell.actor(actor),
        out or shell.bank.files_dir / "validation",
        version,
        features_as_of=as_date(features_as_of),
        labels_as_of=as_date(labels_as_of),
        langs=langs,
    )
    e = pack.examined
    shell.envelope(
        {
            "version": e.version,
            "how": e.how,
            "firms": e.firms,
            "bads": e.bads,
            "auc": e.ranking.auc.as_dict(),
            "files": [str(p) for p in written],
        }
    )
    for path in written:
        shell.say("{path}", path=path)


@app.command(help=say(_("how far scores and features have moved from those a version was trained on; recorded")))
def monitor(
    context: typer.Context, version: Version, as_of: AsOf = None, actor: ActorName = None, json: Json = False
) -> None:
    """Look once."""
    from windchime.risk.scorecards.shifts import STATES
    from windchime.risk.scorecards.watching import watch_in

    shell: Shell = context.obj
    shell.json = json
    found = watch_in(shell.bank, shell.actor(actor), version, as_of=as_date(as_of))
    shell.envelope(
        {"run": found.run_id, "version": found.version, "shifts": [s.as_dict() for s in found.shifts]},
        lake_version=found.lake_version,
        as_of=found.as_of,
    )
    rows = [
        [s.name, f"{s.index:.3f}", f"{s.critical:.3f}", f"{s.p:.1e}", f"{s.at_least:.3f}", STATES[s.state][shell.lang]]
        for s in found.shifts
    ]
    shell.say(
        _("{before} firms then, {after} firms as of {as_of}"),
        before=found.rows_before,
        after=found.rows_after,
        as_of=found.as_of,
    )
    headings = [_("score or feature"), _("PSI / CSI"), _("by chance below"), "p", _("proven, at least"), _("judgement")]
    shell.table(headings, rows, right=[1, 2, 3, 4])


@app.command(help=say(_("print a scorecard for other systems: JSON, SQL or PMML")))
def export(
    context: typer.Context,
    version: Version,
    form: Annotated[Form, typer.Option("--as", help=say(_("what to write")))] = Form.SQL,
    dialect: Annotated[Tongue, typer.Option(help=say(_("of the database")))] = Tongue.DUCKDB,
    json: Json = False,
) -> None:
    """Write the card to standard output."""
    from windchime.risk.scorecards import ModelStore
    from windchime.risk.scorecards.exporting import card_as

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        model = ModelStore(shell.bank.models_dir).load(session, version)
    text = card_as(model, form.value, dialect.value)
    shell.envelope({"version": model.version, "as": form.value, "text": text})
    if not json:
        typer.echo(text)
