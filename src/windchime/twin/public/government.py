"""Family of offices and utilities: insurance, fund, power, water, customs, subsidies, carbon, permits; and consents."""

import pyarrow as pa

from windchime.twin.calibration import Ints
from windchime.twin.public import consents, insured, meters, offices
from windchime.twin.public.life import Life
from windchime.twin.world import World


def of_firms(world: World, some: Ints) -> dict[str, pa.Table]:
    """Rows of some firms by table; what needs a consent is there for firms that gave one."""
    life = Life.of(world, some)
    given = consents.Consents.of(life)
    return {
        "consents": consents.consents(life, given),
        "social_insurance": insured.social_insurance(life, given),
        "provident_fund": insured.provident_fund(life, given),
        "electricity": meters.electricity(life, given),
        "water_gas": meters.water_gas(life, given),
        "customs_trade": offices.customs_trade(life, given),
        "subsidies": offices.subsidies(life),
        "carbon_emissions": offices.carbon_emissions(life, given),
        "environment_permits": offices.environment_permits(life),
    }


def truth(world: World) -> dict[str, pa.Table]:  # noqa: ARG001 - the form of a family
    """Nothing beyond what the course of the world tells."""
    return {}
