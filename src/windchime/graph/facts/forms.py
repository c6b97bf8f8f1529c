"""The forms of the edge tables that `facts` gives and the algorithms take: column names, types, meaning.

Every row says what it rests on: `table` and `row`, the key of one row of the library, its parts joined by `|`.
"""

import pyarrow as pa

_BEHIND = [pa.field("table", pa.string(), nullable=False), pa.field("row", pa.string(), nullable=False)]
#: first and last day on which the tie holds; empty: unknown beginning, lasting
_LASTS = [pa.field("since", pa.date32()), pa.field("until", pa.date32())]


def _form(*columns: tuple[str, pa.DataType, bool]) -> pa.Schema:
    return pa.schema([*(pa.field(n, t, nullable=nullable) for n, t, nullable in columns), *_LASTS, *_BEHIND])


_SHARE = pa.decimal128(9, 6)
_MONEY = pa.decimal128(18, 2)

#: who holds how much of whom; `votes` as `share` where not told apart; share is null where undisclosed
HOLDINGS = _form(
    ("owner", pa.string(), False),
    ("company", pa.string(), False),
    ("share", _SHARE, True),
    ("votes", _SHARE, True),
    ("owner_type", pa.string(), False),
    ("nominee", pa.string(), True),
)
#: who leads, represents or otherwise holds a post in a firm
POSTS = _form(("person", pa.string(), False), ("firm", pa.string(), False), ("role", pa.string(), False))
#: near relatives; `relation` says what B is to A, `basis` whether it was declared, registered or only inferred
KIN = _form(
    ("person_a", pa.string(), False),
    ("person_b", pa.string(), False),
    ("relation", pa.string(), False),
    ("degree", pa.int64(), True),
    ("confidence", _SHARE, True),
    ("basis", pa.string(), True),
)
#: a phone, address, e-mail, device … (`kind`) by its token, and the firm it belongs to; `person` where it is a person's
POINTS = _form(
    ("kind", pa.string(), False),
    ("token", pa.string(), False),
    ("firm", pa.string(), False),
    ("person", pa.string(), True),
    ("usage", pa.string(), True),
)
#: one promise of one guarantor; rows of one `contract` are one tie of many, and those of one `joint_group` too
GUARANTEES = _form(
    ("guarantor", pa.string(), False),
    ("debtor", pa.string(), False),
    ("creditor", pa.string(), False),
    ("contract", pa.string(), False),
    ("joint_group", pa.string(), True),
    ("kind", pa.string(), False),
    ("amount", _MONEY, False),
    ("covered", _MONEY, True),
    ("share", _SHARE, True),
    ("debt", pa.string(), True),
    ("status", pa.string(), False),
)
#: what one firm sold to another by countable invoices, a month a row (`since` its first day, `until` its last)
TRADE = _form(
    ("seller", pa.string(), False),
    ("buyer", pa.string(), False),
    ("total", _MONEY, False),
    ("count", pa.int64(), False),
)
#: one transfer of money from one holder of accounts to another, once even where both banks' books show it
PAYMENTS = _form(
    ("payer", pa.string(), False),
    ("payee", pa.string(), False),
    ("amount", _MONEY, False),
    ("paid_at", pa.timestamp("us", "UTC"), False),
    ("category", pa.string(), True),
    # false where the book tells the day alone; `paid_at` is then its beginning in China
    ("is_time_known", pa.bool_(), True),
)
#: who may be a node of the whole graph: firms and persons, with what a page shows of them
NODES = pa.schema(
    [
        pa.field("node", pa.string(), nullable=False),
        #: firm, person, foreign, government, product, unknown
        pa.field("kind", pa.string(), nullable=False),
        #: a firm's name; of a person the token of the name, which only the vault can read
        pa.field("label", pa.string()),
        pa.field("industry", pa.string()),
        pa.field("region", pa.string()),
        pa.field("status", pa.string()),
        pa.field("established_on", pa.date32()),
        pa.field("registered_capital", _MONEY),
    ]
)
#: every tie of the above as one table, for views and for exports
TIES = _form(
    #: holds, leads, kin, guarantees, sells, pays, shares_phone …
    ("kind", pa.string(), False),
    ("source", pa.string(), False),
    ("target", pa.string(), False),
    #: the share of a holding
    ("share", _SHARE, True),
    #: yuan: guaranteed, sold, paid
    ("amount", _MONEY, True),
    #: rows behind it
    ("count", pa.int64(), False),
    #: role, relation, kind of contact point
    ("detail", pa.string(), True),
)
