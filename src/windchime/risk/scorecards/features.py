"""What a model knows of a feature before it sees data: names, direction, group, whether it is recent."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol, Self

from windchime.core.text import Text
from windchime.risk.arrays import Frame, frame
from windchime.risk.binning import Trend

Direction = Literal["higher_is_riskier", "lower_is_riskier", "neutral"]
#: the column that names the firm; never a feature
FIRM = "firm_id"

TRENDS: dict[str, Trend] = {"higher_is_riskier": "ascending", "lower_is_riskier": "descending", "neutral": "auto"}
MONOTONE = {"higher_is_riskier": 1, "lower_is_riskier": -1, "neutral": 0}


class Described(Protocol):
    """What an indicator tells about itself (`windchime.indicators.Indicator` does)."""

    @property
    def code(self) -> str:
        """Name of the column."""
        ...

    @property
    def name(self) -> Text:
        """What people call it."""
        ...

    @property
    def direction(self) -> Direction:
        """How risk moves with it."""
        ...

    @property
    def digits(self) -> int:
        """Digits it is shown with."""
        ...

    @property
    def recent(self) -> bool:
        """Whether it measures the last six months only."""
        ...


@dataclass(frozen=True, slots=True)
class Feature:
    """A column a model may use."""

    code: str
    name: Text
    #: what is known beforehand of how risk moves with it
    direction: Direction = "neutral"
    #: digits it is shown with
    digits: int = 4
    #: measures activity of the last six months: such a feature may be an effect of default
    recent: bool = False

    @classmethod
    def of(cls, described: Described) -> Self:
        """From an indicator's own description."""
        return cls(described.code, described.name, described.direction, described.digits, described.recent)

    def shown(self, value: float | None) -> str:
        """A value as people read it; empty when missing."""
        return "" if value is None else f"{value:,.{self.digits}f}"

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        return cls(**{**body, "name": Text.of(body["name"])})


def plain_features(table: Frame) -> tuple[Feature, ...]:
    """Every column but the firm's id as a feature of which nothing is known."""
    return tuple(Feature(c, Text.of(c)) for c in frame(table).columns if c != FIRM)


def described(indicators: Sequence[Described]) -> tuple[Feature, ...]:
    """Features from indicators, in their order."""
    return tuple(Feature.of(i) for i in indicators)
