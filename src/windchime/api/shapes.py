"""The forms that JSON takes here: money and fractions as text, labels in both languages, pages with a cursor."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Generic, Self, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from windchime.core.text import Text

Item = TypeVar("Item")


class Shape(BaseModel):
    """Base of everything sent and received: fixed fields, no others."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


def _yuan(value: Decimal) -> str:
    return f"{value:.2f}"


def _plain(value: Decimal) -> str:
    return format(value, "f")


#: yuan with two decimals
Money = Annotated[
    Decimal,
    PlainSerializer(_yuan, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$", "description": "yuan"}),
]
#: a share or a rate: a fraction, never percent
Fraction = Annotated[
    Decimal,
    PlainSerializer(_plain, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "description": "a fraction, never percent"}),
]
#: an instant in UTC
Instant = Annotated[
    datetime,
    PlainSerializer(lambda v: v.isoformat().replace("+00:00", "Z"), return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
#: an instant that a caller names, with its offset
Moment = AwareDatetime


def _said(value: str) -> str:
    return value.strip()


#: a sentence of a person
Sentence = Annotated[str, Field(max_length=1000), AfterValidator(_said)]


class Why(Shape):
    """Why something is done."""

    reason: Sentence = Field(default="", description="for the audit chain", examples=["asked for by mistake"])


class Words(Shape):
    """A label in both languages."""

    zh: str = Field(description="in Chinese", examples=["客户经理"])
    en: str = Field(description="in English", examples=["relationship manager"])

    @classmethod
    def told(cls, text: Text) -> Self:
        """From a label of ours."""
        return cls(zh=text.zh, en=text.en)


class Page(Shape, Generic[Item]):
    """A part of a list."""

    items: tuple[Item, ...] = Field(description="what was found, in the list's own order")
    next: str | None = Field(description="cursor of what follows; null at the end", examples=["WyIwMTlhMGIxYyJd"])
