"""`windchime decide --portfolio`: an allocation in the two manners of the command line."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from windchime.cli.shell import Shell
from windchime.core.text import _, translate
from windchime.risk.findings import Finding

if TYPE_CHECKING:
    from windchime.portfolio.allocate import Allocated
    from windchime.portfolio.allocation.realised import Realised
    from windchime.portfolio.allocation.shadow import ShadowPrices

PLANS = {"optimum": _("optimum"), "rank_by_score": _("rank by score"), "equal_shares": _("equal shares")}


#: a year: the churn curve and the profit of an offer are by the year
TERM_MONTHS = 12


def show(shell: Shell, done: "Allocated") -> None:
    """The offers, what they earn, how good that is, and what is left."""
    found = done.allocation
    if shell.json:
        decisions = [
            {
                "firm": o.firm_id,
                "verdict": "approve",
                "limit": f"{o.amount}.00",
                "rate": o.rate,
                "term_months": TERM_MONTHS,
                "band": o.band,
                "probability": o.probability,
                "reasons": [{"code": f"held_by_{h}"} for h in found.held_by[o.firm_id]],
            }
            for o in found.optimum.offers
        ]
        said = [_said(f) for f in (*done.findings, *found.unspent_because, *found.remarks)]
        payload = {"decisions": decisions, "id": done.id, "segment": done.segment, "verdicts": done.pool.verdicts}
        shell.envelope(
            {**payload, "allocation": found.as_dict(), "findings": said},
            lake_version=done.lake_version,
            as_of=done.as_of,
        )
        return
    shell.table(
        [_("firm"), _("band"), _("default probability"), _("offered (yuan)"), _("rate"), _("expected profit (yuan)")],
        [
            [o.firm_id, o.band, f"{o.probability:.2%}", f"{o.amount:,}", f"{o.rate:.2%}", f"{o.profit:,.2f}"]
            for o in found.optimum.offers
        ],
        right=[2, 3, 4, 5],
    )
    shell.table(
        [_("plan"), _("firms"), _("offered (yuan)"), _("expected drawn (yuan)"), _("expected profit (yuan)")],
        [
            [
                translate(PLANS[p.name], shell.lang),
                str(len(p.offers)),
                f"{p.offered:,}",
                f"{p.drawn:,.2f}",
                f"{p.profit:,.2f}",
            ]
            for p in (found.optimum, *found.peers)
        ],
        right=[1, 2, 3, 4],
    )
    proof = found.certificate
    shell.say(
        _("proven: nothing earns more than {bound} yuan; gap {gap}"),
        bound=f"{proof.bound:,.2f}",
        gap=f"{proof.gap:.4%}",
    )
    _prices(shell, found.shadow_prices)
    _outcomes(shell, found.realised)
    shell.say(_("{unspent} yuan of the budget are not offered"), unspent=f"{found.unspent:,}")
    for finding in (*found.unspent_because, *done.findings, *found.remarks):
        shell.say("· {sentence}", sentence=finding.sentence(shell.lang))


def _prices(shell: Shell, price: "ShadowPrices") -> None:
    """What one more yuan of the budget would earn, measured in two ways, and which caps hold."""
    shell.say(
        _("one more yuan of budget would earn {dual} yuan a year (shadow price, LP dual)"), dual=f"{price.lp_dual:.6f}"
    )
    back = price.finite_difference_backward
    shell.say(
        _(
            "  with {step} yuan more or less (finite difference): {forward} for each yuan more, {backward} for each less"
        ),
        step=f"{price.step:,}",
        forward=f"{price.finite_difference_forward:.6f}",
        backward="—" if back is None else f"{back:.6f}",
    )
    for name, value in price.caps.items():
        shell.say(
            _("  the cap {cap} holds: one more yuan under it would earn {dual} (LP dual)"),
            cap=name,
            dual=f"{value:.6f}",
        )


def _outcomes(shell: Shell, realised: "Sequence[Realised]") -> None:
    """What the plan would have earned on the firms whose outcome is known."""
    for first in realised[:1]:
        shell.say(
            _(
                "on {n} firms with a known outcome: {offered} yuan offered to {given}, {defaults} default;"
                " expected {expected} yuan, realised {profit} [{low}, {high}]"
            ),
            n=first.labelled,
            given=first.offered_firms,
            defaults=first.defaults,
            offered=f"{first.offered:,.2f}",
            expected=f"{first.expected:,.2f}",
            **_interval(first.profit, first.low, first.high),
        )
    for r in realised:
        shell.say(
            _("  against {plan}: {profit} yuan [{low}, {high}] ({level} interval over {draws} resamples)"),
            plan=translate(PLANS[r.against], shell.lang),
            level=f"{r.level:.0%}",
            draws=f"{r.draws:,}",
            **_interval(r.difference, r.difference_low, r.difference_high),
        )


def _interval(profit: Decimal, low: Decimal, high: Decimal) -> dict[str, str]:
    return {"profit": f"{profit:,.2f}", "low": f"{low:,.2f}", "high": f"{high:,.2f}"}


def _said(finding: Finding) -> dict[str, Any]:
    return finding.as_dict() | {"sentence": {"zh": finding.sentence("zh"), "en": finding.sentence("en")}}
