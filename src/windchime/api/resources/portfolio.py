"""`/api/v1/portfolio`: the book in figures."""

from collections import Counter

from pydantic import Field
from starlette.responses import Response

from windchime.api.asking import Ask
from windchime.api.described import told
from windchime.api.opening import resource
from windchime.api.shapes import Fraction, Money, Shape
from windchime.core.money import ZERO
from windchime.core.text import Text
from windchime.portfolio.shown.book import book
from windchime.service.http.rules import needs

router = resource("portfolio")


class BandFigures(Shape):
    """What was decided and offered in one band."""

    band: str = Field(description="band of the deciding model", examples=["A"])
    verdicts: dict[str, int] = Field(description="firms by verdict", examples=[{"approve": 4, "refer": 1}])
    offered: Money = Field(description="yuan offered in approved decisions", examples=["4000000.00"])


class Portfolio(Shape):
    """Of every firm the decision written last, in figures."""

    decided: int = Field(description="firms with a decision", examples=[10])
    verdicts: dict[str, int] = Field(description="firms by verdict", examples=[{"approve": 6, "decline": 4}])
    offered: Money = Field(description="yuan offered in approved decisions", examples=["6000000.00"])
    expected_loss: Money = Field(description="yuan a year on what is offered", examples=["12000.00"])
    loss_rate: Fraction | None = Field(description="of what is offered; null where nothing is", examples=["0.002000"])
    bands: tuple[BandFigures, ...] = Field(description="by band, best first")


@router.get("/portfolio", **told(Text("组合概况", "The portfolio in figures"), Portfolio))
@needs("portfolio.read")
def portfolio(asked: Ask) -> Response:
    """The book as it stands, over the firms that are yours to see."""
    with asked.session() as session:
        found = book(asked.bank, session, asked.library).among(asked.visible(session, "portfolio.read"))

    def band(name: str) -> BandFigures:
        lines = [line for line in found.lines if line.band == name]
        approved = (line.limit or ZERO for line in lines if line.verdict == "approve")
        return BandFigures(
            band=name, verdicts=dict(Counter(line.verdict for line in lines)), offered=sum(approved, ZERO)
        )

    offered, loss = found.offered, found.expected_loss
    shape = Portfolio(
        decided=len(found.lines),
        verdicts=dict(Counter(line.verdict for line in found.lines)),
        offered=offered,
        expected_loss=loss,
        loss_rate=round(loss / offered, 6) if offered else None,
        bands=tuple(band(name) for name in found.bands),
    )
    return asked.answer(shape)
