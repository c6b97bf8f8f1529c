"""`windchime proposal override|overrides`: another decision in the place of the policy's, and how often that happens."""

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from windchime.cli.nouns.proposal.app import app, done
from windchime.cli.options import ActorName, Json, Reason
from windchime.cli.shell import Shell
from windchime.cli.words import say
from windchime.core.text import _


@app.command(help=say(_("propose to put something else in the place of a decision")))
def override(
    context: typer.Context,
    decision: Annotated[str, typer.Argument(help=say(_("id of the decision, or the beginning of it")))],
    verdict: Annotated[str, typer.Option(help=say(_("approve, refer or decline")))],
    because: Annotated[
        list[str], typer.Option(help=say(_("code of a reason (scheme overrides); several are possible")))
    ],
    limit: Annotated[str | None, typer.Option(help=say(_("yuan; none for a declined firm")))] = None,
    rate: Annotated[str | None, typer.Option(help=say(_("annual, a fraction: 0.08")))] = None,
    term: Annotated[int | None, typer.Option(help=say(_("months")))] = None,
    reason: Reason = "",
    actor: ActorName = None,
    json: Json = False,
) -> None:
    """Propose an override."""
    from windchime.decision import log
    from windchime.decision.override_proposals import OVERRIDE, subject
    from windchime.decision.overriding import Terms
    from windchime.portfolio import four_eyes

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        row = log.get(session, decision)
    terms = Terms(verdict, _number(limit), _number(rate), term, tuple(because)).as_dict()
    by = shell.actor(actor)
    one = four_eyes.propose(shell.bank, by, OVERRIDE.name, subject(row.id), terms, reason=reason)
    done(shell, one, "open", _("proposal {proposal} waits to be checked by somebody else"))


@app.command(help=say(_("how often people override the policy, which way, and why")))
def overrides(
    context: typer.Context,
    product: Annotated[str, typer.Option(help=say(_("only decisions of this product")))] = "",
    json: Json = False,
) -> None:
    """Show the override rate of the book."""
    from dataclasses import asdict

    from windchime.decision.log import Filter
    from windchime.decision.override_rate import override_rate
    from windchime.present.formats import percent

    shell: Shell = context.obj
    shell.json = json
    with shell.bank.session() as session:
        found = override_rate(session, Filter(product=product, latest=True))
    shell.envelope({"overrides": asdict(found) | {"interval": found.interval and list(found.interval)}})
    if found.rate is None or found.interval is None:
        shell.say(_("nothing was decided yet"))
        return
    shell.say(
        _("{overridden} of {decisions} decisions are overridden: {rate} [{low}, {high}] (95 %, Wilson)"),
        overridden=found.overridden,
        decisions=found.decisions,
        rate=percent(found.rate),
        low=percent(found.interval[0]),
        high=percent(found.interval[1]),
    )
    moved = _("better for the firm: {better}; worse: {worse}; same verdict, other terms: {terms}")
    shell.say(moved, better=found.better, worse=found.worse, terms=found.terms_only)
    shell.table([_("reason"), _("overrides")], [[code, str(n)] for code, n in found.reasons.items()], right=[1])


def _number(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        raise typer.BadParameter(text or "") from None
