"""Exposures: who loses how much by whose failure, estimated from the ties the library knows.

Every exposure says the tie it rests on and one row of it; assumptions (which share is unpaid, which share is lost) are
those of the scheme.
"""

from datetime import date

import duckdb
import pyarrow as pa

from windchime.core.dates import Month
from windchime.graph.contagion.settings import Settings

#: `amount` in yuan is what is at stake, `loss` what is lost if the firm `failed` fails
EXPOSURES = pa.schema(
    [
        pa.field("loser", pa.string(), nullable=False),
        pa.field("failed", pa.string(), nullable=False),
        #: guarantee, supply, ownership or money
        pa.field("kind", pa.string(), nullable=False),
        pa.field("amount", pa.float64(), nullable=False),
        pa.field("loss", pa.float64(), nullable=False),
        pa.field("table", pa.string(), nullable=False),
        pa.field("row", pa.string(), nullable=False),
    ]
)


def of_guarantees(promises: pa.Table, settings: Settings) -> pa.Table:
    """Of guarantors on debtors: a debt of several guarantors is shared by them, each bears at most its amount.

    Args:
        promises: in force, in the form `GUARANTEES`.
        settings: the share lost.
    """
    return _asked(
        """
        WITH borne AS (
            SELECT guarantor, debtor, coalesce(debt, contract) AS debt, "table", row,
                least(amount, coalesce(covered, amount))::DOUBLE AS most,
                coalesce(covered, amount)::DOUBLE AS owed, nullif(share, 0)::DOUBLE AS share
            FROM rows
        ), shared AS (
            SELECT *, max(owed) OVER debt AS whole, coalesce(share, 1) / sum(coalesce(share, 1)) OVER debt AS part
            FROM borne WINDOW debt AS (PARTITION BY debtor, debt)
        )
        SELECT guarantor AS loser, debtor AS failed, 'guarantee' AS kind,
            sum(least(most, whole * CASE WHEN share < 1 THEN least(share, part) ELSE part END)) AS amount,
            arg_max("table", (most, row)) AS "table", arg_max(row, (most, row)) AS row
        FROM shared GROUP BY guarantor, debtor
        """,
        promises,
        settings.guarantee_lost,
    )


def of_trade(trade: pa.Table, as_of: date, settings: Settings) -> pa.Table:
    """Of sellers on buyers: what the sales of the last months leave unpaid.

    Args:
        trade: in the form `TRADE`.
        as_of: months up to the last complete one count.
        settings: how many months, which share is unpaid, which lost.
    """
    first, last = months_up_to(as_of, settings.supply_months)
    return _asked(
        f"""
        SELECT seller AS loser, buyer AS failed, 'supply' AS kind,
            greatest(sum(total), 0)::DOUBLE * {settings.supply_outstanding!r} AS amount,
            arg_max("table", (total, row)) AS "table", arg_max(row, (total, row)) AS row
        FROM rows WHERE since >= DATE '{first}' AND since <= DATE '{last}' GROUP BY seller, buyer
        """,  # noqa: S608 - dates and a number of our own
        trade,
        settings.supply_lost,
    )


def of_holdings(holdings: pa.Table, balances: pa.Table, as_of: date, settings: Settings) -> pa.Table:
    """Of owners on companies: their share of net assets, where these are positive.

    Args:
        holdings: in the form `HOLDINGS`; stakes that ended are left out.
        balances: in the form `BALANCES`.
        as_of: the day.
        settings: the share lost.
    """
    return _asked(
        f"""
        SELECT owner AS loser, company AS failed, 'ownership' AS kind,
            sum(rows.share::DOUBLE * net_assets::DOUBLE) AS amount,
            arg_max(rows."table", (rows.share, rows.row)) AS "table", arg_max(rows.row, (rows.share, rows.row)) AS row
        FROM rows JOIN balances ON company = firm AND net_assets > 0
        WHERE rows.share > 0 AND coalesce(since, DATE '{as_of}') <= DATE '{as_of}'
            AND coalesce(until, DATE '{as_of}') >= DATE '{as_of}' AND owner <> company
        GROUP BY owner, company
        """,  # noqa: S608 - a date
        holdings,
        settings.ownership_lost,
        balances=balances,
    )


def of_payments(payments: pa.Table, as_of: date, settings: Settings) -> pa.Table:
    """Of payers on receivers of money that counts as lent: what was paid less what came back, of the last months.

    Args:
        payments: in the form `PAYMENTS`.
        as_of: the day.
        settings: months, categories, the share lost.
    """
    first, last = months_up_to(as_of, settings.money_months)
    named = ", ".join(f"'{c}'" for c in sorted(settings.money_categories) if c.isidentifier()) or "NULL"
    return _asked(
        f"""
        WITH lent AS (
            SELECT payer, payee, sum(amount) AS paid, arg_max("table", (amount, row)) AS "table",
                arg_max(row, (amount, row)) AS row
            FROM rows WHERE category IN ({named}) AND since >= DATE '{first}' AND since <= DATE '{last}'
            GROUP BY payer, payee
        )
        SELECT a.payer AS loser, a.payee AS failed, 'money' AS kind,
            greatest(a.paid - coalesce(b.paid, 0), 0)::DOUBLE AS amount, a."table", a.row
        FROM lent a LEFT JOIN lent b ON a.payer = b.payee AND a.payee = b.payer
        """,  # noqa: S608 - dates, and codes that are identifiers
        payments,
        settings.money_lost,
    )


def months_up_to(as_of: date, months: int) -> tuple[date, date]:
    """First and last day of the last complete months up to a day."""
    last = Month.of(as_of) if as_of == Month.of(as_of).last else Month.of(as_of) + -1
    return (last + -(months - 1)).first, last.last


def _asked(question: str, rows: pa.Table, lost: float, **others: pa.Table) -> pa.Table:
    with duckdb.connect() as con:
        con.execute("SET enable_external_access = false; SET threads = 1")
        con.register("rows", rows)
        for name, table in others.items():
            con.register(name, table)
        found = con.sql(
            f"""
            SELECT loser, failed, kind, amount, amount * {lost!r} AS loss, "table", row
            FROM ({question}) WHERE amount > 0 AND loser <> failed ORDER BY loser, failed
            """  # noqa: S608 - questions of this module
        ).to_arrow_table()
    return found.cast(EXPOSURES)
