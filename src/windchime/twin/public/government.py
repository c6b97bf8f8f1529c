"""Tables of offices and utilities: insurance, fund, power, water, customs, subsidies, carbon, permits; and consents."""

import pyarrow as pa

from windchime.twin.public import consents, insured, meters, offices
from windchime.twin.public.life import Life


def tables(life: Life) -> dict[str, pa.Table]:
    """Rows of some firms by table; what needs a consent is there for firms that gave one."""
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
