"""The tamper lab with files: a list tampered with and written, and what is seen of every operation at lists of one's own."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import polars as pl

from windchime.core.dates import SHANGHAI
from windchime.data.intake.mapping import PackMapping
from windchime.documents.invoice_files import Methods
from windchime.risk.invoices.calibrating import calibrate
from windchime.risk.invoices.lab import OPERATIONS, Tampered, tamper
from windchime.risk.invoices.lab.evaluating import recall, trials
from windchime.risk.invoices.listing import FORM, Listing
from windchime.risk.invoices.reading import read

LINES_KEY = ("reporting_firm_id", "direction", "invoice_code", "invoice_no")
MONEY = ("amount", "tax", "total")
FIRM = "reporting_firm_id"
#: tables of a simulated region's truth that name firms whose invoices are not as they should be
CHEATS = {
    "intent": ("firm_id",),
    "altered_row": ("firm_id",),
    "embellished_line": ("firm_id",),
    "shell_ring": ("firm_id",),
    "invoice_cycle": ("seller_id", "buyer_id"),
}
#: columns of a listing that its files have under the names of the contract
_WRITTEN = tuple(c for c in FORM if c not in ("row", "partner_id", "source_file", "row_no"))


def tamper_file(
    path: Path,
    out: Path,
    operation: str,
    *,
    count: float,
    seed: int,
    now: datetime,
    firm: str | None = None,
    mapping: PackMapping | None = None,
) -> Tampered:
    """Do an operation to a list and write it: `invoices.parquet`, `invoice_lines.parquet`, `altered.csv` with the rows.

    Args:
        path: the list.
        out: folder, made where it is not there.
        operation: code.
        count: of invoices of each firm to alter, or as a float their share.
        seed: of the operation.
        now: no list can know of a later day.
        firm: whose list it is.
        mapping: how tables are read.

    Raises:
        UnknownName, BadCount: as `tamper`.
        BadInput: as `read`.
    """
    out.mkdir(parents=True, exist_ok=True)
    today = now.astimezone(SHANGHAI).date()
    found = read(path, spill=out, today=today, firm=firm, mapping=mapping)
    done = tamper(found.listing, operation, count=count, seed=seed)
    _yuan(done.listing.invoices.select(_WRITTEN)).write_parquet(out / "invoices.parquet")
    if done.listing.lines.height:
        issued = done.listing.invoices.select(*LINES_KEY, "issue_date").unique(LINES_KEY, keep="first")
        lines = done.listing.lines.join(issued, on=LINES_KEY, how="left", nulls_equal=True)
        _yuan(lines).write_parquet(out / "invoice_lines.parquet")
    # in the order in which they stand in the written file, the header counted as a row; what is gone has no place
    place = done.listing.invoices.select("row", "invoice_no").with_row_index("file_row", offset=2)
    done.altered.join(place, on="row", how="left").write_csv(out / "altered.csv")
    return done


def evaluate_files(
    paths: Sequence[Path],
    methods: Methods,
    *,
    operations: Sequence[str] | None,
    seed: int,
    spill: Path,
    now: datetime,
) -> pl.DataFrame:
    """What is seen of every operation at lists that are taken for clean: `recall` of all of them together.

    Without norms of one's own, each list is judged by norms of the firms of the other lists; one list alone by its own.

    Raises:
        TooFewFirms: fewer than norms need.
        BadInput: as `read`.
    """
    today = now.astimezone(SHANGHAI).date()
    lists: list[Listing] = [read(path, spill=spill, today=today).listing for path in paths]
    day = max(listing.as_of for listing in lists)
    checks, population = methods.checks(day), methods.population(day)
    wanted = tuple(operations or (o.code for o in OPERATIONS))
    found = []
    for one in lists:
        others = [other for other in lists if other is not one] or [one]
        norms = methods.norms or calibrate(others, checks, population)
        found.append(trials(one, norms, checks, population, seed=seed, operations=wanted))
    return recall(pl.concat(found))


def clean_firms(region: Path, out: Path) -> Path:
    """The lists of a simulated region without the firms that its truth says cheat with invoices, each under an id of its own.

    Args:
        region: folder of a simulated region, with its truth.
        out: folder to write to.
    """

    def told(name: str, *columns: str) -> set[str]:
        table = pl.read_parquet(region / "truth" / f"{name}.parquet", columns=list(columns))
        return set(pl.concat([table[c].cast(pl.String) for c in columns]))

    cheats = set().union(*(told(name, *columns) for name, columns in CHEATS.items()))
    out.mkdir(parents=True, exist_ok=True)
    for name in ("invoices", "invoice_lines"):
        rows = pl.read_parquet(region / f"{name}.parquet").filter(~pl.col(FIRM).is_in(sorted(cheats)))
        parties = [pl.col(c) + f"-{region.name}" for c in (FIRM, "seller_id", "buyer_id") if c in rows.columns]
        rows.with_columns(parties).write_parquet(out / f"{name}.parquet")
    return out


def _yuan(rows: pl.DataFrame) -> pl.DataFrame:
    cells = [(pl.col(c).cast(pl.Float64) / 100).cast(pl.Decimal(18, 2)) for c in MONEY if c in rows.columns]
    return rows.with_columns(cells)
