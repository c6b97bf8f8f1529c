"""`windchime twin …`: make a simulated region, and hold it against its calibration sheet."""

from pathlib import Path
from typing import Annotated

import typer

from windchime.cli.options import Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.text import _

app = typer.Typer(no_args_is_help=True)


@app.command(help=say(_("write a data pack of simulated firms, with the planted truth beside it")))
def generate(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help=say(_("folder to write to")))] = Path("twin"),
    firms: Annotated[int, typer.Option(help=say(_("how many firms")))] = 1000,
    seed: Annotated[int, typer.Option(help=say(_("equal seeds give equal bytes")))] = 1,
    profile: Annotated[
        str, typer.Option(help=say(_("credit: firms with a credit record; population: all registered firms")))
    ] = "credit",
    json: Json = False,
) -> None:
    """Generate."""
    from windchime.twin.generate import generate as make

    shell: Shell = context.obj
    shell.json = json
    with shell.progress() as told:
        made = make(out, firms=firms, seed=seed, profile=profile, progress=told)
    shell.envelope(
        {
            "folder": str(made.folder),
            "firms": made.firms,
            "seed": made.seed,
            "profile": profile,
            "rows": dict(made.rows),
            "files": dict(made.files),
        }
    )
    shell.table(
        [_("table"), _("number of rows")], [[name, f"{count:,}"] for name, count in made.rows.items()], right=[1]
    )
    shell.say(_("written to {folder}; load it: windchime load {folder}"), folder=made.folder)


@app.command(help=say(_("hold a generated region against its calibration sheet")))
def check(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help=say(_("folder of the data pack")))],
    json: Json = False,
) -> None:
    """Print each marginal with its target; exit code 0, as a miss is a finding about the simulation."""
    from windchime.twin.marginals import marginals

    shell: Shell = context.obj
    shell.json = json
    found = marginals(folder)
    rows = [
        {
            "name": m.name,
            "label": m.label.as_dict(),
            "target": m.target,
            "low": m.low,
            "high": m.high,
            "measured": m.measured,
            "n": m.n,
            "holds": m.holds,
        }
        for m in found
    ]
    shell.envelope({"marginals": rows})
    shell.table(
        [_("quantity"), _("simulated"), _("target"), _("accepted"), _("sample"), _("holds")],
        [
            [
                m.label[shell.lang],
                "—" if m.measured is None else f"{m.measured:.3f}",
                f"{m.target:g}",
                f"{m.low:g} – {m.high:g}",
                f"{m.n:,}",
                "✓" if m.holds else "✗",
            ]
            for m in found
        ],
        right=[1, 2, 4],
    )
