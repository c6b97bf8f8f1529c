"""Verification of the whole library: norms fitted over its firms but those that cheat openly, every list verified, and what came out published as its tables."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

import polars as pl
import pyarrow as pa

from windchime.content.in_force import scheme_in_force
from windchime.content.scheme import Scheme
from windchime.core.canonical import sha256
from windchime.core.ids import uuid7
from windchime.core.progress import Progress, silent
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.data.lake import Lake
from windchime.graph.results.changes import changes
from windchime.indicators.parameters import SCHEME as INDICATORS
from windchime.risk.invoices import relations, settings
from windchime.risk.invoices.calibrating import catalogue, measured
from windchime.risk.invoices.library import INVOICE_LINES, INVOICES, batches, library_listing
from windchime.risk.invoices.listing import Listing
from windchime.risk.invoices.population.measure import MEASURES
from windchime.risk.invoices.population.norms import Norms, TooFewFirms
from windchime.risk.invoices.population.settings import Settings as Population
from windchime.risk.invoices.published import HITS, NORMS, VERDICTS, digests
from windchime.risk.invoices.relations.checks import CHECKS as RELATIONS
from windchime.risk.invoices.relations.gathering import TABLES, gather
from windchime.risk.invoices.relations.grounds import added
from windchime.risk.invoices.relations.parties import Parties
from windchime.risk.invoices.relations.running import run as relate
from windchime.risk.invoices.result_rows import form, hit_rows, norm_rows, verdict_rows
from windchime.risk.invoices.running import CHECKS, run
from windchime.risk.invoices.setting_aside import set_aside
from windchime.risk.invoices.verify import Verification, verify
from windchime.service.bank import Bank

#: of what the library writes of itself
SOURCE = "risk.invoices"
#: rows that are looked at together: memory is bounded, not the answer
_BATCH = 300_000
#: lists of so many batches are kept from the first look to the second (some 130 MB a million rows); beyond, they are read twice
_KEPT = 10
LEARNING = _("learning what is usual of invoices")
VERIFYING = _("verifying invoices")
PUBLISHING = _("publishing verdicts on invoices")
#: schemes that a verification reads
SCHEMES = (settings.SCHEME, INDICATORS, relations.settings.SCHEME)


@dataclass(frozen=True, slots=True)
class Methods:
    """Parameters of all layers on one day."""

    checks: settings.Settings
    population: Population
    relations: relations.settings.Settings

    @classmethod
    def of(cls, schemes: Mapping[str, Scheme], as_of: date) -> "Methods":
        """From the schemes named in `SCHEMES`."""
        own = schemes[settings.SCHEME]
        return cls(
            settings.Settings.of(own, as_of, schemes[INDICATORS]),
            Population.of(own, as_of),
            relations.settings.Settings.of(schemes[relations.settings.SCHEME], as_of),
        )


@dataclass(frozen=True, slots=True)
class Published:
    """What a run did."""

    run_id: str
    as_of: date
    #: the version read, and the one its results stand in; equal where nothing changed
    read_version: int
    lake_version: int
    #: firms by verdict
    firms: Mapping[str, int]
    #: invoices that did not pass
    invoices: int
    #: hash of the norms; None where too few firms are known
    norms: str | None


@dataclass(frozen=True, slots=True)
class Learned:
    """What a library says of its own firms."""

    #: what is usual; None where firms are too few to say
    norms: Norms | None
    #: `GROUNDS` of firms that did not teach it
    aside: pl.DataFrame


def learned(lists: Iterable[Listing], methods: Methods) -> Learned:
    """What is usual among the firms of a library, in two steps: open cheats are set aside, the others are learned from.

    Args:
        lists: of all firms, each firm in one of them.
        methods: of the layers.
    """
    measures = [measured(listing, [run(listing, methods.checks)], methods.population) for listing in lists]
    whole = pl.concat([pl.DataFrame(schema=MEASURES), *measures])
    aside = set_aside(whole, methods.population)
    clean = whole.join(aside, on="reporting_firm_id", how="anti")
    try:
        return Learned(Norms.fit(clean, methods.population, catalogue(CHECKS)), aside)
    except TooFewFirms:
        return Learned(None, aside)


def verified(listing: Listing, parties: Parties, known: Learned, methods: Methods) -> Verification:
    """Verify a list by every layer that the library can feed."""
    norms = known.norms
    related = relate(listing, parties, methods.relations)
    found = verify(listing, methods.checks, methods.population, norms, others=[(related, RELATIONS)], aside=known.aside)
    return added(found, related, norms, methods.population, methods.relations)


def publish(bank: Bank, actor: Actor, as_of: date | None = None, *, progress: Progress = silent) -> Published | None:
    """Verify the lists of all firms as of a date, and publish what changed.

    The same version, date and schemes give the same rows; a second run changes nothing.

    Args:
        bank: whose library.
        actor: who asks for it.
        as_of: the end of this day is the last moment of knowledge; by default that of the newest pack.
        progress: told of each step.

    Returns:
        What was done; None where the library holds no invoices.

    Raises:
        NoLakeVersion: nothing was loaded yet.
        LakeBusy: a load is writing.
    """
    lake = Lake(bank.lake_dir)
    run_id = uuid7(bank.clock)
    with bank.session() as session:
        day = as_of or lake.pack(session).as_of
        schemes = {name: scheme_in_force(bank.content_dir, session, name, day) for name in SCHEMES}
        methods = Methods.of({name: scheme for name, (scheme, _version) in schemes.items()}, day)
        read = (INVOICES, INVOICE_LINES, *TABLES, VERDICTS, HITS, NORMS)
        with lake.reading(session, as_of=day, tables=read) as reading:
            if not reading.has(INVOICES):
                return None
            groups = list(batches(reading, _BATCH))
            steps = 2 * len(groups)

            kept: dict[int, Listing] = {}

            def lists(done: int, step: str) -> Iterator[Listing]:
                for number, firms in enumerate(groups):
                    progress(step, done + number, steps)
                    listing = kept.pop(number, None) or library_listing(reading, firms)
                    if not done and len(groups) <= _KEPT:
                        kept[number] = listing
                    yield listing

            known = learned(lists(0, LEARNING), methods)
            norms = known.norms
            parties = gather(reading, methods.relations)
            said = digests(reading)
            found = [
                _Batch.of(verified(listing, parties, known, methods), said) for listing in lists(len(groups), VERIFYING)
            ]
            versions = {name: version for name, (_scheme, version) in schemes.items()}
            rows = {
                VERDICTS: pa.concat_tables([form(VERDICTS).empty_table(), *(b.verdicts for b in found)]),
                HITS: pa.concat_tables([form(HITS).empty_table(), *(b.hits for b in found)]),
                NORMS: norm_rows(norms, versions),
            }
            made = {table: changes(reading, table, r, run_id, source=SOURCE) for table, r in rows.items()}
            read_version = reading.lake_version
    progress(PUBLISHING, 0, 1)
    frames = {table: m.rows for table, m in made.items() if m.rows.num_rows}
    firms = dict(sorted(Counter(rows[VERDICTS]["verdict"].to_pylist()).items()))
    with bank.unit(actor) as unit:
        after = read_version
        if frames:
            after = lake.publish(unit, frames, load_id=run_id, content_hash=_hash(frames)).lake_version
        counts = {t: {"found": m.found, "changed": m.changed, "withdrawn": m.withdrawn} for t, m in made.items()}
        digest = norms.digest if norms else None
        unit.record(
            "invoices.verify",
            run_id,
            after={
                "as_of": day, "read_version": read_version, "lake_version": after, "tables": counts, "firms": firms,
                "norms": digest, "set_aside": known.aside["reporting_firm_id"].n_unique(), "schemes": versions,
            },
        )  # fmt: skip
    progress(PUBLISHING, 1, 1)
    return Published(run_id, day, read_version, after, firms, rows[HITS].num_rows, digest)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows of some firms, ready to be published; the lists themselves are let go."""

    verdicts: pa.Table
    hits: pa.Table

    @classmethod
    def of(cls, found: Verification, said: Mapping[str, str]) -> Self:
        return cls(verdict_rows(found, said), hit_rows(found))


def _hash(frames: Mapping[str, pa.Table]) -> str:
    """Of what the rows say, the run that says it left out."""
    said = [rows.drop_columns(["run_id", "load_id"]) for _table, rows in sorted(frames.items())]
    return sha256(b"".join(b.serialize() for rows in said for b in rows.combine_chunks().to_batches()))
