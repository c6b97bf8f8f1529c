"""What reports are made of: plain values that were gathered, so that composing a report reads nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from windchime.content.scheme import Parameter
from windchime.core.text import Text
from windchime.documents.replaced import Replaced
from windchime.indicators.definition import Indicator
from windchime.present.charts import MonthFlow, Part
from windchime.risk.findings import Finding, Score
from windchime.risk.invoices.published import PublishedVerdict

Figure = float | int | Decimal | None


@dataclass(frozen=True, slots=True)
class Made:
    """When, by whom and from what a report was made."""

    #: timezone-aware
    generated_at: datetime
    #: account that asked for it
    by: str
    #: release of the software
    release: str
    bank: str
    #: end of this day is the last moment of knowledge
    as_of: date
    lake_version: int
    #: whether any of the data come from the simulated region
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of the register, with the row it stands in."""

    label: Text
    value: str | Text
    source_file: str
    row_no: int


@dataclass(frozen=True, slots=True)
class Partners:
    """Whom a firm sells to, or buys from, in a window."""

    #: the largest, in any order; at least as many as a chart shows
    largest: tuple[Part, ...]
    #: yuan over all
    whole: Decimal
    #: how many there are
    partners: int
    #: invoice rows behind it
    rows: int
    #: whole months
    window_months: int


@dataclass(frozen=True, slots=True)
class Measured:
    """An indicator with its value for the firm."""

    indicator: Indicator
    value: Figure
    #: rows behind the value; None where nobody counted
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class WhyThis:
    """One reason of a verdict."""

    code: str
    #: `table:rule` of the policy
    rule: str
    sentence: Text


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as the log holds it."""

    decision_id: str
    made_at: datetime
    #: SHA-256 of the decision document
    sha256: str
    product: Text
    verdict: str
    #: yuan; None when declined
    limit: Decimal | None
    #: a fraction a year; None when declined
    rate: Decimal | None
    term_months: int
    reasons: tuple[WhyThis, ...]
    #: how the limit was counted: figures by the names the decision document gives them
    limit_steps: Mapping[str, Any]
    price_steps: Mapping[str, Any]
    #: name and version of everything cited: product, policy, schemes, models, indicators, lock
    versions: tuple[tuple[str, str], ...]
    #: the parameters of schemes that were used, with their standing
    parameters: tuple[Parameter, ...] = ()
    #: standing of product and policy: official or illustrative
    standing: str = "illustrative"
    #: overrides, oldest first; the last one stands
    replaced: tuple[Replaced, ...] = ()

    @property
    def illustrative(self) -> bool:
        """Whether anything it rests on is to be replaced by the bank."""
        return self.standing == "illustrative" or any(p.status == "illustrative" for p in self.parameters)


@dataclass(frozen=True, slots=True)
class FirmReport:
    """All a firm's report shows."""

    made: Made
    firm_id: str
    name: str
    facts: tuple[Fact, ...]
    #: net sales and purchases by month, oldest first; months without invoices are there with zeros
    flows: tuple[MonthFlow, ...]
    #: invoice rows behind `flows`, and their window in whole months; None for the whole history
    flow_rows: int
    flow_window_months: int | None
    buyers: Partners | None
    sellers: Partners | None
    #: version of the indicators' definitions
    indicators_version: str
    indicators: tuple[Measured, ...]
    findings: tuple[Finding, ...] = ()
    #: what verification says of its invoices; None where it was never done
    verification: PublishedVerdict | None = None
    #: the deciding model's first
    scores: tuple[Score, ...] = ()
    #: None where the firm was not decided yet
    decision: Decided | None = None


@dataclass(frozen=True, slots=True)
class TableQuality:
    """What became of one table's rows."""

    name: str
    label: Text
    source: int
    lake: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class Note:
    """Something the quality check found, with how often."""

    code: str
    sentence: Text
    severity: str
    count: int


@dataclass(frozen=True, slots=True)
class OfferRow:
    """One firm's line in the portfolio."""

    firm_id: str
    name: str
    verdict: str
    band: str
    #: of default
    probability: Decimal
    limit: Decimal | None
    rate: Decimal | None
    decision_id: str


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way to spend the budget, for comparison."""

    label: Text
    firms: int
    spent: Decimal
    #: yuan a year
    expected_profit: Decimal
    #: on the outcomes that are known; None where none are
    realised_profit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Allocated:
    """How a fixed budget was spread over the approved firms."""

    budget: Decimal
    spent: Decimal
    firms: int
    expected_profit: Decimal
    #: relative distance to the proven bound; 0 is proven optimal
    gap: Decimal
    #: yuan of profit for one more yuan of budget: by the relaxation's dual, and by solving again with more and with less
    dual: Decimal | None
    forward: Decimal | None
    backward: Decimal | None
    #: why not all was spent; empty when all was
    unspent: tuple[Text, ...]
    #: the optimum and what it is compared with
    strategies: tuple[Strategy, ...]
    #: amount by band
    by_band: tuple[Part, ...]
    #: who solved it and with what: names and values
    solver: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PortfolioReport:
    """All the portfolio's report shows."""

    made: Made
    product: Text
    #: run of the decision log the figures are taken from; empty where nothing was decided
    run_id: str
    #: digest the audit chain holds over the run
    digest: str
    offers: tuple[OfferRow, ...]
    #: how many decisions each reason stands in, most frequent first: code, sentence without values, verdict, count
    reasons: tuple[tuple[str, Text, str, int], ...]
    tables: tuple[TableQuality, ...]
    notes: tuple[Note, ...] = ()
    allocation: Allocated | None = None
    #: name and version of everything the decisions cite
    versions: tuple[tuple[str, str], ...] = ()
    standing: str = "illustrative"
    #: sentences on how well the model discriminates: figure by name, with the model card's version
    model_card: tuple[tuple[Text, str], ...] = ()
    model_version: str = ""
