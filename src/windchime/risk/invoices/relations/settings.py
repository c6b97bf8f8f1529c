"""What the scheme `invoice_relations` says, read once for a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from windchime.content.scheme import Scheme

SCHEME = "invoice_relations"


@dataclass(frozen=True, slots=True)
class Mutual:
    """When two invoices count as mutual."""

    #: most days between them
    days: int
    #: least and greatest ratio of their totals
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Shell:
    """Signs of a shell."""

    #: days from its founding to the invoice, below which it is young
    young_days: int
    #: yuan of registered capital, up to which it is small
    capital: float
    #: people, up to which it has no staff
    staff: int
    #: firms it is tied to through filing agents, from which on it is one of many
    agent_ties: int
    #: signs that must be there together
    least: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What a hit means."""

    #: of the firm: none, watch, question or reject
    firm: str
    #: of the invoice: pass, question or reject
    invoice: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Parameters of relations as of one day."""

    as_of: date
    mutual: Mutual
    shell: Shell
    #: days before its founding on which an invoice is still believed
    founding_grace: int
    #: statuses of the register that end a firm
    ended: tuple[str, ...]
    #: statuses of enforcement cases that are not settled
    enforcement_open: tuple[str, ...]
    #: lists that count, and kinds of tax records that do
    listings: tuple[str, ...]
    tax_offences: tuple[str, ...]
    #: groups whose members are related: levels and bases
    levels: tuple[str, ...]
    bases: tuple[str, ...]
    #: least score of a hidden tie that relates
    hidden_score: float
    #: window of shares
    months: int
    #: share of sales above which a firm is hit, by code
    shares: Mapping[str, float]
    #: by code
    standings: Mapping[str, Standing]

    @classmethod
    def of(cls, scheme: Scheme, as_of: date) -> Self:
        """The values in force at a date."""

        def at(parameter: str) -> Any:
            return scheme.at(parameter, as_of).value

        mutual, shell, related = at("mutual"), at("shell"), at("related")
        return cls(
            as_of=as_of,
            mutual=Mutual(int(mutual["days"]), float(mutual["low"]), float(mutual["high"])),
            shell=Shell(
                int(shell["young_days"]),
                float(shell["capital"]),
                int(shell["staff"]),
                int(shell["agent_ties"]),
                int(shell["least"]),
            ),
            founding_grace=int(at("founding_grace")),
            ended=tuple(at("ended")),
            enforcement_open=tuple(at("enforcement_open")),
            listings=tuple(at("listings")),
            tax_offences=tuple(at("tax_offences")),
            levels=tuple(related["levels"]),
            bases=tuple(related["bases"]),
            hidden_score=float(related["hidden_score"]),
            months=int(at("months")),
            shares={code: float(bound) for code, bound in at("shares").items()},
            standings={code: Standing(s["firm"], s["invoice"]) for code, s in at("standings").items()},
        )
