"""How strongly each pair speaks for one firm: Splink weighs the pairs by the model's parameters."""
# ruff: noqa: S608 - the SQL is put together from names of this package and numbers

import logging
from typing import Any

import duckdb
import pyarrow as pa

from windchime.data.identity.comparing import COMPARISONS, FORBIDDING, gamma, splink_settings
from windchime.data.identity.training import Model


def weigh(con: duckdb.DuckDBPyConnection, model: Model, least: float, scheme_pairs: int) -> pa.Table:
    """The pairs of mentions with at least so high a probability; each by its best rows.

    Args:
        con: holds the tables `features` and `pairs`, and knows `edits`.
        model: parameters.
        least: pairs below this probability are left out.
        scheme_pairs: values that were not seen, added when a value's rarity is told: among two phones none is common.

    Returns:
        left, right (numbers of mentions), left_row, right_row, probability (six digits), weight (bits), is_forbidden (the
        names are of two firms, whatever else agrees), is_one_name (every part of the names is the same, in one county),
        and by comparison its level as Splink's number (`core`) and its weight in bits (`core_bits`).
    """
    linker = _linker(con, "features", model)
    blocked = linker._db_api.register("pairs")  # noqa: SLF001 - the linker's own way to its tables
    linker.table_management.register_blocked_pairs_for_predict(blocked)
    _tell_rarity(con, linker, scheme_pairs)
    scored = linker.inference.predict(threshold_match_probability=least, warning_mode="never")
    parts = ", ".join(f"p.gamma_{c.name} AS {c.name}, {_bits(c)} AS {c.name}_bits" for c in COMPARISONS)
    found: pa.Table = con.sql(
        f"""
        WITH named AS (
            SELECT least(a.mention, b.mention) AS left_mention, greatest(a.mention, b.mention) AS right_mention,
                CASE WHEN a.mention < b.mention THEN a.row ELSE b.row END AS left_row,
                CASE WHEN a.mention < b.mention THEN b.row ELSE a.row END AS right_row,
                round(p.match_probability, 6) AS probability, round(p.match_weight, 3) AS weight,
                ({_levels(FORBIDDING)} OR a.branch <> b.branch) AS is_forbidden, {_one_name()} AS is_one_name, {parts}
            FROM {scored.physical_name} AS p
            JOIN features AS a ON a.row = p.row_l JOIN features AS b ON b.row = p.row_r
        )
        SELECT * FROM named
        QUALIFY row_number() OVER (
            PARTITION BY left_mention, right_mention
            ORDER BY is_forbidden, is_one_name DESC, weight DESC, left_row, right_row
        ) = 1
        ORDER BY left_mention, right_mention
        """
    ).to_arrow_table()
    scored.drop_table_from_database_and_remove_from_cache()
    return found


def _tell_rarity(con: duckdb.DuckDBPyConnection, linker: Any, unseen: int) -> None:
    """Give the linker the share of each value among the rows that have one."""
    for column in {level.rarity for c in COMPARISONS for level in c.levels if level.rarity}:
        con.execute(
            f"""
            CREATE OR REPLACE TABLE rarity_{column} AS
            SELECT {column}, (count(*) / (sum(count(*)) OVER () + {int(unseen)}))::DOUBLE AS tf_{column}
            FROM features WHERE {column} IS NOT NULL GROUP BY {column}
            """
        )
        table = linker._db_api.register(f"rarity_{column}")  # noqa: SLF001 - the linker's own way to its tables
        linker.table_management.register_term_frequency_lookup(table, column)


def _levels(of: tuple[tuple[str, str], ...]) -> str:
    return " OR ".join(f"p.gamma_{name} = {_number(name, level)}" for name, level in of)


def _one_name() -> str:
    """Names are unique within a county: every part the same, and the county known; another id number speaks against."""
    same = " AND ".join(
        f"p.gamma_{name} IN (-1, {_number(name, 'same')})" for name in ("core", "region", "industry", "form")
    )
    place = "(length(a.region) = 6 OR a.locality <> '')"
    known = f"p.gamma_core >= 0 AND p.gamma_region >= 0 AND {place} AND a.branch = b.branch"
    both = "(a.trades IS NULL) = (b.trades IS NULL) AND (a.form IS NULL) = (b.form IS NULL)"
    return f"({same} AND {known} AND {both} AND p.gamma_representative <> {_number('representative', 'other_number')})"


def _bits(comparison: Any) -> str:
    common = f"+ p.mw_tf_adj_{comparison.name}" if any(level.rarity for level in comparison.levels) else ""
    return f"round(p.mw_{comparison.name} {common}, 2)"


def _number(name: str, level: str) -> int:
    return gamma(next(c for c in COMPARISONS if c.name == name), level)


def _linker(con: duckdb.DuckDBPyConnection, table: str, model: Model) -> Any:
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    frame = DuckDBAPI(con).register(table)
    return Linker(frame, splink_settings(model.parameters, model.prior), log_level=None)
