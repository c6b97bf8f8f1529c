"""The columns of a table of shareholdings as arrays, what cannot be read as such noted."""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from windchime.graph.csr import Floats
from windchime.graph.ownership.faulty_rows import Faults

Flags = NDArray[np.bool_]

#: a decimal number as text, blanks around it allowed
_NUMBER = r"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\s*$"
#: the day of a row without one, before any other, and of a row whose day cannot be read, after any that is asked
_ALWAYS, _NEVER = np.iinfo(np.int64).min, np.iinfo(np.int64).max


def missing(ids: pa.ChunkedArray) -> Flags:
    """(rows,) where an id is null or empty."""
    return _flags(pc.equal(ids, "").fill_null(True))


def shares(table: pa.Table, faults: Faults) -> tuple[Floats, pa.ChunkedArray]:
    """The shares of profits: (rows,), 0 where undisclosed, NaN where faulty; and as they were given."""
    given = _exact(table["share"])
    share, disclosed = _numbers(given)
    faults.add("share_undisclosed", np.flatnonzero(~disclosed), "share")
    odd = disclosed & ~np.isfinite(share)
    faults.add("share_not_a_number", np.flatnonzero(odd), "share", given)
    nothing = share < 0 if "as_of" in table.column_names else (share <= 0) & disclosed
    faults.add("share_not_positive", np.flatnonzero(nothing), "share", given)
    share[odd | nothing] = np.nan
    return share, given


def votes(table: pa.Table, share: Floats, faults: Faults) -> tuple[Floats, pa.ChunkedArray]:
    """The shares of votes, those of profits where no other are given; 0 for shares without a vote."""
    given = _exact(table["votes"])
    own, told = _numbers(given)
    odd = told & ~((own >= 0) & np.isfinite(own))
    faults.add("votes_not_a_share", np.flatnonzero(odd), "votes", given)
    own[odd] = np.nan
    return np.where(told, own, share), pc.coalesce(_text(given), _text(_exact(table["share"])))


def days(table: pa.Table, faults: Faults) -> NDArray[np.int64]:
    """From when each row counts, in days since 1970."""
    given = table["as_of"]
    if pa.types.is_timestamp(given.type) or pa.types.is_date(given.type):
        read = given.cast(pa.date32())
    else:
        text = pc.utf8_trim_whitespace(_text(given))
        fits = pc.match_substring_regex(text, r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
        read = pc.strptime(pc.if_else(fits, text, None), format="%Y-%m-%d", unit="s", error_is_null=True)
        read = read.cast(pa.date32())
    odd = _flags(pc.and_(given.is_valid(), read.is_null()))
    faults.add("not_a_date", np.flatnonzero(odd), "as_of", given)
    found = np.array(read.cast(pa.int32()).cast(pa.int64()).fill_null(_ALWAYS).to_numpy(), np.int64)
    found[odd] = _NEVER
    return found


def day_number(day: date | None) -> int:
    """A day as `days` counts them; the last of all where none is asked about."""
    return (day - date(1970, 1, 1)).days if day else _NEVER - 1


def _numbers(given: pa.ChunkedArray) -> tuple[Floats, Flags]:
    """As floats, 0 where null, NaN where unreadable; and where something stands."""
    told = _flags(given.is_valid())
    try:
        read = given.cast(pa.float64(), safe=False)
    except pa.ArrowInvalid:
        text = _text(given)
        fits = pc.match_substring_regex(text, _NUMBER)
        read = pc.if_else(fits, pc.utf8_trim_whitespace(text), None).cast(pa.float64())
    values = np.array(read.to_numpy(), np.float64)  # an array of its own: what Arrow gives may not be written to
    values[~told] = 0.0
    return values, told


def _exact(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Numbers in a form that has one exact decimal text: short floats and whatever is no number become text."""
    kind = column.type
    if pa.types.is_float64(kind) or pa.types.is_decimal(kind) or pa.types.is_integer(kind):
        return column
    text = column.cast(pa.string())
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(text), ""), None, text)


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string())


def _flags(column: pa.ChunkedArray) -> Flags:
    return np.asarray(column.to_numpy()).astype(bool)
