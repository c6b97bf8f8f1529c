"""Where firms can be reached and paid: phones, addresses, mails, devices and accounts by their tokens, with whose they are."""

import ibis
import pyarrow as pa

from windchime.data.reading import Reading
from windchime.graph.facts.entities import resolved
from windchime.graph.facts.forms import POINTS
from windchime.graph.facts.keeping import kept

#: kinds that come from elsewhere than `contacts`: a number of an account
ACCOUNT = "account"
#: the address of the register where `contacts` has none, by a digest of its text
ADDRESS = "address"
_NONE = ibis.null("string")


@kept
def points(reading: Reading) -> pa.Table:
    """The contact points and accounts of firms, in the form `POINTS`; a point of a firm's person names that person.

    Of accounts: those a firm has, also where a person is their holder, and those of persons that it pays or is paid from.
    Tokens of one kind are comparable, those of two kinds never are.
    """
    found = [*_contacts(reading), *_addresses(reading), *_accounts(reading), *_personal_accounts(reading)]
    if not found:
        return POINTS.empty_table()
    rows = ibis.union(*found) if len(found) > 1 else found[0]
    named = resolved(reading, rows, "firm", "person")
    ordered = named.select(*POINTS.names).order_by("kind", "token", "firm", "usage", "row", "person")
    return ordered.to_pyarrow().cast(POINTS)


def _contacts(reading: Reading) -> list[ibis.Table]:
    if not reading.has("contacts"):
        return []
    rows = reading.table("contacts")
    key = [rows[c].fill_null("") for c in ("firm_id", "person_id", "kind", "value", "usage")]
    return [
        rows.select(
            kind="kind",
            token="value",  # noqa: S106 - the name of a column
            firm="firm_id",
            person="person_id",
            usage="usage",
            since=rows["first_seen_at"].date(),
            # a source that saw it last some day does not say that it ended
            until=ibis.null("date"),
            table=ibis.literal("contacts"),
            row=ibis.literal("|").join(key),
        )
    ]


def _addresses(reading: Reading) -> list[ibis.Table]:
    if not reading.has("firms"):
        return []
    rows = reading.table("firms")
    written = rows["address"].re_replace(r"\s", "").lower()
    rows = rows.mutate(__written=written).filter(ibis._["__written"].length() > 0)
    if reading.has("contacts"):
        told = reading.table("contacts")
        rows = rows.anti_join(told.filter(told["kind"] == ADDRESS), "firm_id")
    return [
        rows.select(
            kind=ibis.literal(ADDRESS),
            token=rows["__written"].hexdigest("sha256"),
            firm="firm_id",
            person=_NONE,
            usage=ibis.literal("registered"),
            since=ibis.null("date"),
            until=ibis.null("date"),
            table=ibis.literal("firms"),
            row="firm_id",
        )
    ]


def _accounts(reading: Reading) -> list[ibis.Table]:
    if not reading.has("bank_accounts"):
        return []
    rows = reading.table("bank_accounts")
    return [
        rows.select(
            kind=ibis.literal(ACCOUNT),
            token="account_no",  # noqa: S106 - the name of a column
            firm="firm_id",
            person=ibis.ifelse(rows["holder_type"] == "person", rows["holder_id"], _NONE),
            usage=ibis.literal("held"),
            since="opened_on",
            until="closed_on",
            table=ibis.literal("bank_accounts"),
            row="account_id",
        )
    ]


def _personal_accounts(reading: Reading) -> list[ibis.Table]:
    """Accounts of persons that firms pay or are paid from, wages left out; the first entry stands for all."""
    if not reading.has("bank_transactions"):
        return []
    rows = reading.table("bank_transactions")
    rows = rows.filter(
        rows["counterparty_type"] == "person",
        rows["counterparty_account_no"].notnull(),
        rows["status"] == "booked",
        rows["category"].fill_null("") != "payroll",
    )
    key = [rows[c].cast("string").fill_null("") for c in ("account_id", "booked_at", "bank_serial", "seq")]
    keyed = rows.mutate(__key=ibis.literal("|").join(key))
    each = keyed.group_by("counterparty_account_no", "firm_id", "counterparty_id").agg(
        since=keyed["booked_at"].min().date(), row=keyed["__key"].min()
    )
    return [
        each.select(
            kind=ibis.literal(ACCOUNT),
            token="counterparty_account_no",  # noqa: S106 - the name of a column
            firm="firm_id",
            person="counterparty_id",
            usage=ibis.literal("paid"),
            since="since",
            until=ibis.null("date"),
            table=ibis.literal("bank_transactions"),
            row="row",
        )
    ]
