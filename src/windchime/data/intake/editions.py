"""A new edition of what the lake holds already: its rows supersede the earlier ones of the same key, none is left over."""
# ruff: noqa: S608 - names and texts enter the SQL through `identifier` and `literal` alone

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from windchime.data.contracts import Contract, contract
from windchime.data.intake import rules, times
from windchime.data.intake.errors import EditionLacksRows
from windchime.data.intake.rejected import QUARANTINE
from windchime.data.intake.staging import KEPT, Staging, known_at
from windchime.data.lake.opening import identifier, literal, view
from windchime.data.staged import relation

#: where a row stood
PLACE = ("source_file", "source_sheet", "row_no")


class Held:
    """What the lake holds at its newest version, as views in the staging connection."""

    def __init__(self, staging: Staging, files: Mapping[str, Sequence[str]]) -> None:
        self.staging = staging
        self.files = {name: paths for name, paths in files.items() if paths}
        for name, paths in self.files.items():
            staging.con.execute(view(f"held:{name}", paths, contract(name).arrow_schema()))

    def live(self, found: Contract) -> str:
        """SQL of the rows of the source that no later row supersedes; of states with `__known_on`, the day each was known."""
        held, keys = identifier(f"held:{found.name}"), _same(found.key, "old", "new")
        if found.versions == "states":
            _happened, known, _basis = times.of(found)
            values = ", ".join(f"{identifier(c.name)} AS {rules.value(c.name)}" for c in found.expected)
            held = (
                f"(SELECT *, {known} AS __known_on FROM (SELECT *, {values}, DATE '{self.staging.stamp.as_of}' AS __as_of "
                f"FROM {held}))"
            )
            keys += " AND new.__known_on = old.__known_on"
        return (
            f"(SELECT * FROM {held} AS old WHERE source = {literal(self.staging.stamp.source)} AND NOT EXISTS "
            f"(SELECT 1 FROM {held} AS new WHERE new.source = old.source AND new.supersedes = old.load_id AND {keys}))"
        )

    def supersede(self, found: Contract, *, whole: bool) -> None:
        """Let staged rows supersede live rows of the same key.

        Args:
            found: the table.
            whole: the staged rows are whole files, so that a row they lack is missed.

        Raises:
            EditionLacksRows: a file that was loaded before comes again without some of its rows. (A row that comes
                again and is rejected now is not missing: the earlier one stays, the new one is in quarantine.)
        """
        if found.name not in self.files:
            return
        con, keys = self.staging.con, ", ".join(map(identifier, dict.fromkeys((*found.key, *PLACE))))
        if found.versions == "states":
            con.execute(f"CREATE TEMP TABLE live AS SELECT * FROM {self.live(found)}")
            self._supersede_states(found)
        else:
            con.execute(f"CREATE TEMP TABLE live AS SELECT {keys}, load_id FROM {self.live(found)}")
            self.staging.mark(
                found,
                "supersedes",
                f"SELECT new.__nth AS __at, min(old.load_id) AS __earlier FROM {relation(found)} AS new "
                f"JOIN live AS old ON {_same(found.key, 'new', 'old')} WHERE {KEPT} GROUP BY new.__nth",
                {"__supersedes": "__earlier"},
            )
        counts = con.execute(
            f"SELECT source_file, count(*) FILTER (came_again), count(*) FROM (SELECT source_file, "
            f"EXISTS (SELECT 1 FROM {relation(found)} AS new WHERE {KEPT} AND {_same(found.key, 'new', 'old')}) OR "
            f"EXISTS (SELECT 1 FROM {relation(found)} AS new WHERE NOT ({KEPT}) AND {_same(PLACE, 'new', 'old')}) "
            f"AS came_again FROM live AS old WHERE source_file IN (SELECT DISTINCT source_file FROM {relation(found)})) "
            f"GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        con.execute("DROP TABLE live")
        for file, replaced, loaded in counts:
            if whole and replaced < loaded:
                raise EditionLacksRows(file, replaced, loaded)

    def _supersede_states(self, found: Contract) -> None:
        """Let states supersede those of the same key and day.

        A state that comes again unchanged stays known since its day. One that was changed is known since the day the
        new data were taken, if it is the last of its key; an earlier one is put right before the state that followed
        it, where no reading sees it: what was thought then is not rewritten, and what is true now stays the last word.
        """
        key = [*found.key, "__known_on"]
        unchanged = _same([c.name for c in found.expected], "new", "old")
        self.staging.mark(
            found,
            "supersedes",
            f"SELECT new.__nth AS __at, min(old.load_id) AS __earlier, "
            f"min(CASE WHEN {unchanged} THEN {known_at('new.__known_on')} END) AS __known "
            f"FROM {relation(found)} AS new JOIN live AS old ON {_same(key, 'new', 'old')} WHERE {KEPT} GROUP BY new.__nth",
            {"__supersedes": "__earlier", "__known_at": "__known"},
        )
        every = " UNION ALL ".join(
            f"SELECT {', '.join(map(identifier, key))} FROM {rows}"
            for rows in ("live", f"(SELECT * FROM {relation(found)} WHERE {KEPT})")
        )
        self.staging.mark(
            found,
            "put right",
            f"SELECT c.__nth AS __at, {known_at('min(e.__known_on)')} - INTERVAL 1 MICROSECOND AS __before "
            f"FROM {relation(found)} AS c JOIN ({every}) AS e ON {_same(found.key, 'c', 'e')} "
            f"AND e.__known_on > c.__known_on WHERE c.__supersedes IS NOT NULL AND c.__known_at IS NULL GROUP BY c.__nth",
            {"__known_at": "coalesce(__before, __known_at)"},
        )

    def replaced_in_quarantine(self, author: str, treated_at: str) -> pa.Table:
        """Open quarantine rows of files that come again, as rows that say so."""
        schema = contract(QUARANTINE).arrow_schema()
        if QUARANTINE not in self.files:
            return pa.Table.from_batches([], schema)
        stamp, files = (
            self.staging.stamp,
            " UNION ".join(f"SELECT source_file FROM {relation(found)}" for found in self.staging.tables.values()),
        )
        return (
            self.staging.con.sql(
                f"SELECT * REPLACE ('replaced' AS state, {literal(author)} AS author, "
                f"'a new edition of the file was loaded' AS reason, TIMESTAMPTZ {literal(treated_at)} AS treated_at, "
                f"{literal(stamp.load_id)} AS load_id, load_id AS supersedes) FROM {self.live(contract(QUARANTINE))} "
                f"WHERE state = 'open' AND source_file IN ({files}) ORDER BY quarantine_id"
            )
            .to_arrow_table()
            .cast(schema)
        )

    def mark_duplicates(self, found: Contract) -> None:
        """Point staged rows at an equal row of the same place that the lake holds; for single rows that come late."""
        if found.name not in self.files or not any(c.name == "duplicate_of" for c in found.columns):
            return
        same = _same((*(c.name for c in found.expected), "source_file", "source_sheet"), "new", "old")
        self.staging.mark(
            found,
            "loaded before",
            f"SELECT new.__nth AS __at, min(old.row_no) AS __first FROM {relation(found)} AS new "
            f"JOIN {self.live(found)} AS old ON {same} AND old.row_no <> new.row_no GROUP BY new.__nth",
            {"__duplicate_of": "__first"},
        )


def _same(columns: Iterable[str], one: str, other: str) -> str:
    return " AND ".join(f"{one}.{identifier(c)} IS NOT DISTINCT FROM {other}.{identifier(c)}" for c in columns)
