"""`windchime indicators …`: every measured quantity of every firm."""

from pathlib import Path
from typing import Annotated

import typer

from windchime.cli.options import AsOf, Json, LakeVersionOption
from windchime.cli.shell import Shell, as_date
from windchime.cli.words import say
from windchime.core.text import _

app = typer.Typer(no_args_is_help=True)


@app.command(help=say(_("measure all indicators of all firms; WINDCHIME_ENGINE=spark does it on a cluster")))
def measure(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help=say(_("Parquet file to write, one row a firm")))],
    as_of: AsOf = None,
    lake_version: LakeVersionOption = None,
    json: Json = False,
) -> None:
    """Measure and write."""
    import pyarrow.parquet as pq

    from windchime.data.lake import Lake
    from windchime.indicators import measure as measured
    from windchime.indicators import version

    shell: Shell = context.obj
    shell.json = json
    lake, engine = Lake(shell.bank.lake_dir), shell.settings.engine
    with shell.bank.session() as session:
        day = as_date(as_of) or lake.pack(session).as_of
        with lake.reading(
            session, as_of=day, lake_version=lake_version, tables=["firms", "invoices"], engine=engine
        ) as reading:
            found, used = measured(reading), reading.lake_version
    said = {"lake_version": str(used), "as_of": day.isoformat(), "indicators": version(), "engine": engine}
    out.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(found.replace_schema_metadata(said), out)
    figures = {"file": str(out), "firms": found.num_rows, "indicators": found.num_columns - 1, "engine": engine}
    shell.envelope({"measured": figures | {"version": version()}}, lake_version=used, as_of=day)
    msgid = _("{indicators} indicators of {firms} firms, measured by {engine}, are in {file}")
    shell.say(msgid, **figures)
