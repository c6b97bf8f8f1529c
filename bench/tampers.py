"""What is seen of lists that were tampered with: calibrated on some firms, judged on others, by operation and number of invoices.

Regions are generated unless WINDCHIME_REGIONS names a folder that holds them as `s1` … `s10`.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl

from bench import Row
from windchime.risk.invoices.calibrating import catalogue, measured
from windchime.risk.invoices.lab.evaluating import false_alarms, recall, trials
from windchime.risk.invoices.listing import Listing
from windchime.risk.invoices.population.norms import Norms
from windchime.risk.invoices.population.power import power
from windchime.risk.invoices.population.settings import Settings as Population
from windchime.risk.invoices.running import CHECKS, run
from windchime.risk.invoices.settings import Settings
from windchime.risk.invoices.verify import verify

AREA = "tampers"
FIRM = "reporting_firm_id"
#: firms of a region; seeds that norms are fitted on, and those that are judged
FIRMS, FITTED, JUDGED = 300, range(1, 6), range(6, 11)
#: every so many-th clean firm of the judged regions is tampered with
EVERY = 8
AS_OF = date(2025, 12, 31)
#: sizes of lists, and share of altered firms that is to be seen, of the table of power
SIZES, SEEN = (30, 100, 300, 1000, 3000), 0.9


def rows() -> Iterator[Row]:
    settings, population = Settings.shipped(AS_OF), Population.shipped()
    named = os.environ.get("WINDCHIME_REGIONS")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(named or made)
        fitted = [_measured(clean_region(folder, seed), settings, population) for seed in FITTED]
        norms = Norms.fit(pl.concat(fitted), population, catalogue(CHECKS))
        judged = [clean_region(folder, seed) for seed in JUDGED]
        firms = pl.concat([verify(one, settings, population, norms).firms for one in judged])
        yield from _alarms("region, seeds 6-10", firms)
        some = _together([_sample(one) for one in judged])
        yield from _recalls("region", trials(some, norms, settings, population, seed=1))
        yield from _power("region", norms, population)
    samples = os.environ.get("WINDCHIME_SAMPLES")
    if samples:
        yield from _published(Path(samples, "cumcm2020c"), settings, population)


def _published(folder: Path, settings: Settings, population: Population) -> Iterator[Row]:
    norms = Norms.fit(_measured(published(folder, "a1", ""), settings, population), population, catalogue(CHECKS))
    judged = published(folder, "a2", "_dev60")
    yield from _alarms("cumcm2020c, attachment 2", verify(judged, settings, population, norms).firms)
    yield from _recalls("cumcm2020c", trials(judged, norms, settings, population, seed=1))
    yield from _power("cumcm2020c", norms, population)


def clean_region(folder: Path, seed: int) -> Listing:
    """The lists of the firms of a region that truth does not say cheat, their ids made different from those of other seeds."""
    region = folder / f"s{seed}"
    if not region.exists():
        command = [sys.executable, "-m", "windchime", "twin", "generate", "--out", str(region)]
        subprocess.run([*command, "--firms", str(FIRMS), "--seed", str(seed)], check=True, capture_output=True)

    def truth(name: str, *columns: str) -> set[str]:
        table = pl.read_parquet(region / "truth" / f"{name}.parquet", columns=list(columns))
        return set(pl.concat([table[c].cast(pl.String) for c in columns]))

    cheats = truth("intent", "firm_id") | truth("altered_row", "firm_id") | truth("embellished_line", "firm_id")
    cheats |= truth("shell_ring", "firm_id") | truth("invoice_cycle", "seller_id", "buyer_id")
    invoices, lines = (
        pl.read_parquet(region / f"{name}.parquet").filter(~pl.col(FIRM).is_in(sorted(cheats)))
        for name in ("invoices", "invoice_lines")
    )
    parties = [pl.col(c) + f"-{seed}" for c in (FIRM, "seller_id", "buyer_id")]
    return Listing.of(invoices.with_columns(parties), AS_OF, lines.with_columns(parties[:1]))


def published(folder: Path, part: str, suffix: str) -> Listing:
    """One attachment of the contest's data, both sides."""
    sides = []
    for name, direction in (("sales", "sale"), ("purchase", "purchase")):
        rows = pl.read_parquet(folder / f"{part}_{name}_invoices{suffix}.parquet")
        firm, other = (pl.lit("cumcm2020c:") + pl.col(c) for c in ("enterprise_id", "counterparty_id"))
        sale = direction == "sale"
        sides.append(
            rows.select(
                firm.alias(FIRM),
                pl.lit(direction).alias("direction"),
                (firm if sale else other).alias("seller_id"),
                (other if sale else firm).alias("buyer_id"),
                "invoice_no",
                pl.lit("unknown").alias("kind"),
                pl.when(pl.col("status").str.strip_chars() == "有效发票")
                .then(pl.lit("normal"))
                .otherwise(pl.lit("void"))
                .alias("status"),
                pl.when(pl.col("total") < 0).then(pl.lit("red")).otherwise(pl.lit("blue")).alias("colour"),
                pl.col("issue_date").cast(pl.Date),
                "amount",
                "tax",
                "total",
                pl.lit(name).alias("source_file"),
                pl.col("row_no").cast(pl.Int64),
            )
        )
    return Listing.of(pl.concat(sides), date(2020, 2, 21))


