"""Invoice numbers as issued: books of paper numbers handed out in runs, and 20-digit numbers once invoices are digital.

Digital: two digits of the year, region 99, channel 2, then day of the year (3), taxpayer (7), number of the day (5).
"""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin import draws
from windchime.twin.calendar import EPOCH
from windchime.twin.calibration import Ints
from windchime.twin.rows import DIGITAL_SPECIAL, SPECIAL, Rows
from windchime.twin.world import World

#: taxpayers outside the region are numbered from here
OUTSIDE = 5_000_000
REGION = "99"


def numbered(world: World, rows: Rows) -> Rows:
    """Rows sorted by seller, day and order, each with its number; sellers of the region come with all their rows.

    Parties outside invoice firms we do not see: their numbers follow from the buyer, whose rows must all be there.
    """
    n = len(world.firms)
    own = rows.seller < n
    rows = rows.sorted_by(np.lexsort((rows.order, np.where(own, 0, rows.buyer), rows.day, rows.seller)))
    own = rows.seller < n
    paper = rows.kind < DIGITAL_SPECIAL
    serial = _count(np.where(own, rows.seller, rows.buyer + n) * 200_000 + rows.day)
    begin = draws.whole(world.rng.key("serial", rows.seller, rows.day), 0, 0, 99_999)
    # 37 does not divide 10^5, and 7_001 does not divide 5 * 10^6: no number of a day is given twice
    serial = np.where(own, serial, (begin + 37 * serial) % 10**5)
    offset = draws.whole(world.rng.key("taxpayer", rows.seller), 0, 0, OUTSIDE - 1)
    taxpayer = np.where(own, rows.seller, OUTSIDE + (offset + 7_001 * rows.buyer) % OUTSIDE)
    digital = (_day_of_year(rows.day) * 10**7 + taxpayer) * 10**5 + serial
    firm = world.rng.key("book", rows.seller)
    least, most = world.cal["sales.book"]
    size = draws.whole(firm, 0, least, most)
    nth = _count(np.where(paper, rows.seller, -1) + np.where(own, 0, rows.buyer * 10**8))
    start, gap = draws.whole(firm, 1, 1, 60_000_000), draws.whole(firm, 2, 1, 900)
    book = (start + nth // size * (size + gap) + nth % size) % 10**8
    foreign = (offset + 7_001 * rows.buyer) % 10**5 * 1000 + nth % 1000
    paper_number = np.where(own, book, foreign)
    number = np.where(paper, paper_number, (_year(rows.day) % 100) * 10**15 + digital)
    return replace(rows, number=number, original=np.where(rows.origin >= 0, number[rows.origin], -1))


def _count(group: Ints) -> Ints:
    """0, 1, 2 … within each group, in the order of the rows."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(group) else np.zeros(0, int)
    found = np.empty(len(group), np.int64)
    found[order] = np.arange(len(group)) - np.repeat(starts, np.diff(np.append(starts, len(group))))
    return found


def _year(day: Ints) -> Ints:
    return day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + EPOCH.year


def _day_of_year(day: Ints) -> Ints:
    dates = day.astype("datetime64[D]")
    return np.asarray((dates - dates.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64) + 1)


def number_text(number: Ints) -> pa.Array:
    """Numbers as printed: 8 digits, or 20; -1 is null."""
    paper = number < 10**8
    # a leading 1 keeps the zeros; 15 digits after year, region and channel, or 8
    rest = np.where(paper, np.maximum(number, 0) + 10**8, number % 10**15 + 10**15)
    tail = pc.utf8_slice_codeunits(pa.array(rest, mask=number < 0).cast(pa.string()), 1)
    heads = pa.array(["", *(f"{y:02d}{REGION}2" for y in range(100))])
    head = heads.take(pa.array(np.where(paper, 0, number // 10**15 + 1)))
    return pc.binary_join_element_wise(head, tail, "")


def code_text(world: World, rows: Rows) -> pa.Array:
    """Invoice codes: 10 digits for special, 12 for general paper invoices, none for digital ones."""
    paper = rows.kind < DIGITAL_SPECIAL
    special = rows.kind == SPECIAL
    version = np.where(
        rows.seller < len(world.firms),
        np.log10(world.firms.cap[np.minimum(rows.seller, len(world.firms) - 1)] / 100).astype(np.int64) - 3,
        2,
    )
    texts: list[str | None] = [None]
    for year in range(2000, 2100):
        for v in range(5):
            texts += [f"{REGION}00{year % 100:02d}113{v}", f"0{REGION}00{year % 100:02d}00{v}04"]
    index = 1 + ((_year(rows.day) - 2000) * 5 + np.clip(version, 0, 4)) * 2 + np.where(special, 0, 1)
    return pa.array(texts, pa.string()).take(pa.array(np.where(paper, index, 0)))
