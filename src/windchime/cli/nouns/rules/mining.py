"""`windchime rules mine`: from a table to a short list of rules, in every form."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from windchime.cli.nouns.rules.app import Table, app, provenance
from windchime.cli.options import ActorName, Json
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.text import _
from windchime.present import formats

if TYPE_CHECKING:
    from windchime.risk.rules.ruleset import RuleSet
    from windchime.risk.validation import Interval


@app.command(
    help=say(_("mine a short list of rules from a table, with figures and intervals, and write it in every form"))
)
def mine(
    context: typer.Context,
    file: Table,
    target: Annotated[str, typer.Option(help=say(_("column of outcomes: 1 = bad, 0 = good")))],
    out: Annotated[Path, typer.Option(file_okay=False, help=say(_("folder to write into")))],
    time: Annotated[str | None, typer.Option(help=say(_("column of vintages: numbers or dates")))] = None,
    weight: Annotated[str | None, typer.Option(help=say(_("column of weights")))] = None,
    amount: Annotated[str | None, typer.Option(help=say(_("column of amounts: the budget is one of amounts")))] = None,
    budget: Annotated[float | None, typer.Option(min=0, max=1, help=say(_("share of applications to hit")))] = None,
    max_rules: Annotated[int | None, typer.Option(min=1, help=say(_("most rules of the list")))] = None,
    special: Annotated[
        list[float] | None, typer.Option(help=say(_("code that is no quantity, such as -9999; may be given again")))
    ] = None,
    drop: Annotated[list[str] | None, typer.Option(help=say(_("column no rule may use; may be given again")))] = None,
    category: Annotated[
        list[str] | None, typer.Option(help=say(_("column of numbers that are names; may be given again")))
    ] = None,
    about: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help=say(_("YAML of the columns: labels, units, special codes by name"))
        ),
    ] = None,
    unproven: Annotated[
        bool,
        typer.Option("--unproven", help=say(_("list the best found, marked as not proven, where the sample is small"))),
    ] = False,
    seed: Annotated[int, typer.Option(help=say(_("of everything drawn")))] = 0,
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Mine and write."""
    import polars as pl

    from windchime.risk.rules.about import read_about, with_names
    from windchime.risk.rules.exports import package
    from windchime.risk.rules.forest import RuleForest
    from windchime.risk.rules.outcomes import outcomes
    from windchime.risk.rules.tables import column, read_table, times

    shell: Shell = context.obj
    shell.json = json
    rows = read_table(file)
    named = {n: column(rows, n) for n in (target, time, weight, amount) if n}
    bad = outcomes(named[target], file.name, missing=False)
    for name in drop or ():
        column(rows, name)
    known = read_about(about) if about else {}
    asked = rows.drop(list({*named, *(drop or ())}))
    codes = {
        n: [*(special or ()), *(known[n].specials if n in known else ())]
        for n, k in asked.schema.items()
        if k.is_numeric()
    }
    forest = RuleForest(
        budget, max_rules, by="amount" if amount else "count", specials=codes, categories=category or (),
        prove=not unproven, seed=seed,
    )  # fmt: skip
    with shell.progress() as told:
        forest.fit(
            asked,
            bad.cast(pl.Int8),
            time=times(named[time]) if time else None,
            weight=named[weight] if weight else None,
            amount=named[amount] if amount else None,
            progress=told,
        )
    rules = with_names(forest.rule_set, known)
    done = package(rules, provenance(shell, actor), shell.lang)
    out.mkdir(parents=True, exist_ok=True)
    for name, content in done.files.items():
        (out / name).write_bytes(content)
    refused = {form: error.message(shell.lang) for form, error in done.refused.items()}
    shell.envelope(_shown(rules) | {"out": str(out), "files": sorted(done.files), "refused": refused})
    _say(shell, rules)
    shell.say(_("{count} files are in {out}"), count=len(done.files), out=out)
    for form, why in refused.items():
        shell.say(_("not written: {form} ({why})"), form=form, why=why)


def _shown(rules: "RuleSet") -> dict[str, Any]:
    from windchime.core.text import LANGS
    from windchime.risk.rules.sentences import sentence

    said = [{lang: sentence(m.rule, lang, rules.features) for lang in LANGS} for m in rules.rules]
    return {"version": rules.version, "rules": rules.as_dict(), "sentences": said}


def _say(shell: Shell, rules: "RuleSet") -> None:
    from windchime.risk.rules.sentences import sentence

    rows = []
    for number, mined in enumerate(rules.rules, 1):
        own, so_far = mined.own, mined.cumulative
        rate, lift = _span(own.bad_rate), f"{own.lift.value:.2f}"
        words = sentence(mined.rule, shell.lang, rules.features) + ("" if mined.proven else " (*)")
        rows.append(
            [
                str(number),
                words,
                f"{own.hits:,}",
                rate,
                lift,
                formats.percent(so_far.hit_rate.value),
                formats.percent(so_far.recall),
            ]
        )
    headings = ["", _("rule"), _("hits"), _("bad rate [interval]"), _("lift"), _("hit rate so far"), _("recall so far")]
    shell.table(headings, rows, right=[0, 2, 3, 4, 5, 6])
    if not rules.rules:
        shell.say(_("no rule passed the tests: an empty list is the honest answer; --unproven shows the best found"))
    elif not all(m.proven for m in rules.rules):
        shell.say(_("(*) not proven on rows that the search did not see"))


def _span(interval: "Interval") -> str:
    return f"{formats.percent(interval.value)} [{formats.percent(interval.low)}, {formats.percent(interval.high)}]"
