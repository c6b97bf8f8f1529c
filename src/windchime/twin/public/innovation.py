"""Family of innovation and security: rights, research, titles, contracts, equity, talents, projects; collateral, pledges."""

import pyarrow as pa

from windchime.twin.calibration import Ints
from windchime.twin.public import research, rights, security
from windchime.twin.public.life import Life
from windchime.twin.world import World


def of_firms(world: World, some: Ints) -> dict[str, pa.Table]:
    """Rows of some firms by table."""
    life = Life.of(world, some)
    own = rights.Rights.of(life)
    return {
        "patents": rights.patents(life, own),
        "rnd_spending": research.rnd_spending(life),
        "qualifications": research.qualifications(life),
        "technology_contracts": research.technology_contracts(life),
        "equity_financing": research.equity_financing(life),
        "talents": research.talents(life),
        "awards_projects": research.awards_projects(life),
        "collateral": security.collateral(life),
        "pledges": security.pledges(life, own),
    }


def truth(world: World) -> dict[str, pa.Table]:  # noqa: ARG001 - the form of a family
    """Nothing beyond what the course of the world tells."""
    return {}
