"""Operations on the other side of an invoice and on what it says was sold."""

import numpy as np
import polars as pl

from windchime.content import seed
from windchime.risk.invoices.lab.draws import uniform
from windchime.risk.invoices.lab.work import FIRM, Change, Work
from windchime.risk.invoices.listing import Listing

#: digits of a unified social credit code, and the first and last place of the body of its organisation code
CODE_LENGTH, BODY = 18, (8, 16)
_PLACE, _DIGIT, _ITEM = 1, 2, 3
#: what an invoice and its lines have in common
LINE_KEY = (FIRM, "direction", "invoice_code", "invoice_no")


def swap_partner(work: Work) -> Change:
    """The buyer becomes the firm's largest."""
    sizes = work.qualifying().group_by(FIRM, "buyer_id").agg(pl.col("total").sum(), pl.col("row").min())
    largest = sizes.sort(FIRM, -pl.col("total"), "row").group_by(FIRM, maintain_order=True).first()
    who = ("buyer_id", "partner_id", "buyer_code", "buyer_name")
    known = largest.select("row").join(work.rows, on="row").select(FIRM, *(pl.col(c).alias(f"__{c}") for c in who))
    rows = (
        work.qualifying().join(known, on=FIRM, maintain_order="left").filter(pl.col("buyer_id") != pl.col("__buyer_id"))
    )
    picked = work.pick(rows)
    return Change(picked.with_columns(pl.col(f"__{c}").alias(c) for c in who).drop(f"__{c}" for c in who))


def invent_partner(work: Work) -> Change:
    """One character of the body of the buyer's credit code becomes another digit; the check character stays."""
    rows = work.pick(work.qualifying(pl.col("buyer_code").str.len_chars() == CODE_LENGTH))
    first, last = BODY
    places = first + (uniform(rows, _PLACE) * (last - first)).astype(int)
    steps = (1 + uniform(rows, _DIGIT) * 9).astype(int)
    codes = [_other(code, p, s) for code, p, s in zip(rows["buyer_code"], places, steps, strict=True)]
    return Change(rows.with_columns(pl.Series("buyer_code", codes, pl.String)))


def _other(code: str, place: int, step: int) -> str:
    digit = (int(code[place]) + step) % 10 if code[place].isdigit() else step
    return f"{code[:place]}{digit}{code[place + 1 :]}"


def alter_item(work: Work, lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The first line of an invoice is named as goods of another class; code and short class stay.

    Returns:
        The rows whose lines were altered, and all lines after it.
    """
    numbered = lines.with_row_index("__line")
    first = numbered.sort("line_no", "__line").unique(LINE_KEY, keep="first", maintain_order=True)
    first = first.filter(pl.col("item_name").is_not_null())
    rows = work.qualifying().unique(LINE_KEY, keep="none", maintain_order=True)
    rows = rows.join(first.select(*LINE_KEY, "__line", "tax_class_short", "item_name"), on=LINE_KEY, nulls_equal=True)
    picked = work.pick(rows.sort("row"))
    renamed = picked.select("__line", __name=pl.Series(_names(picked), dtype=pl.String))
    after = numbered.join(renamed, on="__line", how="left", maintain_order="left")
    return picked, after.with_columns(item_name=pl.coalesce("__name", "item_name")).drop("__line", "__name")


def _names(rows: pl.DataFrame) -> list[str]:
    """For each row the name of goods that are not of its class."""
    goods = [(g["class"], f"*{g['class']}*{g['name']}") for g in seed.documents("lab")["goods"]["goods"]]
    draws = (uniform(rows, _ITEM) * len(goods)).astype(np.int64)
    names = []
    for at, short, name in zip(draws, rows["tax_class_short"], rows["item_name"], strict=True):
        fits = (g for g in (*goods[at:], *goods[:at]) if g[0] != short and f"*{g[0]}*" not in name)
        names.append(next(fits)[1])
    return names


def has_lines(listing: Listing) -> bool:
    """Whether the source has told lines."""
    return bool(listing.lines.height)
