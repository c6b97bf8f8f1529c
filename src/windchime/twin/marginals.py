"""`windchime twin check`: the figures of a generated region beside those it was calibrated to.

Reads the pack and its truth. Unless stated, figures are of firms that never fail, as the sheet they are held against.
"""

from dataclasses import dataclass
from pathlib import Path

from windchime.core.text import Text
from windchime.twin.calibration import calibration, shipped
from windchime.twin.figures import of as figures_of
from windchime.twin.invoice_figures import InvoiceFigures
from windchime.twin.public.checks import figures as public_figures
from windchime.twin.sample import Sample, profile


@dataclass(frozen=True, slots=True)
class Marginal:
    """One figure."""

    name: str
    label: Text
    target: float
    #: accepted from `low` to `high`
    low: float
    high: float
    #: None where the region is too small to measure it
    measured: float | None
    #: how many firms, rows or months stand behind it
    n: int

    @property
    def tolerance(self) -> tuple[float, float]:
        """The accepted interval."""
        return self.low, self.high

    @property
    def holds(self) -> bool:
        """Whether the figure lies inside."""
        return self.measured is not None and self.low <= self.measured <= self.high


def marginals(folder: Path) -> list[Marginal]:
    """All checks of `checks.yaml` and `checks_public.yaml` in `content/seed/twin` on a region that `generate` wrote, in their order.

    Figures of invoices are those of firms with a credit record: a region of profile `population` is not held to them.

    Raises:
        NotARegion: the folder holds no generated region with its truth.
    """
    cal = calibration(profile(folder))
    figures = figures_of(folder, cal) | public_figures(folder)
    if cal.name == "credit":
        figures |= InvoiceFigures(Sample.read(folder)).all
    return [
        Marginal(c["name"], Text.of(c["label"]), c["target"], c["low"], c["high"], *figures.get(c["name"], (None, 0)))
        for c in (*shipped("checks")["checks"], *shipped("checks_public")["checks"])
        if cal.name == "credit" or c["name"] in figures
    ]
