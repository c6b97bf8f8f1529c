"""Tables of the register: firms, changes, branches, holders, posts, persons, relatives, contacts, notices, records."""

import pyarrow as pa

from windchime.twin.public import changes, notices, posted, reached, records, register, stakes
from windchime.twin.public.life import Life


def tables(life: Life) -> dict[str, pa.Table]:
    """Rows of some firms by table."""
    turns, transfers = register.Turns.of(life), stakes.Transfers.of(life)
    return {
        "firms": register.firms(life, turns),
        "firm_changes": changes.firm_changes(life, turns, transfers),
        "branches": register.branches(life),
        "shareholdings": stakes.shareholdings(life, turns, transfers),
        "key_persons": posted.key_persons(life, turns),
        "persons": posted.persons(life),
        "relatives": posted.relatives(life),
        "contacts": reached.contacts(life, turns),
        "administrative_penalties": notices.administrative_penalties(life),
        "abnormal_listings": notices.abnormal_listings(life),
        "licences": notices.licences(life),
        "firm_records": records.firm_records(life),
    }
