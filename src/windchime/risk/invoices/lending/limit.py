"""A limit suggested by invoices alone, each step shown; whether it is lent is the product's policy to say."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from windchime.core.money import CENT
from windchime.core.text import _
from windchime.risk.invoices.lending.receivables import Receivables
from windchime.risk.invoices.lending.sales import SalesTruth, recent
from windchime.risk.invoices.lending.settings import Settings

#: what each step is, in the order of the calculation
STEPS = {
    "sales_sure": _("sales of the window beyond doubt"),
    "recent_as_year": _("the last months made into a year"),
    "base": _("the smaller of the two"),
    "sales_share": _("share of it that may be lent"),
    "by_sales": _("limit by sales"),
    "by_receivables": _("limit by receivables"),
    "by_basis": _("what the scheme counts with"),
    "verdict_share": _("part left by the verdict on the list"),
    "after_verdict": _("after the verdict"),
    "existing": _("owed already"),
    "maximum": _("most that is lent"),
    "step": _("limits are multiples of"),
    "minimum": _("least that is lent"),
    "limit": _("suggested limit"),
}
#: steps that are fractions and not yuan
FRACTIONS = frozenset({"sales_share", "verdict_share"})


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the calculation."""

    code: str
    #: yuan, or a fraction where `FRACTIONS` says so
    value: Decimal

    @property
    def msgid(self) -> str:
        """What it is."""
        return STEPS[self.code]


@dataclass(frozen=True, slots=True)
class SuggestedLimit:
    """A limit with every figure that led to it."""

    #: yuan, on the step; zero where it does not reach the least amount
    amount: Decimal
    steps: tuple[Step, ...]


def suggest(
    truth: SalesTruth, owed: Receivables, verdict: str, existing: Decimal, settings: Settings
) -> SuggestedLimit:
    """What invoices support.

    Args:
        truth: of the firm's sales.
        owed: to the firm.
        verdict: on its list: pass, question or reject.
        existing: what it owes already, in yuan.
        settings: shares and bounds.
    """
    sure = max(truth.low, Decimal("0.00"))
    year_of_recent = max(_down(recent(truth, settings.recent) * settings.year / settings.recent), Decimal("0.00"))
    base = min(sure, year_of_recent)
    by_sales = _down(base * settings.sales_share)
    by_basis = {"sales": by_sales, "receivables": owed.financeable, "smaller": min(by_sales, owed.financeable)}[
        settings.basis
    ]
    part = {"pass": Decimal(1), "question": settings.question, "reject": Decimal(0)}[verdict]
    after = _down(by_basis * part)
    open_to = min(max(after - existing, Decimal(0)), settings.maximum)
    on_step = (open_to / settings.step).to_integral_value(ROUND_DOWN) * settings.step
    amount = (on_step if on_step >= settings.minimum else Decimal(0)).quantize(CENT)
    values = {
        "sales_sure": sure,
        "recent_as_year": year_of_recent,
        "base": base,
        "sales_share": settings.sales_share,
        "by_sales": by_sales,
        "by_receivables": owed.financeable,
        "by_basis": by_basis,
        "verdict_share": part,
        "after_verdict": after,
        "existing": existing,
        "maximum": settings.maximum,
        "step": settings.step,
        "minimum": settings.minimum,
        "limit": amount,
    }
    return SuggestedLimit(amount, tuple(Step(code, value) for code, value in values.items()))


def _down(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_DOWN)
