"""`windchime library …`: the tables of the ten categories; one table whole; one row from its source file to decisions."""

from typing import Annotated

import typer

from windchime.cli.options import AsOf, Json, LakeVersionOption
from windchime.cli.shell import Shell, as_date
from windchime.cli.words import say
from windchime.core.dates import SHANGHAI
from windchime.core.text import _, translate

app = typer.Typer(no_args_is_help=True)
TableName = Annotated[str, typer.Argument(help=say(_("name of a table: windchime library list")))]


@app.command(name="list", help=say(_("every table: category, rows, the lake version that changed it last")))
def list_(context: typer.Context, json: Json = False) -> None:
    """Show the tables."""
    from windchime.data.contracts.categories import CATEGORIES, by_category
    from windchime.data.lake import Lake, head

    shell: Shell = context.obj
    shell.json = json
    lake = Lake(shell.bank.lake_dir)
    with shell.bank.session() as session:
        at = head(session)
    held = at.tables if at else {}
    found = [
        {
            "table": c.name,
            "category": category,
            "label": c.label[shell.lang],
            "version": c.version,
            "columns": len(c.columns),
            "rows": lake.rows(c.name, held[c.name]) if c.name in held else None,
        }
        for category, members in by_category().items()
        for c in members
    ]
    shell.envelope({"tables": found}, lake_version=at.lake_version if at else None)
    shell.table(
        [_("category"), _("table"), _("label"), _("columns"), _("number of rows")],
        [
            [
                CATEGORIES[str(r["category"])][shell.lang],
                str(r["table"]),
                str(r["label"]),
                str(r["columns"]),
                "" if r["rows"] is None else f"{r['rows']:,}",
            ]
            for r in found
        ],
        right=[3, 4],
    )


@app.command(help=say(_("one table: its contract, what the check says of it, and how it grew")))
def show(context: typer.Context, name: TableName, as_of: AsOf = None, json: Json = False) -> None:
    """Show contract, quality and versions."""
    from windchime.data.contracts import contract
    from windchime.data.lake import Lake
    from windchime.data.lineage import history
    from windchime.data.quality import check, scheme_in_force

    shell: Shell = context.obj
    shell.json = json
    found, lake = contract(name), Lake(shell.bank.lake_dir)
    with shell.bank.session() as session:
        states, findings, day = history(lake, session, name), [], None
        if states:
            day = as_date(as_of) or lake.pack(session).as_of
            beside = {name, "firms", "invoices", "quarantine"}
            with lake.reading(session, as_of=day, tables=beside, engine=shell.settings.engine) as reading:
                scheme = scheme_in_force(shell.bank, session, day)
                findings = list(check(reading, session, scheme, tables=[name]).findings)
    shell.envelope(
        {
            "table": name,
            "contract": {"version": found.version, "category": found.category, "key": list(found.key)},
            "columns": [
                {"name": c.name, "type": c.type, "nullable": c.nullable, "personal": c.personal, "unit": c.unit}
                for c in found.columns
            ],
            "versions": [
                {"lake_version": s.lake_version, "load_id": s.load_id, "rows": s.rows, "added": s.added, "pack": s.pack}
                for s in states
            ],
            "quality": [f.as_dict() for f in findings],
        },
        as_of=day,
    )
    shell.say(_("{label}: {grain}"), label=found.label, grain=found.grain)
    shell.table(
        [_("column"), _("label"), _("type"), _("empty allowed"), _("personal data")],
        [
            [c.name, c.label[shell.lang], c.type, _yes(shell, c.nullable), "" if c.personal == "none" else c.personal]
            for c in found.columns
        ],
    )
    shell.table(
        [_("version"), _("made at"), _("number of rows"), _("added"), _("pack"), _("load")],
        [
            [
                str(s.lake_version),
                f"{s.made_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
                f"{s.rows:,}",
                f"{s.added:,}",
                s.label[shell.lang] if s.label else "",
                s.load_id,
            ]
            for s in states
        ],
        right=[0, 2, 3],
    )
    for f in findings:
        if not shell.json:
            shell.out.print(f.sentence(shell.lang), highlight=False, markup=False)


@app.command(help=say(_("one row of a source file: what the lake holds of it, the figures and decisions it entered")))
def trace(
    context: typer.Context,
    name: TableName,
    file: Annotated[str, typer.Argument(help=say(_("source file as reports name it")))],
    row: Annotated[int, typer.Argument(help=say(_("row as a person counts it in the file")), min=1)],
    sheet: Annotated[str | None, typer.Option(help=say(_("of a workbook")))] = None,
    source: Annotated[str, typer.Option(help=say(_("source of the pack")))] = "",
    as_of: AsOf = None,
    lake_version: LakeVersionOption = None,
    json: Json = False,
) -> None:
    """Follow a row."""
    from windchime.data.lake import Lake
    from windchime.data.lineage import Place
    from windchime.data.lineage import trace as follow
    from windchime.decision import log
    from windchime.indicators.uses import uses

    shell: Shell = context.obj
    shell.json = json
    lake, place = Lake(shell.bank.lake_dir), Place(file, row, sheet, source)
    with shell.bank.session() as session:
        day = as_date(as_of) or lake.pack(session).as_of
        with lake.reading(session, as_of=day, lake_version=lake_version, tables=[name]) as reading:
            found, used = follow(reading, session, name, place), reading.lake_version
            figures = uses(reading, file, row, sheet=sheet, source=source) if name == "invoices" else []
        decisions = log.resting_on(session, name, found)
    shell.envelope(
        {
            "table": name,
            "rows": [
                {
                    "lake_version": r.lake_version,
                    "load_id": r.load_id,
                    "source": r.source,
                    "known_at": r.known_at,
                    "supersedes": r.supersedes,
                    "shown": r.shown,
                    "values": {k: str(v) for k, v in r.values.items() if v is not None},
                }
                for r in found
            ],
            "indicators": [i.code for i in figures],
            "decisions": [{"id": d.id, "verdict": d.verdict, "lake_version": d.lake_version} for d in decisions],
        },
        lake_version=used,
        as_of=day,
    )
    if not found:
        said = _(
            "the lake holds no row {row} of {file} in {table}; a row that failed its contract waits in quarantine:"
            " windchime quarantine list"
        )
        shell.say(said, row=row, file=file, table=name)
        return
    for r in found:
        said = _("lake version {version}, load {load_id}, known at {known_at}: counts as of {as_of}: {shown}")
        shown = _yes(shell, r.shown)
        known = f"{r.known_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        shell.say(said, version=r.lake_version, load_id=r.load_id, known_at=known, as_of=day, shown=shown)
        shell.table([_("column"), _("value")], [[k, str(v)] for k, v in r.values.items() if v is not None])
    shell.say(_("figures measured from it: {figures}"), figures=", ".join(i.code for i in figures) or "-")
    shell.say(_("decisions that rest on it: {decisions}"), decisions=", ".join(d.id for d in decisions) or "-")


def _yes(shell: Shell, value: bool) -> str:
    return translate(_("yes") if value else _("no"), shell.lang)
