"""Family of the register: firms, changes, branches, holders, posts, persons, relatives, contacts, notices, licences."""

import pyarrow as pa

from windchime.twin.calibration import Ints
from windchime.twin.public import changes, notices, posted, reached, register, stakes
from windchime.twin.public.life import Life
from windchime.twin.world import World


def of_firms(world: World, some: Ints) -> dict[str, pa.Table]:
    """Rows of some firms by table."""
    life = Life.of(world, some)
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
    }


def truth(world: World) -> dict[str, pa.Table]:  # noqa: ARG001 - the form of a family
    """Truth of people and ownership."""
    return {}
