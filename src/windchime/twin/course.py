"""What happened to all firms in all months: the result of phase A."""

from dataclasses import dataclass

from windchime.twin.calibration import Bools, Floats, Ints

CAUSES = ("demand_loss", "thin_margin", "bad_debt", "shock", "lumpy_sales", "guarantee_call")
#: causes that came from another firm's failure
CONTAGION = (CAUSES.index("bad_debt"), CAUSES.index("guarantee_call"))
#: how a loss came about
TIES = ("trade", "guarantee")


@dataclass(frozen=True, slots=True)
class Losses:
    """What failures cost others, one entry an edge."""

    failed: Ints
    loser: Ints
    month: Ints
    tie: Ints
    fen: Ints


@dataclass(frozen=True, slots=True)
class Course:
    """What happened; arrays of shape (months, firms) or (firms,)."""

    #: trades in each month
    number: Ints
    #: sales in fen, tax included
    sales: Ints
    quality: Floats
    demand: Floats
    dormant: Bools
    distress: Bools
    #: liquidity over planned monthly sales
    liquidity: Floats
    #: planned monthly sales in fen
    plan: Floats
    #: employees, and their wages of the month in fen; both follow true activity
    headcount: Ints
    wages: Ints
    #: last month in which the firm trades
    ends: Ints
    #: month of default, NEVER where there is none; with its cause (index into CAUSES)
    default: Ints
    cause: Ints
    #: the failed firm whose fall weighed most on this one, -1 where none did
    parent: Ints
    #: wages paid late, social insurance not paid, both (months, firms)
    late: Bools
    skipped: Bools
    #: moved within the group, received by the firm or (negative) given, in fen (months, firms); sums to 0 in a group
    pooled: Ints
    #: profit that owners take out, in fen (months, firms)
    payout: Ints
    #: paid for others' guaranteed debts, in fen (months, firms)
    called: Ints
    #: losses from failures, one entry an edge: failed firm, who lost, month, index into TIES, fen
    losses: Losses
    #: month in which a loan was drawn, NEVER where there is none
    drawn: Ints
    principal: Ints
    rate: Floats
    sought: Bools
