"""What the scheme `invoice_lending` says, read once for a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from windchime.content.scheme import BadScheme, Scheme

SCHEME = "invoice_lending"


@dataclass(frozen=True, slots=True)
class Settings:
    """Parameters of lending from bills as of one day."""

    as_of: date
    #: whole months of annual sales, of recent sales, and of the history shown
    year: int
    recent: int
    shown: int
    #: codes of checks, by why their rows do not count
    left_out: Mapping[str, tuple[str, ...]]
    #: part of questioned rows that stands
    questioned_stands: Decimal
    confidence: float
    #: divergence from filings and receipts that is marked
    divergence: Decimal
    due_days: int
    open_share: Decimal
    buyer_share: Decimal
    #: (greatest age in days, share), youngest first
    advance: tuple[tuple[int, Decimal], ...]
    #: reasons for which a buyer's receivables are not financed
    not_financed: tuple[str, ...]
    #: sales, receivables or smaller
    basis: str
    sales_share: Decimal
    #: part of the limit that a firm in question is left
    question: Decimal
    #: yuan
    minimum: Decimal
    maximum: Decimal
    step: Decimal

    @classmethod
    def of(cls, scheme: Scheme, as_of: date) -> Self:
        """The values in force at a date.

        Raises:
            BadScheme: shares of receivables that rise with age, a basis that is unknown.
        """

        def at(parameter: str) -> Any:
            return scheme.at(parameter, as_of).value

        months, owed, limit = at("months"), at("receivables"), at("limit")
        advance = tuple((int(a["up_to"]), Decimal(a["share"])) for a in at("advance"))
        ages, shares = [a for a, _s in advance], [s for _a, s in advance]
        if ages != sorted(set(ages)) or shares != sorted(shares, reverse=True):
            raise BadScheme(scheme.name, "advance", "ages must rise and shares must not")
        if limit["basis"] not in ("sales", "receivables", "smaller"):
            raise BadScheme(scheme.name, "limit", f"basis '{limit['basis']}' is none of sales, receivables, smaller")
        return cls(
            as_of=as_of,
            year=int(months["year"]),
            recent=int(months["recent"]),
            shown=int(months["shown"]),
            left_out={reason: tuple(codes) for reason, codes in at("left_out").items()},
            questioned_stands=scheme.number("questioned_stands", as_of),
            confidence=float(scheme.number("confidence", as_of)),
            divergence=scheme.number("divergence", as_of),
            due_days=int(owed["due_days"]),
            open_share=Decimal(owed["open_share"]),
            buyer_share=Decimal(owed["buyer_share"]),
            advance=advance,
            not_financed=tuple(at("not_financed")),
            basis=limit["basis"],
            sales_share=Decimal(limit["sales_share"]),
            question=Decimal(limit["question"]),
            minimum=Decimal(limit["minimum"]),
            maximum=Decimal(limit["maximum"]),
            step=Decimal(limit["step"]),
        )
