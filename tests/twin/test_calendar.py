from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from windchime.core.errors import UnknownName
from windchime.twin.calendar import EPOCH, Calendar, day_weights
from windchime.twin.calibration import shipped

REGION = shipped("region")


def _season(year: int) -> list[float]:
    """How busy each month of a year is, from the weights of its days, in units of the year's mean."""
    starts = [date(year, m, 1) for m in range(1, 13)] + [date(year + 1, 1, 1)]
    monthly = np.array([day_weights(REGION, a, b).sum() for a, b in pairwise(starts)])
    monthly *= REGION.numbers("calendar.month_weight")
    found: list[float] = (monthly / monthly.mean()).tolist()
    return found


def test_the_trough_follows_the_lunar_date() -> None:
    early, late = _season(2023), _season(2024)  # festivals on 22 January and 10 February
    assert early[0] < 1 < late[0]
    assert late[1] < early[1]


def test_the_years_of_the_calibration_give_back_their_month_factors() -> None:
    mean = np.mean([_season(y) for y in (2017, 2018, 2019)], axis=0)
    assert mean[0] == pytest.approx(1.27, abs=0.1)
    assert mean[1] == pytest.approx(0.67, abs=0.08)
    assert mean[11] == pytest.approx(1.45, abs=0.1)


def test_a_day_lies_in_its_month() -> None:
    calendar = Calendar.of(REGION)
    month = np.repeat(np.arange(calendar.months), 50)
    day = calendar.day(month, np.tile(np.linspace(0.0001, 0.9999, 50), calendar.months))
    assert (calendar.month_of(day) == month).all()


def test_days_come_in_the_proportion_of_their_weights() -> None:
    calendar = Calendar.of(REGION)
    january = calendar.index(date(2024, 1, 15))
    u = (np.arange(310_000) + 0.5) / 310_000
    drawn = np.bincount(calendar.day(np.full(len(u), january), u) - calendar.first_day[january], minlength=31)
    weights = day_weights(REGION, date(2024, 1, 1), date(2024, 2, 1))
    assert drawn / len(u) == pytest.approx(weights / weights.sum(), abs=1e-4)


def test_nobody_works_on_the_festival() -> None:
    calendar = Calendar.of(REGION)
    festival = date(2025, 1, 29)
    days = np.array([(festival + timedelta(days=k) - EPOCH).days for k in (0, 1, 2, 60)])
    assert calendar.quiet(days).tolist() == [True, True, True, False]


def test_a_number_the_content_does_not_have_is_named() -> None:
    with pytest.raises(UnknownName, match=r"firm\.colour"):
        REGION["firm.colour"]
    with pytest.raises(UnknownName, match="village"):
        shipped("village")
