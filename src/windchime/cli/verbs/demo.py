"""`windchime demo`: the main job on a simulated region, from invoices to decided loans and reports, then the console."""

import time
from pathlib import Path
from typing import Annotated

import typer

from windchime.cli.app import app
from windchime.cli.options import Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.money import yuan
from windchime.core.text import _
from windchime.core.unit import Actor


@app.command(
    help=say(_("the main job on a simulated region: invoices in, decided loans and reports out, then the console"))
)
def demo(
    context: typer.Context,
    firms: Annotated[
        int,
        typer.Option(
            min=300, help=say(_("how many firms, 300 at least: of fewer too few loans go bad to judge a model by"))
        ),
    ] = 1000,
    seed: Annotated[int, typer.Option(help=say(_("equal seeds give equal bytes")))] = 1,
    budget: Annotated[
        str, typer.Option(help=say(_("offered credit to spend over the approved firms, in yuan")))
    ] = "100000000",
    serving: Annotated[bool, typer.Option("--serve/--no-serve", help=say(_("serve the console when done")))] = True,
    port: Annotated[int, typer.Option(min=0, max=65535, help=say(_("port of the console")))] = 8000,
    json: Json = False,
) -> None:
    """Generate, load, train, decide, allocate, report, serve."""
    from windchime.cli.verbs.serve import run_console
    from windchime.portfolio.cycle import People, run
    from windchime.twin.generate import generate

    shell: Shell = context.obj
    shell.json = json
    began = time.perf_counter()
    folder: Path = shell.settings.home / "demo" / f"twin-{firms}-{seed}"
    people = People(maker=Actor("demo-maker"), checker=Actor("demo-checker"))
    with shell.progress() as told:
        if not (folder / "pack.yaml").exists():
            generate(folder, firms=firms, seed=seed, progress=told)
        done = run(shell.bank, people, folder, budget=yuan(budget), progress=told)
    took = time.perf_counter() - began
    verdicts = {v: sum(d.verdict == v for d in done.decided.documents) for v in ("approve", "refer", "decline")}
    counts = {name: c.lake for name, c in done.loaded.tables.items()}
    reports = [str(path) for path in done.reports]
    shell.envelope(
        {
            "rows": counts,
            "quarantined": done.loaded.quarantined,
            "verdicts": verdicts,
            "reports": reports,
            "seconds": round(took, 1),
        },
        lake_version=done.loaded.lake_version,
        as_of=done.as_of,
    )
    shell.say(
        _("simulated region of {firms} firms, {invoices} invoices loaded"),
        firms=f"{firms:,}",
        invoices=f"{counts.get('invoices', 0):,}",
    )
    if done.trained:
        auc = done.trained.training.metrics["scorecard"].auc
        shell.say(
            _("scorecard on {n} loans with outcome: out-of-fold AUC {auc} [{low}, {high}]"),
            n=done.trained.training.metrics["scorecard"].firms,
            auc=f"{auc.value:.3f}",
            low=f"{auc.low:.3f}",
            high=f"{auc.high:.3f}",
        )
    shell.say(
        _("{approve} firms approved, {refer} referred to a person, {decline} declined, as of {as_of}"),
        **verdicts,
        as_of=done.as_of,
    )
    if done.allocated:
        plan = done.allocated.allocation.optimum
        shell.say(
            _("a budget of {budget} yuan: {offered} offered to {n} firms, expected profit {profit}"),
            budget=f"{done.allocated.allocation.budget:,}",
            offered=f"{plan.offered:,}",
            n=len(plan.offers),
            profit=f"{plan.profit:,.2f}",
        )
    shell.say(_("reports:"))
    for path in reports:
        shell.say("  {path}", path=path)
    shell.say(_("done in {seconds} seconds"), seconds=f"{took:.0f}")
    if serving:
        run_console(shell, "127.0.0.1", port)
