"""What the checks of invoices take from the schemes: nothing of it stands in code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from windchime.content.in_force import shipped
from windchime.content.scheme import Scheme
from windchime.indicators.parameters import SCHEME as INDICATORS
from windchime.indicators.parameters import TaxRate

SCHEME = "invoice_verification"
#: fen in a yuan
FEN = 100


@dataclass(frozen=True, slots=True)
class StatedRate:
    """When a rate is taken as stated on the invoice."""

    #: fen, of the amount
    smallest: int
    #: fen between the tax and a whole percent of the amount
    tolerance: float
    #: whole percents are looked at up to this one
    largest_percent: int


@dataclass(frozen=True, slots=True)
class LineTolerance:
    """How far the figures of a line may stand apart, in fen."""

    price: float
    #: fraction of the amount, beside `price`
    relative: float
    tax: float
    #: of the head, for each line
    head: float


@dataclass(frozen=True, slots=True)
class Habit:
    """What is usual: a value of at least `share` (or rare below it) among at least `least` rows."""

    least: int
    share: float


@dataclass(frozen=True, slots=True)
class Price:
    """What prices with tax commonly are."""

    #: fen; most prices are multiples of it
    step: int
    #: greatest chance that any total seems to be one by the rounding of its tax
    chance: float


@dataclass(frozen=True, slots=True)
class Run:
    """Steps between sorted numbers that still are one run."""

    sale: int
    purchase: int
    #: most numbers left out that count as single ones; more are a block
    few: int
    #: rows of a run that stands alone
    lone: int
    #: most rows of a stretch out of order; a longer one is another book
    stretch: int


@dataclass(frozen=True, slots=True)
class Repeats:
    """Days between rows that repeat one another, and rows of the file."""

    days: int
    copied_from: int
    copied_to: int
    rows_apart: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """From where a measure of a firm is a hit; months, ratios and fractions as named."""

    gap_months: float
    surge: float
    round_share: float
    near_cap_share: float
    night_share: float
    holiday_share: float
    cancelled_at_end: float
    missing_share: float
    missing_in_month: float


@dataclass(frozen=True, slots=True)
class Periods:
    """Months, days and hours that measures of a firm look at."""

    recent_months: int
    before_months: int
    end_days: int
    night_from: int
    night_until: int


@dataclass(frozen=True, slots=True)
class Settings:
    """All of it, as it stood on a date."""

    vat_begins: date
    #: kind → first day on which it could be issued
    kinds_begin: Mapping[str, date]
    stated: StatedRate
    lines: LineTolerance
    vague_items: tuple[str, ...]
    #: short class → general rates it has had
    class_rates: Mapping[str, tuple[float, ...]]
    price: Price
    own_habit: Habit
    partner_habit: Habit
    run: Run
    repeats: Repeats
    #: fewest and most parts of a split invoice
    split: tuple[int, int]
    red_lookback_days: int
    smallest_firm: int
    bounds: Bounds
    periods: Periods
    #: (month, day) of every year
    holidays: tuple[tuple[int, int], ...]
    #: first days of the Spring Festivals
    festivals: tuple[date, ...]
    #: legal rates with the days they were in force
    rates: tuple[TaxRate, ...]
    #: fen between the tax and a legal rate of the amount
    tax_tolerance: float
    #: the same as a fraction of the amount, where that is more
    tax_relative: float
    #: issuing caps in fen, without tax, and from which fraction an amount is near one
    caps: tuple[int, ...]
    near_cap: float
    #: fen, with tax
    round_step: int

    @classmethod
    def of(cls, scheme: Scheme, as_of: date, indicators: Scheme | None = None) -> Self:
        """From the schemes `invoice_verification` and `invoice_indicators` (by default the shipped one).

        Raises:
            NotYetInForce: a parameter begins after the date.
        """
        told = indicators or shipped(INDICATORS)[0]

        def value(name: str, source: Scheme = scheme) -> Any:
            return source.at(name, as_of).value

        stated, lines, run, split = (value(n) for n in ("stated_rate", "line_tolerance", "run", "split"))
        rates = {t: tuple(map(float, r)) for t, r in value("tiers").items()}
        return cls(
            vat_begins=value("vat_begins"),
            kinds_begin={k: k_since["since"] for k_since in value("kinds_begin") for k in k_since["kinds"]},
            stated=StatedRate(
                int(stated["smallest"] * FEN), float(stated["tolerance"] * FEN), stated["largest_percent"]
            ),
            lines=LineTolerance(
                float(lines["price"] * FEN),
                float(lines["relative"]),
                float(lines["tax"] * FEN),
                float(lines["head"] * FEN),
            ),
            vague_items=tuple(value("vague_items")),
            class_rates={c: rates[entry["tier"]] for entry in value("class_tiers") for c in entry["classes"]},
            price=Price(int(value("price_step")["step"] * FEN), float(value("price_step")["chance"])),
            own_habit=_habit(value("own_habit")),
            partner_habit=_habit(value("partner_habit")),
            run=Run(**run),
            repeats=Repeats(**value("repeats")),
            split=(split["least"], split["most"]),
            red_lookback_days=value("red_original")["lookback_days"],
            smallest_firm=value("smallest_firm"),
            bounds=Bounds(**{k: float(v) for k, v in value("firm_bounds").items()}),
            periods=Periods(**value("periods")),
            holidays=tuple((int(d[:2]), int(d[3:])) for d in value("holidays")),
            festivals=tuple(value("spring_festivals", told)),
            rates=tuple(TaxRate(r["rate"], r["from"], r.get("until")) for r in value("tax_rates", told)),
            tax_tolerance=float(value("tax_tolerance", told) * FEN),
            tax_relative=float(value("tax_relative_tolerance")),
            caps=tuple(int(c * FEN) for c in value("caps", told)),
            near_cap=float(value("near_cap", told)),
            round_step=int(value("round_step", told) * FEN),
        )

    @classmethod
    def shipped(cls, as_of: date) -> Self:
        """As the release ships them."""
        return cls.of(shipped(SCHEME)[0], as_of)

    @property
    def holiday_dates(self) -> tuple[date, ...]:
        """The Spring Festivals, each from its eve to its second day."""
        return tuple(day + timedelta(days=n) for day in self.festivals for n in (-1, 0, 1))


def _habit(body: Mapping[str, Any]) -> Habit:
    return Habit(body["least"], float(body["share"]))
