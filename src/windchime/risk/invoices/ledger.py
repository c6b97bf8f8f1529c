"""A listing made ready: parties and numbers as integers, sorted by number, so that every check reads the same frame."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Self

import polars as pl
import pyarrow as pa

from windchime.risk.invoices.listing import LINES, Listing

#: kinds that are fully digital from their birth; those printed on paper bear a paper number too
DIGITAL = ("digital_special", "digital_general", "digital_vehicle", "digital_used_vehicle")
#: digits of a fully digital number: year, region, channel, then the order
DIGITS, STEM = 20, 5
#: what is the same in two rows that are one invoice listed twice
CONTENT = ("issuer", "stem", "number", "partner", "day", "amount", "tax", "total", "status", "red")


@dataclass(frozen=True, slots=True)
class Ledger:
    """All rows of all firms.

    Columns of `rows`, sorted by firm, direction, seller, stem, number and day:

    - row: as in the listing; position: place of the row in the listing's frame
    - firm, partner, seller: numbers; partner and seller share their numbering, firm has its own (`firms`)
    - issuer: one number for firm, direction and seller; its numbers are one order
    - sale, red, blue, void, digital, coded (has an invoice code): Boolean (null where the source does not tell)
    - no: number as listed; kind: number of the kind (`kinds`); day: issue date; amount, tax, total: fen
    - stem: what numbers are counted within: number of the code (`codes`), or −1 less year, region and channel of a 20-digit number
    - number: the order inside the stem, null where the number is not one; length: characters of the number
    - first: first row of its stem; step: number less that of the row before (null in a first row)
    - repeated: the same invoice as the row before, in every column
    - live: blue, not void, not repeated, of a positive total: what counts as trade
    """

    rows: pl.DataFrame
    #: names by number
    firms: pl.Series
    #: kinds and invoice codes by number
    kinds: pl.Series
    codes: pl.Series
    #: of the lines, as `LINES`
    lines: pl.DataFrame
    as_of: date
    #: columns of the listing that its source tells; of lines as `lines.<column>`
    told: frozenset[str]
    listing: Listing

    def of_kind(self, names: Collection[str]) -> pl.Expr:
        """Whether a row of `rows` is of one of these kinds."""
        return pl.col("kind").is_in([n for n, kind in enumerate(self.kinds) if kind in names])

    def column(self, name: str) -> pl.Series:
        """A column of the listing in the order of `rows`."""
        return self.listing.invoices[name].gather(self.rows["position"])

    @classmethod
    def of(cls, listing: Listing) -> Self:
        """Prepare a listing; one sort, no loop over rows or firms."""
        given = listing.invoices
        firm, firms = numbered(given["reporting_firm_id"].fill_null(""))
        partner, seller = _numbered_together(given["partner_id"], given["seller_id"])
        kind, kinds = numbered(given["kind"])
        code, codes = numbered(given["invoice_code"])
        rows = given.with_row_index("position").select(
            "row",
            "position",
            "amount",
            "tax",
            "total",
            firm=firm,
            partner=partner,
            seller=seller,
            kind=kind,
            status=numbered(given["status"])[0],
            sale=pl.col("direction") == "sale",
            red=pl.col("colour") == "red",
            blue=pl.col("colour") == "blue",
            void=pl.col("status") == "void",
            day="issue_date",
            coded=pl.col("invoice_code").is_not_null(),
            no=pl.col("invoice_no"),
            length=pl.col("invoice_no").str.len_bytes().cast(pl.UInt16),
            digital=pl.col("invoice_no").str.len_bytes() == DIGITS,
            **number_key("invoice_no", code),
        )
        group = ["issuer", "stem"]
        rows = rows.with_columns(issuer=packed("firm", "sale", "seller"))
        rows = rows.sort([*group, "number", "day", "total", "row"], nulls_last=True).with_columns(
            first=pl.any_horizontal(pl.col(c).ne_missing(pl.col(c).shift()) for c in group),
            repeated=pl.all_horizontal(pl.col(c).eq_missing(pl.col(c).shift()) for c in CONTENT)
            & pl.col("number").is_not_null(),
        )
        rows = rows.with_columns(
            step=pl.when(~pl.col("first")).then(pl.col("number").diff()),
            live=pl.col("blue") & ~pl.col("void").fill_null(False) & ~pl.col("repeated") & (pl.col("total") > 0),
        )
        lines = {
            f"lines.{c}" for c in LINES if listing.lines.height and listing.lines[c].null_count() < listing.lines.height
        }
        return cls(rows, firms, kinds, codes, listing.lines, listing.as_of, listing.told | lines, listing)


def number_key(no: str, code: pl.Expr | pl.Series) -> dict[str, pl.Expr]:
    """`stem` and `number` of a column of invoice numbers, beside the numbers of their codes."""
    text = pl.when(pl.col(no).str.contains(r"^[0-9]+$")).then(no)
    digital = -1 - text.str.head(STEM).cast(pl.Int64, strict=False)
    coded = pl.lit(code) if isinstance(code, pl.Series) else code
    return {
        "stem": pl.when(pl.col(no).str.len_bytes() == DIGITS).then(digital).otherwise(coded.cast(pl.Int64)),
        "number": text.str.tail(DIGITS - STEM).cast(pl.Int64, strict=False),
    }


def packed(*columns: str) -> pl.Expr:
    """One integer for several that name a group (`_BITS` each at most); grouping and sorting by it is quicker than by all."""
    key = pl.lit(0, pl.Int64)
    for name in columns:
        key = key * 2 ** _BITS[name] + pl.col(name).cast(pl.Int64)
    return key


#: bits of the integers of a ledger: 8 million firms with 64 million partners
_BITS = {"firm": 23, "sale": 1, "seller": 26, "partner": 26, "term": 5}


def numbered(texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Numbers of the texts in the order in which they first appear, null for null; and the texts by number."""
    encoded = texts.to_arrow().cast(pa.large_string())
    found = (encoded if isinstance(encoded, pa.Array) else encoded.combine_chunks()).dictionary_encode()
    numbers = pl.Series(found.indices).cast(pl.UInt32)
    return numbers, pl.Series(found.dictionary, dtype=pl.String)


def _numbered_together(one: pl.Series, other: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Numbers of two columns of texts by one list."""
    both = numbered(one.rename("x").append(other.rename("x")))[0]
    return both.head(len(one)), both.tail(len(other))
