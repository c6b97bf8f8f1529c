"""`/api/v1/firms/…/indicators`: the figures of a firm, measured from the newest library."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import Field
from starlette.responses import Response

from windchime.api.asking import Ask
from windchime.api.described import told
from windchime.api.opening import resource
from windchime.api.places import FirmId
from windchime.api.registered import registered
from windchime.api.shapes import Shape, Words
from windchime.core.text import Text
from windchime.indicators import indicators
from windchime.service.http.rules import needs

router = resource("firms")


class IndicatorValue(Shape):
    """One indicator of a firm."""

    code: str = Field(description="name of the indicator", examples=["sales_growth_12m"])
    name: Words
    group: str = Field(description="what it speaks of", examples=["growth"])
    unit: str = Field(description="yuan, fraction, ratio, count, months, days or ln_yuan", examples=["fraction"])
    window_months: int | None = Field(description="whole months it looks at; null for all", examples=[12])
    value: str | int | None = Field(
        description="a decimal as text, a whole number, or null where it cannot be measured", examples=["0.120000"]
    )


class IndicatorValues(Shape):
    """The indicators of a firm."""

    firm_id: str = Field(description="id of the firm", examples=["shop:SOUND"])
    as_of: date = Field(description="end of this day is the last moment of knowledge", examples=["2020-02-21"])
    lake_version: int = Field(description="version of the library", examples=[1])
    indicators: tuple[IndicatorValue, ...] = Field(
        description="in the order of the catalogue; empty where nothing can be measured"
    )


@router.get("/firms/{firm_id:path}/indicators", **told(Text("企业的指标", "Indicators of a firm"), IndicatorValues))
@needs("firm.read", firm="firm_id")
def indicator_values(asked: Ask, firm_id: FirmId) -> Response:
    """Every indicator of a firm, measured from the newest library."""
    with asked.session() as session:
        shelf, _name = registered(asked, session, firm_id)
        known = shelf.has("invoices") and shelf.identity(firm_id) is not None
        vector: Mapping[str, Any] = shelf.measured(firm_id, asked.library.scheme(session, shelf.as_of)) if known else {}
    found = IndicatorValues(
        firm_id=firm_id,
        as_of=shelf.as_of,
        lake_version=shelf.lake_version,
        indicators=tuple(
            IndicatorValue(
                code=card.code,
                name=Words.told(card.name),
                group=card.group,
                unit=card.unit,
                window_months=card.window_months,
                value=_figure(vector[card.code], card.digits),
            )
            for card in indicators()
            if card.code in vector
        ),
    )
    return asked.answer(found)


def _figure(value: Any, digits: int) -> str | int | None:
    if value is None or isinstance(value, int):
        return value
    return f"{Decimal(str(value)):.{digits}f}"
