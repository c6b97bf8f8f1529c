"""Transfers of money between holders of accounts: each once, though the payer's book and the payee's both may show it."""

import ibis
import pyarrow as pa

from windchime.data.reading import Reading
from windchime.graph.facts.entities import resolved
from windchime.graph.facts.forms import PAYMENTS
from windchime.graph.facts.keeping import kept

TABLE = "bank_transactions"
ACCOUNTS = "bank_accounts"
#: the sides of one entry: whose book it stands in, and the other
_BOOK = ("out", "in")
_CHINA = ibis.interval(hours=8)


@kept
def payments(reading: Reading) -> pa.Table:
    """Who paid whom how much and when, in the form `PAYMENTS`, ordered by time.

    An account's book is that of its holder; the other side is the holder of the account written there, else the party
    named. Left out are entries that failed or were returned, reversals with what they reverse, entries without a known
    other side, and transfers between accounts of one holder.

    An entry out and an entry in of the same pair and amount are one transfer if they fall on the same day in China, or,
    of what is left, if the payee's bank booked it the day after: the first of the day with the first, and so on. The
    payer's entry then stands for both.
    """
    if not reading.has(TABLE):
        return PAYMENTS.empty_table()
    rows = _entries(reading)
    pair = ["payer", "payee", "amount"]
    out, into = (_numbered(rows.filter(rows["direction"] == d), [*pair, "day"]) for d in _BOOK)
    same = [*pair, "day", "nth"]
    late = _numbered(into.anti_join(out, same).drop("nth"), [*pair, "day"])
    alone = _numbered(out.anti_join(into, same).drop("nth"), [*pair, "day"])
    evening = alone.mutate(day=(alone["day"] + ibis.interval(days=1)).cast("date"))
    told = ibis.union(out.drop("nth"), late.anti_join(evening, same).drop("nth"))
    found = told.mutate(
        since=told["day"],
        until=told["day"],
        table=ibis.literal(TABLE),
    )
    return found.select(*PAYMENTS.names).order_by("paid_at", "row").to_pyarrow().cast(PAYMENTS)


def _entries(reading: Reading) -> ibis.Table:
    """Entries between two nodes as (payer, payee, …), in whose book they stand said by `direction`."""
    rows = reading.table(TABLE)
    rows = rows.filter(rows["status"] == "booked", ~rows["is_reversal"].fill_null(False))
    undone = reading.table(TABLE)
    undone = undone.filter(undone["reverses_serial"].notnull()).select("account_id", bank_serial="reverses_serial")
    rows = rows.anti_join(undone, ["account_id", "bank_serial"])
    key = [rows[c].cast("string").fill_null("") for c in ("account_id", "booked_at", "bank_serial", "seq")]
    rows = rows.select(
        "firm_id",
        "account_id",
        "direction",
        "amount",
        "category",
        "is_time_known",
        "counterparty_id",
        "counterparty_account_no",
        paid_at="booked_at",
        day=(rows["booked_at"] + _CHINA).cast("date"),
        row=ibis.literal("|").join(key),
    )
    sides = _held(reading, rows)
    own, other = (sides[c] for c in ("own", "other"))
    out = sides["direction"] == "out"
    named = sides.mutate(payer=ibis.ifelse(out, own, other), payee=ibis.ifelse(out, other, own))
    named = resolved(reading, named.filter(own.notnull(), other.notnull()), "payer", "payee")
    between = named.filter(named["payer"] != named["payee"])
    return between.select("payer", "payee", "amount", "paid_at", "day", "category", "is_time_known", "direction", "row")


def _held(reading: Reading, rows: ibis.Table) -> ibis.Table:
    """With the holder of the book and of the account on the other side."""
    if not reading.has(ACCOUNTS):
        return rows.mutate(own=rows["firm_id"], other=rows["counterparty_id"])
    accounts = reading.table(ACCOUNTS)
    held = accounts.filter(accounts["holder_id"].notnull())
    mine = held.group_by("account_id").agg(own_holder=held["holder_id"].min())
    numbers = held.group_by(counterparty_account_no="account_no").agg(
        other_holder=held["holder_id"].min(), holders=held["holder_id"].nunique()
    )
    numbers = numbers.filter(numbers["holders"] == 1).drop("holders")
    joined = rows.left_join(mine, "account_id").drop("account_id_right")
    joined = joined.left_join(numbers, "counterparty_account_no").drop("counterparty_account_no_right")
    return joined.mutate(
        own=ibis.coalesce(joined["own_holder"], joined["firm_id"]),
        other=ibis.coalesce(joined["other_holder"], joined["counterparty_id"]),
    )


def _numbered(rows: ibis.Table, group: list[str]) -> ibis.Table:
    """With the place of each row among those alike, by time."""
    alike = ibis.window(group_by=[rows[c] for c in group], order_by=[rows["paid_at"], rows["row"]])
    return rows.mutate(nth=ibis.row_number().over(alike))
