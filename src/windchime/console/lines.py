"""A line of the book as tables of pages show it."""

from windchime.console import addresses
from windchime.portfolio.shown.book import Line


def row(line: Line) -> dict[str, object]:
    """Its cells by column, with the addresses of the pages they lead to."""
    return {
        "name": line.name,
        "firm_id": line.firm_id,
        "firm_href": addresses.firm(line.firm_id),
        "verdict": line.verdict,
        "band": line.band,
        "probability": line.probability,
        "limit": line.limit,
        "rate": line.rate,
        "reason": line.reason,
        "as_of": line.as_of,
        "made_at": line.made_at,
        "decision_href": addresses.decision(line.decision_id),
    }
