"""What the library knows of parties, read into the frames that checks of relations join to."""

from collections.abc import Collection, Mapping

import ibis
import polars as pl
import pyarrow as pa

from windchime.core.dates import Window
from windchime.data.reading import Reading
from windchime.risk.invoices.relations.parties import HOPS, NEEDED, REGISTER, SAME, TROUBLES, Parties
from windchime.risk.invoices.relations.settings import Settings

LINKS = "entity_links"
#: tables that are read where the library holds them
TABLES = (LINKS, "social_insurance", "money_patterns", *(t for tables in NEEDED.values() for t in tables))
_TEXT, _DAY, _COUNT = pl.String(), pl.Date(), pl.Int64()
#: names as frames bear them, each with the column of the table and its type
Columns = Mapping[str, tuple[str, pl.DataType]]


def gather(reading: Reading, settings: Settings, ids: Collection[str] | None = None) -> Parties:
    """Facts as known on the reading's date.

    Args:
        reading: as of the day of the list.
        settings: which statuses, lists and ties count.
        ids: the parties that matter, as invoices name them; all by default.
    """
    asked = _Asked(reading, ids)
    return Parties(
        asked.same,
        _register(asked, settings),
        _troubles(asked, settings),
        _ties(asked, settings),
        _hops(asked),
        frozenset(t for tables in NEEDED.values() for t in tables if reading.has(t)),
    )


class _Asked:
    """Tables of the reading, of the parties that matter, ids already replaced by parties."""

    def __init__(self, reading: Reading, ids: Collection[str] | None) -> None:
        self.reading = reading
        self.same = pl.DataFrame(schema=SAME)
        self._wanted: ibis.Table | None = None
        if reading.has(LINKS):
            links = reading.table(LINKS).select(id="mention_id", party="entity_id")
            if ids is not None:
                mine = links.filter(links["id"].isin(list(ids))).select("party").distinct()
                links = links.semi_join(mine, "party")
            self.same = _polars(links, SAME)
        if ids is not None:
            every = sorted({*ids, *self.same["id"]})
            self._wanted = ibis.memtable(pa.table({"wanted": every}))

    def has(self, table: str) -> bool:
        return self.reading.has(table)

    def rows(self, table: str, columns: Columns, *parties: str) -> pl.DataFrame:
        """Columns of a table, only rows in which one of the parties matters; the columns of `parties` are resolved."""
        form = {name: kind for name, (_of, kind) in columns.items()}
        if not self.has(table):
            return pl.DataFrame(schema=form)
        rows = self.reading.table(table).select(**{name: of for name, (of, _kind) in columns.items()})
        if self._wanted is not None:
            near = rows[parties[0]].isin(self._wanted["wanted"])
            for other in parties[1:]:
                near |= rows[other].isin(self._wanted["wanted"])
            rows = rows.filter(near)
        found = _polars(rows, form)
        return found.with_columns(pl.col(p).replace(self.same["id"], self.same["party"]) for p in parties)


def _polars(rows: ibis.Table, form: Mapping[str, pl.DataType]) -> pl.DataFrame:
    found = pl.DataFrame(pl.from_arrow(rows.to_pyarrow()))
    return found.select(pl.col(c).cast(kind) for c, kind in form.items())


def _register(asked: _Asked, settings: Settings) -> pl.DataFrame:
    firms = asked.rows(
        "firms",
        {
            "party": ("firm_id", _TEXT),
            "founded_on": ("established_on", _DAY),
            "status": ("status", _TEXT),
            "status_on": ("status_on", _DAY),
            "capital": ("registered_capital", pl.Float64()),
            "staff": ("staff_reported", _COUNT),
        },
        "party",
    )
    has_ended = pl.col("status").is_in(settings.ended).fill_null(False)
    known = firms.group_by("party").agg(
        # of several sources, what speaks for the firm
        pl.col("founded_on").min(),
        pl.col("capital", "staff").max(),
        ended_on=pl.when(has_ended.all()).then(pl.col("status_on").max()),
    )
    ties = asked.rows(
        "hidden_ties", {"a": ("firm_a_id", _TEXT), "b": ("firm_b_id", _TEXT), "kinds": ("kinds", _TEXT)}, "a", "b"
    )
    of_agents = ties.filter(pl.col("kinds").str.split("|").list.contains("agent"))
    agents = (
        of_agents.select(party=pl.concat_list("a", "b"), other=pl.concat_list("b", "a"))
        .explode("party", "other")
        .group_by("party")
        .agg(agent_ties=pl.col("other").n_unique().cast(_COUNT))
    )
    patterns = asked.rows("money_patterns", {"party": ("firm_id", _TEXT), "kind": ("kind", _TEXT)}, "party")
    passing = patterns.filter(pl.col("kind") == "pass_through").select("party", passes_money_through=True).unique()
    joined = known.join(_insured(asked, settings), "party", "left").join(agents, "party", "left")
    none = pl.lit(0 if asked.has("hidden_ties") else None, _COUNT)
    return (
        joined.join(passing, "party", "left")
        .with_columns(pl.col("agent_ties").fill_null(none), pl.col("passes_money_through").fill_null(False))
        .select(*REGISTER)
    )


