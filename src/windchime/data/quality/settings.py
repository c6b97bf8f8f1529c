"""Settings of the scores, read from the scheme `data_quality_scores` as of a date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from windchime.content.scheme import Scheme

#: the scheme of the scores
SCHEME = "data_quality_scores"
#: name of the score over all dimensions
OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class Floor:
    """Least score of a table of a source in a dimension; `*` stands for any."""

    table: str
    source: str
    dimension: str
    floor: Decimal


@dataclass(frozen=True, slots=True)
class Settings:
    """What the checks and scores take from the scheme."""

    as_of: date
    dimension_weights: Mapping[str, float]
    check_weights: Mapping[str, float]
    floors: tuple[Floor, ...]
    #: by table and column, fractions
    expected_filled: Mapping[str, Mapping[str, float]]
    #: first two digits of region codes
    provinces: tuple[str, ...]
    #: by table; others are not assessed
    longest_lag_days: Mapping[str, int]
    #: columns that tell the series of a monthly table apart
    monthly_feeds: Mapping[str, tuple[str, ...]]
    coverage_break_share: float
    coverage_least_rows: int
    earliest_day: date
    furthest_years: int
    #: by table and column: least and greatest believable value
    bounds: Mapping[str, Mapping[str, tuple[Decimal, Decimal]]]
    unit_pairs: Mapping[str, tuple[str, str]]
    unit_ratio: tuple[float, float]
    #: by table, the column compared with peers
    outliers: Mapping[str, str]
    outlier_distance: float
    outlier_peers: int

    @classmethod
    def of(cls, scheme: Scheme, as_of: date) -> Self:
        """The parameters as they stood at a date."""

        def at(name: str) -> Any:
            return scheme.at(name, as_of).value

        low, high = at("unit_ratio")
        return cls(
            as_of=as_of,
            dimension_weights=_floats(at("dimension_weights")),
            check_weights=_floats(at("check_weights")),
            floors=tuple(Floor(f["table"], f["source"], f["dimension"], Decimal(f["floor"])) for f in at("floors")),
            expected_filled={table: _floats(columns) for table, columns in at("expected_filled").items()},
            provinces=tuple(map(str, at("provinces"))),
            longest_lag_days={table: int(days) for table, days in at("longest_lag_days").items()},
            monthly_feeds={table: tuple(columns) for table, columns in at("monthly_feeds").items()},
            coverage_break_share=float(at("coverage_break_share")),
            coverage_least_rows=int(at("coverage_least_rows")),
            earliest_day=at("earliest_day"),
            furthest_years=int(at("furthest_years")),
            bounds={t: {c: (Decimal(b[0]), Decimal(b[1])) for c, b in cs.items()} for t, cs in at("bounds").items()},
            unit_pairs={table: (pair[0], pair[1]) for table, pair in at("unit_pairs").items()},
            unit_ratio=(float(low), float(high)),
            outliers=dict(at("outliers")),
            outlier_distance=float(at("outlier_distance")),
            outlier_peers=int(at("outlier_peers")),
        )

    def floor(self, table: str, source: str, dimension: str) -> Decimal | None:
        """The floor that holds for a table of a source: the more specific entry prevails; None where there is none."""
        found = [
            ((f.table == table) * 2 + (f.source == source), f.floor)
            for f in self.floors
            if f.dimension == dimension and f.table in (table, "*") and f.source in (source, "*")
        ]
        return max(found, key=lambda f: f[0])[1] if found else None


def _floats(values: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in values.items()}
