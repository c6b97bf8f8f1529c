"""The leakage check finds what knows the label, and lets honest features pass however strong."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.risk.helpers import FEATURES, real_firms, simulated

from windchime.core.text import Text
from windchime.risk.scorecards import Settings, find_leaks
from windchime.risk.scorecards.leakage import leaking

SETTINGS = Settings.shipped()
ROWS = simulated(400, 3)
BAD = ROWS["bad"].to_numpy()
RNG = np.random.default_rng(0)
NOISY = np.where(RNG.random(400) < 0.02, 1 - BAD, BAD)


def found(**columns: object) -> frozenset[str]:
    table = pl.DataFrame({"firm_id": ROWS["firm_id"], **columns})
    return leaking(find_leaks(table, BAD, SETTINGS.leakage, SETTINGS.binning))


@pytest.mark.parametrize(
    ("what", "column"),
    [
        ("a band given after the outcome", pl.Series(["D" if b else "A" for b in BAD])),
        ("such a band, now and then wrong", pl.Series(["D" if b else "A" for b in NOISY])),
        ("a truth value", pl.Series(NOISY == 1)),
        ("a number that follows the label", pl.Series(BAD * 3 + RNG.normal(size=400))),
        ("a date field filled only for bads", pl.Series([1.5 + i if b else None for i, b in enumerate(BAD)])),
    ],
)
def test_what_knows_the_label_is_refused(what: str, column: pl.Series) -> None:
    assert found(x=column) == {"x"}, what


@pytest.mark.parametrize(
    ("what", "column"),
    [
        ("the firm's own id", ROWS["firm_id"]),
        ("noise", pl.Series(RNG.normal(size=400))),
        ("a small pure category", pl.Series(["rare" if i in set(np.flatnonzero(BAD)[:4]) else "common" for i in range(400)])),
        ("one value", pl.Series([1.0] * 400)),
        ("nothing at all", pl.Series([None] * 400, dtype=pl.Float64)),
        ("sectors with some difference", pl.Series(["x" if r < (0.6 if b else 0.2) else "y" for b, r in zip(BAD, RNG.random(400), strict=True)])),
    ],
)  # fmt: skip
def test_what_does_not_is_let_pass(what: str, column: pl.Series) -> None:
    assert found(x=column) == frozenset(), what


def test_the_features_that_made_the_data_are_let_pass() -> None:
    assert found(**{f.code: ROWS[f.code] for f in FEATURES}) == frozenset()


def test_the_finding_names_feature_and_figures_in_both_languages() -> None:
    table = pl.DataFrame({"band": ["D" if b else "A" for b in BAD]})
    (finding,) = find_leaks(
        table, BAD, SETTINGS.leakage, SETTINGS.binning, names={"band": Text("内部等级", "bank's band")}
    )
    assert finding.severity == "severe"
    assert finding.sentence("en").startswith("bank's band is refused")
    assert finding.sentence("zh").startswith("内部等级")
    assert str(int(BAD.sum())) in finding.sentence("zh")


@pytest.mark.samples
def test_the_real_rating_is_found_by_itself_and_nothing_else(samples: Path) -> None:
    rows = real_firms(samples)
    (finding,) = find_leaks(rows.drop("bad"), rows["bad"].to_numpy(), SETTINGS.leakage, SETTINGS.binning)
    assert leaking((finding,)) == {"credit_rating"}
    assert "of 24 firms with 'D', 24 are bad" in finding.sentence("en")
