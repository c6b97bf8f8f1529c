"""`windchime graph evaluate`: what was found in a simulated region, held against its truth."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from windchime.cli.nouns.graph.app import app
from windchime.cli.options import AsOf, Json
from windchime.cli.shell import Shell, as_date
from windchime.cli.words import say
from windchime.core.intervals import wilson
from windchime.core.text import _, translate
from windchime.present import formats

if TYPE_CHECKING:
    import pyarrow as pa

    from windchime.graph.contagion.evaluating import Foretold


@app.command(help=say(_("recall and precision of what the graph found, against the truth of a simulated region")))
def evaluate(
    context: typer.Context,
    truth_folder: Annotated[Path, typer.Argument(help=say(_("the folder 'truth' beside generated data")))],
    after: Annotated[
        str | None,
        typer.Option(help=say(_("contagion is foretold from this day on; default: a year before the as-of date"))),
    ] = None,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Print the scores."""
    from windchime.data.lake import Lake
    from windchime.graph.results.evaluating import evaluate as scored
    from windchime.graph.results.evaluating import truth_in

    shell: Shell = context.obj
    shell.json = json
    truth = truth_in(truth_folder)
    lake = Lake(shell.bank.lake_dir)
    with shell.bank.session() as session:
        day = as_date(as_of) or lake.pack(session).as_of
        with lake.reading(session, as_of=day) as reading:
            found, version = scored(reading, truth), reading.lake_version
    start = as_date(after) or day.replace(year=day.year - 1, day=min(day.day, 28))
    said = _foretold(shell, truth, start)
    found["contagion"] = list(said.scores)
    mean, low, high = said.area()
    shell.envelope(
        {
            "scores": {area: [s.as_dict() for s in scores] for area, scores in found.items()},
            "contagion": {"after": start, "failures": len(said.areas), "area": mean, "area_interval": [low, high]},
        },
        lake_version=version,
        as_of=day,
    )

    def figure(share: float | None, hits: int, of: int) -> str:
        low, high = wilson(hits, of)
        return formats.MISSING if share is None else f"{share:.3f} ({low:.3f}–{high:.3f})"

    shell.table(
        [_("area"), _("what"), _("planted"), _("recall"), _("found"), _("precision")],
        [
            [
                area,
                translate(s.name, shell.lang),
                f"{s.planted:,}",
                figure(s.recall, s.hit, s.planted),
                f"{s.found:,}",
                figure(s.precision, s.right, s.found),
            ]
            for area, scores in found.items()
            for s in scores
        ],
        right=[2, 3, 4, 5],
    )
    if said.areas:
        shell.say(
            _("losers after {count} failures from {after} on: area under the curve {mean} ({low}–{high})"),
            count=len(said.areas),
            after=start.isoformat(),
            mean=f"{mean:.3f}",
            low=f"{low:.3f}",
            high=f"{high:.3f}",
        )


def _foretold(shell: Shell, truth: "dict[str, pa.Table]", after: date) -> "Foretold":
    """What the cascade foretells from what was known on a day."""
    from windchime.cli.nouns.graph.asking import opened
    from windchime.graph.contagion.evaluating import foretold
    from windchime.graph.contagion.gathering import gather
    from windchime.graph.contagion.settings import Settings

    with opened(shell, after.isoformat(), "contagion") as asked:
        settings = Settings.of(asked.scheme, after)
        return foretold(gather(asked.reading, settings).network, settings, truth, after)
