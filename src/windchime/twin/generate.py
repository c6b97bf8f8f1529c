"""`windchime twin generate`: a region of firms as a pack to load, with its truth beside it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from windchime.core.canonical import canonical, sha256_file
from windchime.core.errors import BadCall
from windchime.core.progress import Progress, silent
from windchime.core.text import _
from windchime.twin import names, numbering, planted, purchases, sales, tables, truth
from windchime.twin.calendar import Calendar
from windchime.twin.calibration import Ints, calibration, shipped
from windchime.twin.draws import Draws
from windchime.twin.economy import live
from windchime.twin.guarantees import Guarantees
from windchime.twin.population import Population
from windchime.twin.public.society import Society
from windchime.twin.rows import Rows, together
from windchime.twin.trades import Market
from windchime.twin.world import World
from windchime.twin.writing import write_parquet

LEAST, MOST = 20, 20_000
TRUTH = "truth"


class FirmsOutOfRange(BadCall):
    """A region too small to hold what is planted, or too large for one machine's memory."""

    msgid = _("a region has {least} to {most} firms, not {firms}")

    def __init__(self, firms: int) -> None:
        super().__init__(firms=firms, least=LEAST, most=MOST)


class NotOurFolder(BadCall):
    """The folder to write to holds something else."""

    msgid = _("{folder} holds files that are not a simulated region")
    hint = _("name an empty or a new folder")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder=str(folder))


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was written."""

    folder: Path
    firms: int
    seed: int
    #: rows of each table of the pack, and of each table of truth as `truth/name`
    rows: dict[str, int]
    #: SHA-256 of each file by its path within the folder
    files: dict[str, str]


def generate(out: Path, *, firms: int, seed: int, progress: Progress = silent, chunk: int = 500) -> Manifest:
    """Write a simulated region to a folder.

    The bytes depend on `firms` and `seed` alone (for one release, lock and type of machine); `chunk`, the number of
    firms worked on at a time, changes memory only.

    Raises:
        FirmsOutOfRange: fewer than 20 or more than 20,000 firms.
        NotOurFolder: the folder holds files, and no pack made here before.
    """
    if not LEAST <= firms <= MOST:
        raise FirmsOutOfRange(firms)
    if out.exists() and any(out.iterdir()) and not (out / TRUTH / "manifest.json").exists():
        raise NotOurFolder(out)
    (out / TRUTH).mkdir(parents=True, exist_ok=True)
    world = make_world(firms, seed, progress)
    plan = planted.plan(world)
    rows = invoices(world, plan, chunk, progress)
    listed = tables.listed(world, rows)
    pack = tables.pack(world, rows, listed)
    known = truth.tables(world, plan, rows, listed)
    counts = {name: write_parquet(out / f"{name}.parquet", table) for name, table in pack.items()}
    counts |= {f"{TRUTH}/{name}": write_parquet(out / TRUTH / f"{name}.parquet", t) for name, t in known.items()}
    (out / "pack.yaml").write_bytes(tables.description(world, firms, seed))
    names = sorted(["pack.yaml", *(f"{name}.parquet" for name in counts)])
    manifest = Manifest(out, firms, seed, counts, {name: sha256_file(out / name) for name in names})
    body = {"firms": firms, "seed": seed, "rows": counts, "files": manifest.files}
    (out / TRUTH / "manifest.json").write_bytes(canonical(body) + b"\n")
    return manifest


def make_world(firms: int, seed: int, progress: Progress = silent, profile: str = "credit") -> World:
    """Firms, market and all months of a region, before any invoice is written."""
    cal = calibration(profile)
    calendar, rng = Calendar.of(cal), Draws(seed)
    people = Population.of(cal, calendar, rng, firms)
    society = Society.of(calendar, rng, people)
    people = people.with_shells(cal, rng, society.rings.ring)
    market = Market(cal, calendar, rng, people)
    return World(
        cal=cal,
        calendar=calendar,
        rng=rng,
        firms=people,
        society=society,
        market=market,
        guarantees=Guarantees.of(cal, calendar, rng, people, society),
        course=live(cal, calendar, rng, people, market, progress),
        names=pa.array(names.firm_names(shipped("names"), cal, rng, people)),
        codes=pa.array(names.credit_codes(shipped("names"), rng, people)),
    )


def invoices(world: World, plan: planted.Plan, chunk: int, progress: Progress = silent) -> Rows:
    """All invoices with numbers, worked out for so many firms at a time."""
    n = len(world.firms)
    sold, bought = [], []
    for first in range(0, n, chunk):
        some: Ints = np.arange(first, min(first + chunk, n))
        own = plan.rows.take(np.isin(plan.rows.seller, some))
        sold.append(numbering.numbered(world, together([sales.of_firms(world, some), own])))
        bought.append(purchases.of_firms(world, some))
        progress("invoices", min(first + chunk, n), n)
    return together([*sold, numbering.numbered(world, together(bought))])
