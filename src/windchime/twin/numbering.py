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
    """Rows sorted by seller, day and order, each with its number; sellers of the region must come with all their rows."""
    rows = rows.sorted_by(
        np.lexsort((rows.order, rows.buyer * ~(rows.seller < len(world.firms)), rows.day, rows.seller))
    )
    n = len(world.firms)
    own = rows.seller < n
    paper = rows.kind < DIGITAL_SPECIAL
    serial = _count(rows.seller * 200_000 + rows.day)
    # others invoice firms we do not see: their numbers of the day start anywhere and skip (37 does not divide 10^5)
    begin = draws.whole(world.rng.key("serial", rows.seller, rows.day), 0, 0, 99_999)
    serial = np.where(own, serial, (begin + 37 * serial) % 10**5)
    taxpayer = np.where(own, rows.seller, OUTSIDE + rows.seller - n)
    digital = (_day_of_year(rows.day) * 10**7 + taxpayer) * 10**5 + serial
    firm = world.rng.key("book", rows.seller)
    least, most = world.cal["sales.book"]
    size = draws.whole(firm, 0, least, most)
    nth = _count(np.where(paper, rows.seller, n + 10**7))
    start, gap = draws.whole(firm, 1, 1, 60_000_000), draws.whole(firm, 2, 1, 900)
    book = (start + nth // size * (size + gap) + nth % size) % 10**8
    paper_number = np.where(own, book, _day_of_year(rows.day) * 10**5 + serial)
    return replace(rows, number=np.where(paper, paper_number, digital))


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


def number_text(rows: Rows) -> pa.Array:
    """The numbers as printed: 8 digits, or 20."""
    paper = rows.kind < DIGITAL_SPECIAL
    # a leading 1 keeps the zeros; 15 digits after year, region and channel, or 8
    tail = pc.utf8_slice_codeunits(pa.array(rows.number + np.where(paper, 10**8, 10**15)).cast(pa.string()), 1)
    years = _year(rows.day)
    heads = pa.array(["", *(f"{y % 100:02d}{REGION}2" for y in range(2000, 2100))])
    head = heads.take(pa.array(np.where(paper, 0, years - 1999)))
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
