"""`windchime decide --portfolio`: an allocation in the two manners of the command line."""

from typing import TYPE_CHECKING, Any

from windchime.cli.shell import Shell
from windchime.core.text import _, translate
from windchime.risk.findings import Finding

if TYPE_CHECKING:
    from windchime.portfolio.allocate import Allocated

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
    proof, price = found.certificate, found.shadow_prices
    shell.say(
        _("proven: nothing earns more than {bound} yuan; gap {gap}"), bound=f"{proof.bound:,.2f}", gap=f"{proof.gap:f}"
    )
    for name, value in price.as_dict().items():
        shell.say("{name}: {value}", name=name, value=value)
    for r in found.realised:
        shell.say("{name}: {value}", name="realised", value={k: str(v) for k, v in r.as_dict().items()})
    shell.say(_("{unspent} yuan of the budget are not offered"), unspent=f"{found.unspent:,}")
    for finding in (*found.unspent_because, *done.findings, *found.remarks):
        shell.say("· {sentence}", sentence=finding.sentence(shell.lang))


def _said(finding: Finding) -> dict[str, Any]:
    return finding.as_dict() | {"sentence": {"zh": finding.sentence("zh"), "en": finding.sentence("en")}}
