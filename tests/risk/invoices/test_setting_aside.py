"""Norms of a library in which some firms cheat openly: they are set aside, and found."""

import polars as pl
import pytest
from tests.risk.invoices.lab.borrowers import AS_OF, borrowers

from windchime.content import seed
from windchime.content.scheme import Scheme
from windchime.risk.invoices.lab.operations import tamper
from windchime.risk.invoices.population.measure import MEASURES, Measure
from windchime.risk.invoices.population.norms import JUDGED, Norms
from windchime.risk.invoices.population.settings import Settings as Population
from windchime.risk.invoices.publishing import SCHEMES, Methods, learned
from windchime.risk.invoices.setting_aside import at_least_asked, set_aside
from windchime.risk.invoices.verdict import GROUNDS, grounds
from windchime.risk.invoices.verify import verify

POPULATION = Population.shipped()
METHODS = Methods.of({n: Scheme.of(seed.documents("schemes")[n]) for n in SCHEMES}, AS_OF)
CATALOGUE = (Measure("total_disagrees", "count", ("high",), "share", "{figure}"),)


def library(hits: dict[int, float], firms: int = 1000, rows: float = 100) -> pl.DataFrame:
    """Lists of which none but a few has a total that does not add up."""
    figure = [hits.get(f, 0.0) for f in range(firms)]
    columns = {"code": "total_disagrees", "figure": pl.Series(figure), "of": rows, "error": None}
    names = pl.DataFrame({"reporting_firm_id": [f"own:F{f:04d}" for f in range(firms)]})
    return names.with_columns(**{c: v if isinstance(v, pl.Series) else pl.lit(v) for c, v in columns.items()}).select(
        pl.col(c).cast(k) for c, k in MEASURES.items()
    )


@pytest.mark.parametrize("share", [0.01, 0.04, 0.10])
def test_cheats_in_the_library_do_not_make_themselves_usual(share: float) -> None:
    cheats = dict.fromkeys(range(int(1000 * share)), 40.0)
    measures = library(cheats)
    aside = set_aside(measures, POPULATION)
    assert aside["reporting_firm_id"].to_list() == [f"own:F{f:04d}" for f in cheats]
    norms = Norms.fit(measures.join(aside, on="reporting_firm_id", how="anti"), POPULATION, CATALOGUE)
    found = grounds(norms.judge(measures), norms, POPULATION)
    assert found.filter(pl.col("standing") == "reject")["reporting_firm_id"].to_list() == [
        f"own:F{f:04d}" for f in cheats
    ]
    # what the library said when they were learned from
    among = Norms.fit(measures, POPULATION, CATALOGUE)
    silent = grounds(among.judge(measures), among, POPULATION).filter(pl.col("standing") == "reject")
    assert silent.is_empty() == (share > POPULATION.bounds.reject)


def test_strays_and_what_the_source_writes_everywhere_set_nobody_aside() -> None:
    assert set_aside(library({0: 2.0, 1: 4.0}), POPULATION).is_empty()
    assert set_aside(library(dict.fromkeys(range(300), 40.0)), POPULATION).is_empty()
    assert set_aside(library({}).clear(), POPULATION).is_empty()
    soft = library({0: 40.0}).with_columns(code=pl.lit("odd_totals"))
    assert set_aside(soft, POPULATION).is_empty()


def test_a_firm_set_aside_is_asked_about_whatever_norms_say() -> None:
    aside = set_aside(library({0: 40.0, 1: 40.0, 2: 40.0}), POPULATION)
    one = {"code": "total_disagrees", "end": "high", "figure": 40.0, "of": 100.0, "usual": 0.3, "rarity": 0.1}
    judged = pl.DataFrame([{"reporting_firm_id": f"own:F000{f}"} | one for f in range(3)]).select(
        pl.col(c).cast(k) if c in {"reporting_firm_id", *one} else pl.lit(None, k).alias(c) for c, k in JUDGED.items()
    )
    ruled = pl.DataFrame(
        [{"reporting_firm_id": f"own:F000{f}", "standing": s} | one for f, s in enumerate(("watch", "reject"))]
    ).select(pl.col(c).cast(k) for c, k in GROUNDS.items())
    asked = at_least_asked(ruled, aside, judged)
    assert asked["standing"].to_list() == ["question", "reject", "question"]
    assert asked["rarity"].to_list() == [0.1, 0.1, 0.1]


def test_lists_altered_in_the_library_itself_are_found() -> None:
    listing, altered = borrowers(48, 6, seed=3), [f"own:F{f}" for f in range(5)]
    for firm in altered:
        rows = listing.invoices.filter(pl.col("reporting_firm_id") == firm).height
        listing = tamper(listing, "alter_amount", firm=firm, count=rows // 4, seed=1).listing
    known = learned([listing], METHODS)
    by_totals = known.aside.filter(pl.col("code") == "total_disagrees")
    assert by_totals["reporting_firm_id"].to_list() == altered
    assert known.norms is not None
    assert known.norms.firms == 48 - known.aside["reporting_firm_id"].n_unique()
    found = verify(listing, METHODS.checks, POPULATION, known.norms, aside=known.aside)
    assert {found.verdict(firm) for firm in altered} == {"reject"}
    assert "None" not in found.findings(altered[0])[0].sentence("en")