def _insured(asked: _Asked, settings: Settings) -> pl.DataFrame:
    """The most people insured in one kind of insurance and month of the last twelve."""
    rows = asked.rows(
        "social_insurance",
        {"party": ("firm_id", _TEXT), "month": ("month", _DAY), "insured": ("insured_count", _COUNT)},
        "party",
    )
    since = Window(12).bounds(settings.as_of)[0]
    return rows.filter(pl.col("month") >= since).group_by("party").agg(pl.col("insured").max())


def _troubles(asked: _Asked, settings: Settings) -> pl.DataFrame:
    def told(table: str, party: str, since: str, until: str, **also: str) -> pl.DataFrame:
        more: Columns = {name: (of, _TEXT) for name, of in also.items()}
        times: Columns = {"since": (since, _DAY), "until": (until, _DAY)}
        return asked.rows(table, {"party": (party, _TEXT), **times, **more}, "party")

    cases = told("enforcement", "executed_id", "filed_on", "status_on", status="status")
    is_open = pl.col("status").is_in(settings.enforcement_open)
    listed = told("abnormal_listings", "firm_id", "listed_on", "removed_on", list="list_kind")
    taxed = told("tax_arrears", "firm_id", "published_on", "settled_on", of="kind")
    parts = {
        "enforcement": cases.with_columns(until=pl.when(~is_open).then(pl.coalesce("until", "since"))),
        "dishonest": told("dishonest_debtors", "party_id", "published_on", "removed_on"),
        "consumption_limit": told("consumption_limits", "firm_id", "ordered_on", "lifted_on"),
        "listed": listed.filter(pl.col("list").is_in(settings.listings)),
        # an offence stays one after its fine is paid
        "tax_offence": taxed.filter(pl.col("of").is_in(settings.tax_offences)).with_columns(until=pl.lit(None, _DAY)),
    }
    rows = [p.with_columns(kind=pl.lit(kind)).select(*TROUBLES) for kind, p in parts.items()]
    return pl.concat(rows).drop_nulls(["party", "since"])


def _ties(asked: _Asked, settings: Settings) -> pl.DataFrame:
    members = asked.rows(
        "group_members",
        {
            "group": ("group_id", _TEXT),
            "party": ("firm_id", _TEXT),
            "level": ("level", _TEXT),
            "basis": ("basis", _TEXT),
        },
        "party",
    )
    members = members.filter(pl.col("level").is_in(settings.levels), pl.col("basis").is_in(settings.bases))
    grouped = members.join(members, on="group").select("party", other="party_right", kind=pl.lit("group"))
    links = asked.rows(
        "control_links",
        {"party": ("firm_id", _TEXT), "other": ("controller_id", _TEXT), "of": ("kind", _TEXT)},
        "party",
        "other",
    )
    control = links.filter(pl.col("of") == "control").select("party", "other", kind=pl.lit("control"))
    ties = asked.rows(
        "hidden_ties",
        {
            "party": ("firm_a_id", _TEXT),
            "other": ("firm_b_id", _TEXT),
            "score": ("score", pl.Float64()),
            "declared": ("declared", _TEXT),
        },
        "party",
        "other",
    )
    is_hidden = pl.col("declared") == "no"
    kind = pl.when(is_hidden).then(pl.lit("hidden")).otherwise(pl.lit("control"))
    tied = ties.filter(~is_hidden | (pl.col("score") >= settings.hidden_score)).select("party", "other", kind=kind)
    one_way = pl.concat([grouped, control, tied])
    both = pl.concat([one_way, one_way.select(party="other", other="party", kind="kind")])
    # of several ties of one pair the one that is best founded tells; the names of kinds stand in that order
    distinct = both.filter(pl.col("party") != pl.col("other")).sort("party", "other", "kind")
    return distinct.unique(["party", "other"], keep="first", maintain_order=True)


def _hops(asked: _Asked) -> pl.DataFrame:
    rows = asked.rows(
        "money_loops",
        {
            "seller": ("from_id", _TEXT),
            "buyer": ("to_id", _TEXT),
            "day": ("passed_on", _DAY),
            "total": ("amount", pl.Decimal(18, 2)),
            "ring": ("ring_id", _TEXT),
            "kind": ("kind", _TEXT),
        },
        "seller",
        "buyer",
    )
    cents = (pl.col("total") * 100).cast(_COUNT)
    of_invoices = rows.filter(pl.col("kind") == "invoice").with_columns(total=cents).select(*HOPS).unique()
    return of_invoices.sort("ring", "day", "seller", "buyer", "total")
