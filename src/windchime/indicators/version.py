"""The version of the indicators: what models and decisions cite."""

from dataclasses import asdict
from datetime import date
from functools import cache

from windchime.content.scheme import Scheme
from windchime.core.canonical import digest
from windchime.indicators.parameters import Parameters, shipped
from windchime.indicators.plan import sql
from windchime.indicators.registry import definitions

#: any date serves to write the formulas down; this one has all parameters in force
WRITTEN_AS_OF = date(2020, 2, 21)


def version(scheme: Scheme | None = None) -> str:
    """SHA-256 over every card, formula and parameter: it changes when, and only when, a figure may change its meaning."""
    return _version(Parameters.of(scheme or shipped(), WRITTEN_AS_OF))


@cache
def _version(parameters: Parameters) -> str:
    cards = [asdict(d.indicator) | {"absent": d.absent} for d in definitions()]
    return digest({"indicators": cards, "sql": sql(WRITTEN_AS_OF, parameters, definitions(), one=False)})
