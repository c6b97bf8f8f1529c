"""The shipped scheme reads into settings that hang together."""

import pytest

from windchime.risk.scorecards import Settings
from windchime.risk.scorecards.settings import Scaling

SCALING = Settings.shipped().scaling


def test_points_double_the_odds() -> None:
    at_base = SCALING.offset + SCALING.factor * 2.995732273553991  # ln 20
    assert at_base == pytest.approx(SCALING.base_score)
    assert SCALING.factor * 0.6931471805599453 == pytest.approx(SCALING.points_to_double_odds)


@pytest.mark.parametrize(
    ("probability", "band"), [(0.0, "A"), (0.0299, "A"), (0.03, "B"), (0.08, "C"), (0.2, "D"), (1.0, "D")]
)
def test_bands_are_half_open(probability: float, band: str) -> None:
    assert SCALING.band(probability) == band


def test_bands_are_a_to_d_with_rising_bounds() -> None:
    assert [name for name, _ in SCALING.bands] == ["A", "B", "C", "D"]
    bounds = [below for _, below in SCALING.bands]
    assert bounds == sorted(bounds)


def test_the_scale_comes_back_whole() -> None:
    assert Scaling.of(SCALING.as_dict()) == SCALING


def test_limits_loosen_where_bads_are_many() -> None:
    shipped = Settings.shipped()
    assert shipped.large is not None
    assert shipped.for_bads(shipped.large.from_bads - 1) == shipped
    large = shipped.for_bads(shipped.large.from_bads)
    assert large.binning.max_bins > shipped.binning.max_bins
    assert large.selection.min_iv < shipped.selection.min_iv
    assert large.binning.pseudo_count == shipped.binning.pseudo_count
