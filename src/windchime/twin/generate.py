"""`windchime twin generate`: a region of firms as a pack to load, with its truth beside it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.core.canonical import canonical, sha256_file
from windchime.core.errors import BadCall
from windchime.core.progress import Progress, silent
from windchime.core.text import _
from windchime.twin import names, planted, tables, truth, wrongs
from windchime.twin.calendar import Calendar
from windchime.twin.calibration import calibration, shipped
from windchime.twin.contagion import Ties
from windchime.twin.draws import Draws
from windchime.twin.economy import live
from windchime.twin.expansion import TRUTH, Sold, of_chunk
from windchime.twin.families import FAMILIES
from windchime.twin.guarantees import Guarantees
from windchime.twin.intents import Intents
from windchime.twin.population import Population
from windchime.twin.public.society import Society
from windchime.twin.trades import Market
from windchime.twin.world import World
from windchime.twin.writing import Shelf

LEAST, MOST = 20, 200_000


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


def generate(
    out: Path, *, firms: int, seed: int, profile: str = "credit", progress: Progress = silent, chunk: int = 500
) -> Manifest:
    """Write a simulated region to a folder.

    The bytes depend on `firms`, `seed` and `profile` alone (for one release, lock and type of machine); `chunk`, the
    number of firms worked on at a time, changes memory only.

    Raises:
        FirmsOutOfRange: fewer than 20 or more than 200,000 firms.
        NotOurFolder: the folder holds files, and no pack made here before.
    """
    if not LEAST <= firms <= MOST:
        raise FirmsOutOfRange(firms)
    if out.exists() and any(out.iterdir()) and not (out / TRUTH / "manifest.json").exists():
        raise NotOurFolder(out)
    (out / TRUTH).mkdir(parents=True, exist_ok=True)
    for earlier in out.rglob("*.parquet"):
        earlier.unlink()
    world = make_world(firms, seed, progress, profile)
    plan = planted.plan(world)
    sold = Sold.of(world, plan, chunk, progress)
    with Shelf(out, always=TRUTH) as shelf:
        for first in range(0, firms, chunk):
            made = of_chunk(world, sold, np.arange(first, min(first + chunk, firms)))
            duplicates = made[f"{TRUTH}/duplicate_row"]
            shelf.add(made | {f"{TRUTH}/duplicate_row": _moved(duplicates, shelf.rows.get("invoices", 0))})
            progress("rows", min(first + chunk, firms), firms)
        whole = tables.whole(world)
        shelf.add({name: table for name, table in whole.items() if name not in shelf.rows})
        known = truth.tables(world) | wrongs.tables(world) | wrongs.cases(world, plan, sold.cases())
        for family in FAMILIES:
            known |= family.truth(world)
        shelf.add({f"{TRUTH}/{name}": table for name, table in known.items()})
    counts = shelf.rows
    (out / "pack.yaml").write_bytes(tables.description(world, firms, seed))
    names = sorted(["pack.yaml", *(f"{name}.parquet" for name in counts)])
    manifest = Manifest(out, firms, seed, counts, {name: sha256_file(out / name) for name in names})
    body = {"firms": firms, "seed": seed, "profile": profile, "rows": counts, "files": manifest.files}
    (out / TRUTH / "manifest.json").write_bytes(canonical(body) + b"\n")
    return manifest


def _moved(duplicates: pa.Table, rows: int) -> pa.Table:
    """Positions of duplicates, counted behind the rows already written."""
    for name in ("row", "first_row"):
        at = duplicates.column_names.index(name)
        duplicates = duplicates.set_column(at, name, pc.add(duplicates[name], rows))
    return duplicates


def make_world(firms: int, seed: int, progress: Progress = silent, profile: str = "credit") -> World:
    """Firms, market and all months of a region, before any invoice is written."""
    cal = calibration(profile)
    calendar, rng = Calendar.of(cal), Draws(seed)
    people = Population.of(cal, calendar, rng, firms)
    society = Society.of(calendar, rng, people)
    people = people.with_shells(cal, rng, society.rings.ring)
    market = Market(cal, calendar, rng, people)
    given = Guarantees.of(cal, calendar, rng, people, society)
    ties = Ties(
        group=society.groups.group,
        head=society.groups.head,
        guarantees=given,
        begins=calendar.month_of(given.signed),
        ends=calendar.month_of(given.ends),
    )
    course = live(cal, calendar, rng, people, market, ties, progress)
    return World(
        cal=cal,
        calendar=calendar,
        rng=rng,
        firms=people,
        society=society,
        market=market,
        guarantees=given,
        course=course,
        intents=Intents.of(cal, calendar, rng, people, society.rings.ring, course),
        names=pa.array(names.firm_names(shipped("names"), cal, rng, people)),
        codes=pa.array(names.credit_codes(shipped("names"), rng, people)),
    )
