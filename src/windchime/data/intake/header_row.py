"""Where a sheet's header row is: below titles, found by the headers a feed expects, or by its look where none is known."""

from collections.abc import Collection, Sequence

from windchime.data.intake.sheets import tidy


def find(rows: Sequence[Sequence[str]], expected: Collection[str] = ()) -> int | None:
    """Index of the header row among the first rows of a sheet; None where no row has a filled cell.

    The row with the most of the expected headers wins, the first of several; where no row has any, the first that looks
    like one: as many filled cells as any row, no two alike, none a number.
    """
    filled = [[tidy(cell) for cell in row if tidy(cell)] for row in rows]
    hits = [len(set(row) & set(expected)) for row in filled]
    if any(hits):
        return hits.index(max(hits))
    widest = max(map(len, filled), default=0)
    if not widest:
        return None
    likely = [i for i, row in enumerate(filled) if len(row) > widest / 2 and _like_headers(row)]
    return likely[0] if likely else next(i for i, row in enumerate(filled) if row)


def _like_headers(row: list[str]) -> bool:
    return len(set(row)) == len(row) and not any(cell.replace(".", "").replace(",", "").isdigit() for cell in row)
