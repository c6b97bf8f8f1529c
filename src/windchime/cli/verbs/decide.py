"""`windchime decide`: run a product's policy over one firm or all of them, or spend a budget over the approved ones."""

from decimal import Decimal
from typing import Annotated, Any

import typer

from windchime.cli.app import app
from windchime.cli.options import ActorName, AsOf, Json, LakeVersionOption, Reason
from windchime.cli.shell import Shell, as_date
from windchime.cli.words import say
from windchime.core.errors import BadCall
from windchime.core.money import yuan
from windchime.core.text import _


class BudgetWithoutPortfolio(BadCall):
    """A budget or segment where nothing is allocated: without it every firm would be decided, which was not meant."""

    msgid = _("--budget and --segment belong to --portfolio; add it, or leave them out")

    def __init__(self) -> None:
        super().__init__()


#: decisions shown to people; programs get all of them
SHOWN = 40


class FirmOrAll(BadCall):
    """Neither a firm nor all firms, or both."""

    msgid = _("name one firm, or say --all, or --portfolio with --budget")

    def __init__(self) -> None:
        super().__init__()


@app.command(
    help=say(_("run a product's policy over a firm or over all; --portfolio spends a budget over the approved"))
)
def decide(
    context: typer.Context,
    firm: Annotated[str | None, typer.Argument(help=say(_("id of the firm")))] = None,
    every: Annotated[bool, typer.Option("--all", help=say(_("every firm of the lake")))] = False,
    product: Annotated[str, typer.Option(help=say(_("which product")))] = "invoice_loan",
    portfolio: Annotated[
        bool, typer.Option("--portfolio", help=say(_("spend a fixed total of offered credit")))
    ] = False,
    budget: Annotated[str | None, typer.Option(help=say(_("the total, in yuan")))] = None,
    segment: Annotated[str, typer.Option(help=say(_("unrated: firms without a bank rating; all")))] = "all",
    as_of: AsOf = None,
    lake_version: LakeVersionOption = None,
    reason: Reason = "",
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Decide, write to the log, and show."""
    shell: Shell = context.obj
    shell.json = json
    if sum((firm is not None, every, portfolio)) != 1 or (portfolio and budget is None):
        raise FirmOrAll
    if not portfolio and (budget is not None or segment != "all"):
        raise BudgetWithoutPortfolio
    shell.ready(actor)
    if portfolio:
        from windchime.cli.allocations import show as show_allocation
        from windchime.portfolio.allocate import allocate_in

        wanted: dict[str, Any] = {
            "product": product,
            "as_of": as_date(as_of),
            "lake_version": lake_version,
            "reason": reason,
        }
        with shell.progress() as told:
            spent = allocate_in(
                shell.bank, shell.actor(actor), yuan(budget or "0"), segment=segment, progress=told, **wanted
            )
        show_allocation(shell, spent)
        return
    from windchime.decision import desk

    options: dict[str, Any] = {
        "product": product,
        "as_of": as_date(as_of),
        "lake_version": lake_version,
        "reason": reason,
    }
    if firm:
        done = desk.decide(shell.bank, shell.actor(actor), firm, **options)
    else:
        with shell.progress() as told:
            done = desk.decide_all(shell.bank, shell.actor(actor), **options, vectorised=True, progress=told)
    show(shell, done, one=firm is not None)


def show(shell: Shell, done: Any, *, one: bool) -> None:
    """The decisions in both manners."""
    from windchime.cli.decisions import as_json, cited_policy, sentences

    if not done.documents and done.undecidable:
        raise done.undecidable[0]
    first = done.documents[0]
    policy = cited_policy(shell, first)
    if shell.json:
        listed = [as_json(i, d, policy) for i, d in zip(done.ids, done.documents, strict=True)]
        failed = [
            {"firm": u.params["firm"], "message": {"zh": u.message("zh"), "en": u.message("en")}}
            for u in done.undecidable
        ]
        payload = {"decisions": listed, "run": done.run_id, "undecidable": failed}
        shell.envelope(payload, lake_version=first.lake_version, as_of=first.as_of)
        return
    rows = [
        [
            d.firm_id,
            _verdict(shell, d.verdict),
            _amount(d.limit),
            "—" if d.rate is None else f"{d.rate:.2%}",
            d.band or "—",
            ", ".join(r.code for r in d.reasons),
        ]
        for d in done.documents
    ]
    headings = [_("firm"), _("verdict"), _("limit (yuan)"), _("rate"), _("band"), _("reasons")]
    shell.table(headings, rows[:SHOWN], right=[2, 3])
    if len(rows) > SHOWN:
        shell.say(
            _("… and {count} more firms: --json prints all, the console and the portfolio report show them"),
            count=f"{len(rows) - SHOWN:,}",
        )
    if one:
        for sentence in sentences(policy, first, shell.lang):
            shell.say("· {sentence}", sentence=sentence)
        shell.say(
            _("decision {id}, as of {as_of}, lake version {version}"),
            id=done.ids[0],
            as_of=first.as_of,
            version=first.lake_version,
        )
        return
    verdicts = {v: sum(d.verdict == v for d in done.documents) for v in ("approve", "refer", "decline")}
    shell.say(
        _("{approve} approved, {refer} referred, {decline} declined; {offered} yuan offered"),
        **verdicts,
        offered=f"{sum((d.limit or Decimal(0) for d in done.documents if d.verdict == 'approve'), Decimal(0)):,}",
    )
    for failed in done.undecidable:
        shell.say("{sentence}", sentence=failed.message(shell.lang))


def _verdict(shell: Shell, verdict: str) -> str:
    from windchime.core.text import translate

    return translate({"approve": _("approved"), "refer": _("referred"), "decline": _("declined")}[verdict], shell.lang)


def _amount(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:,.2f}"
