"""What an export of invoices leaves out because everybody knows it: whose list it is, which side, the firm's own name."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import time

import polars as pl

from windchime.core.dates import SHANGHAI
from windchime.core.errors import BadInput
from windchime.core.problems import Problem
from windchime.core.text import _
from windchime.risk.invoices.files.shaping import MONEY, PARTNER, SPARE, SPARE_OF_LINES, side

FIRM = "reporting_firm_id"
#: what a party is called where neither id nor code nor name is told
NOBODY = "?"
PARTIES = ("seller", "buyer")
NO_PARTY = _("the firm whose list it is is neither seller nor buyer")
NO_NUMBER = _("the invoice has no number or no date")


class FirmNotTold(BadInput):
    """Nobody said whose list it is, and the list does not show it."""

    msgid = _("it cannot be seen whose list this is: no one firm is a party of every invoice")
    hint = _("name the firm with --firm: its credit code, or its name as the list writes it")


@dataclass(frozen=True, slots=True)
class Completed:
    """Rows of heads with every column that a listing needs."""

    rows: pl.DataFrame
    #: columns that nobody told, filled with what is usual
    filled: frozenset[str]
    #: rows of which it cannot be seen on which side of them the firm is
    problems: tuple[Problem, ...]


def heads(rows: pl.DataFrame, told: Collection[str], firm: str | None, source: str) -> Completed:
    """Complete the heads of invoices.

    Args:
        rows: as staged, with the columns of the contract.
        told: columns that a source has.
        firm: whose list it is: id, credit code or name; None to find it out.
        source: first part of ids made here.

    Raises:
        FirmNotTold: it cannot be found out.
    """
    whole = _sides_by_name(_days(_numbers(_sums(rows, told))))
    whole = whole.with_columns(pl.when(~pl.col(FIRM).str.ends_with(f":{NOBODY}")).then(FIRM).alias(FIRM))
    whole = whole.with_columns(*(_id(party, source) for party in PARTIES), _with_source(FIRM, source))
    if whole[FIRM].null_count():
        whole = _of_firm(whole, firm or _found(whole), source)
    whole = whole.with_columns(direction=pl.coalesce("direction", _direction()))
    lost = whole.filter(pl.col("direction").is_null())
    nameless = pl.col("invoice_no").is_null() | pl.col("issue_date").is_null()
    bare = whole.filter(pl.col("direction").is_not_null(), nameless)
    whole = whole.filter(pl.col("direction").is_not_null(), ~nameless)
    whole = whole.with_columns(_own("seller", "sale", source), _own("buyer", "purchase", source))
    usual = {"status": "normal", "kind": "unknown"}
    red = pl.coalesce("total", "amount") < 0
    whole = whole.with_columns(
        *(pl.col(c).fill_null(v) for c, v in usual.items()),
        colour=pl.col("colour").fill_null(pl.when(red).then(pl.lit("red")).otherwise(pl.lit("blue"))),
    ).with_columns(
        # lists that write 红冲 beside the red letter itself say its colour, not that it was offset
        status=pl.when((pl.col("colour") == "red") & (pl.col("status") == "red_full"))
        .then(pl.lit("normal"))
        .otherwise("status")
    )
    return Completed(
        whole,
        frozenset(c for c in usual if c not in told),
        (*_told("firm_is_no_party", NO_PARTY, lost), *_told("missing", NO_NUMBER, bare)),
    )


def lines(rows: pl.DataFrame, of: pl.DataFrame) -> pl.DataFrame:
    """Complete lines from the heads of their invoices; lines without a head are left out."""
    key = ["invoice_code", "invoice_no"]
    rows = rows.with_columns(invoice_no=pl.coalesce("invoice_no", SPARE_OF_LINES))
    firms = of.select(FIRM, "direction", *key).unique(key, keep="none")
    told = rows.join(firms, on=key, how="left", nulls_equal=True, suffix="_head", maintain_order="left")
    nth = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(key)
    whole = told.with_columns(
        pl.coalesce(f"{FIRM}_head", FIRM).alias(FIRM),
        pl.coalesce("direction_head", "direction").alias("direction"),
        line_no=pl.coalesce("line_no", nth),
        line_kind=pl.col("line_kind").fill_null("normal"),
    )
    heads_of = of.select(FIRM, "direction", *key).unique()
    return whole.join(heads_of, on=[FIRM, "direction", *key], how="semi", nulls_equal=True, maintain_order="left")


def _sums(rows: pl.DataFrame, told: Collection[str]) -> pl.DataFrame:
    """The one of amount, tax and total that is not told, from the other two."""
    amount, tax, total = (pl.col(c) for c in MONEY)
    ways = {"amount": total - tax, "tax": total - amount, "total": amount + tax}
    absent = [c for c in MONEY if c not in told]
    return rows.with_columns(ways[c].alias(c) for c in absent[:1])


def _numbers(rows: pl.DataFrame) -> pl.DataFrame:
    """The number of an invoice, whichever of two columns it stands in."""
    return rows.with_columns(invoice_no=pl.coalesce("invoice_no", SPARE))


def _days(rows: pl.DataFrame) -> pl.DataFrame:
    """The day of issue where a source writes it with the hour; midnight is taken for no hour."""
    moment = pl.col("issued_at").dt.convert_time_zone(SHANGHAI.key)
    hour = pl.when(moment.dt.time() != time()).then("issued_at")
    return rows.with_columns(issue_date=pl.coalesce("issue_date", moment.dt.date()), issued_at=hour)


def _id(party: str, source: str) -> pl.Expr:
    """The id of a party: its own, else made of its code, else of its name."""
    local = pl.coalesce(f"{party}_code", f"{party}_name")
    return pl.coalesce(_with_source(f"{party}_id", source), pl.concat_str(pl.lit(f"{source}:"), local)).alias(
        f"{party}_id"
    )


def _with_source(column: str, source: str) -> pl.Expr:
    told = pl.col(column)
    return pl.when(told.str.contains(":", literal=True)).then(told).otherwise(pl.lit(f"{source}:") + told).alias(column)


def _sides_by_name(rows: pl.DataFrame) -> pl.DataFrame:
    """Directions as the names of sheets and files tell them, where no column does."""
    places = rows.select("source_file", "source_sheet").unique()
    said = [side(sheet) if sheet and side(sheet) else side(file or "") for file, sheet in places.iter_rows()]
    told = places.with_columns(__said=pl.Series(said, dtype=pl.String))
    joined = rows.join(told, on=["source_file", "source_sheet"], how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(direction=pl.coalesce("direction", "__said")).drop("__said")


def _found(rows: pl.DataFrame) -> str:
    """The one firm that is a party of every invoice.

    Raises:
        FirmNotTold: there is none, or both parties are the same everywhere.
    """
    told = rows.filter(pl.col("direction").is_not_null())
    if told.height == rows.height:
        own = told.select(pl.when(pl.col("direction") == "sale").then("seller_id").otherwise("buyer_id")).to_series()
        candidates = set(own.drop_nulls().unique()) if not own.null_count() else set()
    else:
        first = rows.row(0, named=True) if rows.height else {}
        both = {first.get(f"{p}_id") for p in PARTIES} - {None}
        everywhere = [
            who
            for who in both
            if rows.select(((pl.col("seller_id") == who) | (pl.col("buyer_id") == who)).fill_null(False).all()).item()
        ]
        candidates = set(everywhere)
    if len(candidates) != 1:
        raise FirmNotTold
    return str(candidates.pop())


def _of_firm(rows: pl.DataFrame, firm: str, source: str) -> pl.DataFrame:
    """Rows in the name of a firm, told by id, code or name; rows that name another firm keep it."""
    bare = firm.split(":", 1)[1] if ":" in firm else firm
    mine = firm if ":" in firm else f"{source}:{firm}"
    for party in PARTIES:
        is_mine = pl.any_horizontal(
            pl.col(f"{party}_id") == mine, pl.col(f"{party}_code") == bare, pl.col(f"{party}_name") == bare
        ).fill_null(False)
        rows = rows.with_columns(pl.when(is_mine).then(pl.lit(mine)).otherwise(f"{party}_id").alias(f"{party}_id"))
    rows = rows.with_columns(pl.col(FIRM).fill_null(mine))
    return rows.with_columns(direction=pl.coalesce("direction", _direction()))


def _direction() -> pl.Expr:
    """The side on which a firm is of its invoice; a list that names one party only leaves out its own firm."""
    sale, purchase = pl.col("seller_id") == pl.col(FIRM), pl.col("buyer_id") == pl.col(FIRM)
    return (
        pl.when(sale.fill_null(False) & ~purchase.fill_null(False))
        .then(pl.lit("sale"))
        .when(purchase.fill_null(False) & ~sale.fill_null(False))
        .then(pl.lit("purchase"))
        .when(pl.col("seller_id").is_null() & pl.col("buyer_id").is_not_null())
        .then(pl.lit("sale"))
        .when(pl.col("buyer_id").is_null() & pl.col("seller_id").is_not_null())
        .then(pl.lit("purchase"))
    )


def _own(party: str, direction: str, source: str) -> pl.Expr:
    """The firm itself on its own side; nobody known on the other where nothing is told."""
    mine = pl.col("direction") == direction
    partner = pl.coalesce(f"{party}_id", _with_source(PARTNER, source))
    told = pl.when(mine).then(pl.col(FIRM)).otherwise(partner)
    return told.fill_null(pl.concat_str(pl.col(FIRM).str.split(":").list.first(), pl.lit(f":{NOBODY}"))).alias(
        f"{party}_id"
    )


def _told(code: str, msgid: str, rows: pl.DataFrame) -> list[Problem]:
    places = rows.select("source_file", "source_sheet", "row_no").iter_rows()
    return [Problem(code, msgid, file=file or "", sheet=sheet or "", row=row) for file, sheet, row in places]