def _measured(listing: Listing, settings: Settings, population: Population) -> pl.DataFrame:
    return measured(listing, [run(listing, settings)], population)


def _sample(listing: Listing) -> Listing:
    some = listing.invoices[FIRM].unique().sort().gather_every(EVERY)
    mine = pl.col(FIRM).is_in(some.implode())
    return Listing(listing.invoices.filter(mine), listing.lines.filter(mine), listing.as_of, listing.told)


def _together(listings: list[Listing]) -> Listing:
    invoices = pl.concat([one.invoices for one in listings]).drop("row").with_row_index("row")
    lines = pl.concat([one.lines for one in listings])
    return Listing(invoices, lines, listings[0].as_of, listings[0].told)


def _alarms(library: str, firms: pl.DataFrame) -> Iterator[Row]:
    for verdict, share, low, high in false_alarms(firms):
        target = {"question": "≤ 5 %", "reject": "≤ 1 %"}[verdict]
        note = f"{firms.height} clean firms; 95 %: {low:.1%}–{high:.1%}"
        yield Row(AREA, f"{library}: clean firms, {verdict} or graver", 100 * share, "%", target, note=note)


def _recalls(library: str, found: pl.DataFrame) -> Iterator[Row]:
    for r in recall(found).iter_rows(named=True):
        partner = f", partner's copy {r['partner']:.0%} of {r['partners']}" if r["partners"] else ""
        yield Row(
            AREA,
            f"{library}: {r['operation']} × {r['count']}",
            100 * r["detected"],
            "%",
            "" if r["level"] == "none" else "≥ 95 %",
            note=f"{r['level']}; {r['firms']} firms, {r['low']:.0%}–{r['high']:.0%}; rejected {r['rejected']:.0%}; "
            f"earlier download {r['earlier']:.0%}{partner}",
        )


def _power(library: str, norms: Norms, population: Population) -> Iterator[Row]:
    whole = [check.code for check in CHECKS if check.unit == "firm"]
    counted = power(norms, population, SIZES, SEEN).filter(~pl.col("code").is_in(whole))
    table = counted.pivot("of", index=["code", "end"], values="altered")
    for r in table.iter_rows(named=True):
        fewest = ", ".join(f"{r[str(n)] or '–'} of {n}" for n in SIZES)
        seen = [r[str(n)] for n in SIZES if r[str(n)]]
        if seen:
            yield Row(
                AREA, f"{library}: fewest rows that {r['code']} ({r['end']}) sees", min(seen), "rows", note=fewest
            )
