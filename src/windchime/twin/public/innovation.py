"""Tables of innovation and security: rights, research, titles, contracts, equity, talents, projects; collateral, pledges."""

import pyarrow as pa

from windchime.twin.public import research, rights, security
from windchime.twin.public.life import Life


def tables(life: Life) -> dict[str, pa.Table]:
    """Rows of some firms by table."""
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
