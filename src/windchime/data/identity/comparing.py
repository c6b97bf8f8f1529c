"""How two rows are compared: each comparison with its levels, as SQL that Splink weighs and as words that people read."""

from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from windchime.core.text import _
from windchime.data.identity.settings import Parameters

ROW = "row"


@dataclass(frozen=True, slots=True)
class Level:
    """One outcome of a comparison."""

    name: str
    #: what must hold, of columns `…_l` and `…_r`; `ELSE` for what is left
    sql: str
    #: what is said of it
    said: str
    #: column whose common values speak less for one firm than rare ones
    rarity: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing that is compared, from the closest outcome to the farthest."""

    name: str
    label: str
    #: holds where one side says nothing: speaks neither for nor against
    unknown: str
    levels: tuple[Level, ...]


def _either(column: str) -> str:
    return f"{column}_l IS NULL OR {column}_r IS NULL"


#: the cheap test stands before the dear one: a single slip leaves one of the two ends as it was
_CORE_EDIT = (
    "abs(length(core_l) - length(core_r)) <= 1"
    " AND (left(core_l, 1) = left(core_r, 1) OR right(core_l, 1) = right(core_r, 1))"
    " AND edits(core_l, core_r) = 1"
)


def _alike(column: str) -> str:
    left, right = f"{column}_l", f"{column}_r"
    ends = f"left({left}, 2) = left({right}, 2) OR right({left}, 2) = right({right}, 2)"
    return f"(abs(length({left}) - length({right})) <= 1 AND ({ends}) AND edits({left}, {right}) <= 1)"


_DIGITS_FIT = "(starts_with(region_l, region_r) OR starts_with(region_r, region_l))"
_LOCALITY_FITS = "(locality_l = '' OR locality_r = '' OR locality_l = locality_r)"
_NOWHERE = "((region_l = '' AND locality_l = '') OR (region_r = '' AND locality_r = ''))"
_CUT = "((is_cut_l AND starts_with(name_r, name_l)) OR (is_cut_r AND starts_with(name_l, name_r)))"

COMPARISONS = (
    Comparison(
        "core",
        _("name proper"),
        _either("core"),
        (
            Level("same", "core_l = core_r", _("the names proper are the same"), "core"),
            Level("sounds_alike", "sound_l = sound_r", _("the names proper sound the same")),
            Level(
                "whole_name_alike",
                f"length(core_l) <> length(core_r) AND ({_alike('body')} OR {_alike('name')})",
                _("the whole names differ in one character"),
            ),
            Level(
                "one_character_of_many",
                f"least(length(core_l), length(core_r)) >= 3 AND {_CORE_EDIT}",
                _("the names proper differ in one character of three or more"),
            ),
            Level(
                "one_character",
                f"least(length(core_l), length(core_r)) = 2 AND {_CORE_EDIT}",
                _("the names proper differ in one character of two"),
            ),
            Level("cut_short", _CUT, _("one name is the beginning of the other, cut short")),
            Level("different", "ELSE", _("the names proper differ")),
        ),
    ),
    Comparison(
        "region",
        _("region"),
        _NOWHERE,
        (
            Level("same", "region_l = region_r AND locality_l = locality_r", _("the regions are the same")),
            Level("within", f"{_DIGITS_FIT} AND {_LOCALITY_FITS}", _("one region lies within the other")),
            Level("different", "ELSE", _("the regions differ")),
        ),
    ),
    Comparison(
        "industry",
        _("trade"),
        _either("trades"),
        (
            Level("same", "trades_l = trades_r", _("the trades are the same")),
            Level("shared", "trade_l = trade_r", _("the trades have a word in common")),
            Level(
                "alike",
                f"core_l = core_r AND {_alike('body')} OR length(core_l) <> length(core_r) AND ({_alike('body')} OR {_alike('name')})",
                _("the words of trade differ in one character"),
            ),
            Level("different", "ELSE", _("the trades differ")),
        ),
    ),
    Comparison(
        "form",
        _("form of organisation"),
        _either("form"),
        (
            Level("same", "form_l = form_r", _("the forms of organisation are the same")),
            Level("different", "ELSE", _("the forms of organisation differ")),
        ),
    ),
    Comparison(
        "representative",
        _("legal representative"),
        _either("rep_name"),
        (
            Level(
                "same_number",
                "rep_code_l = rep_code_r",
                _("the legal representatives have the same id number"),
            ),
            Level("other_number", "rep_code_l <> rep_code_r", _("the legal representatives have different id numbers")),
            Level(
                "same_name",
                "rep_name_l = rep_name_r",
                _("the legal representatives have the same name"),
                "rep_name",
            ),
            Level("different", "ELSE", _("the legal representatives differ")),
        ),
    ),
    Comparison(
        "phone",
        _("phone"),
        _either("phone"),
        (
            Level("same", "phone_l = phone_r", _("the phones are the same"), "phone"),
            Level("different", "ELSE", _("the phones differ")),
        ),
    ),
    Comparison(
        "address",
        _("address"),
        _either("address"),
        (
            Level("same", "address_l = address_r", _("the addresses are the same"), "address"),
            Level("different", "ELSE", _("the addresses differ")),
        ),
    ),
)
#: outcomes that forbid a link without a person: what is left of the names says that these are two
FORBIDDING = (("core", "different"), ("industry", "different"), ("form", "different"))


def teach_edits(con: duckdb.DuckDBPyConnection) -> None:
    """Give the connection `edits(a, b)`: characters to change, leave out, add or swap; 2 stands for any more.

    DuckDB's own distances count bytes, of which an ideograph has three.
    """
    from duckdb.func import PythonUDFType
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    def edits(left: pa.ChunkedArray, right: pa.ChunkedArray) -> pa.Array:
        return pa.array(
            process.cpdist(left.to_pylist(), right.to_pylist(), scorer=OSA.distance, score_cutoff=1), pa.int32()
        )

    con.create_function("edits", edits, ["VARCHAR", "VARCHAR"], "INTEGER", type=PythonUDFType.ARROW)


def gamma(comparison: Comparison, level: str) -> int:
    """Splink's number of a level: the closest has the highest, the farthest 0."""
    names = [found.name for found in comparison.levels]
    return len(names) - 1 - names.index(level)


def outcome(comparison: Comparison, number: int) -> Level | None:
    """The level of one of Splink's numbers; None where one side says nothing."""
    return None if number < 0 else comparison.levels[len(comparison.levels) - 1 - number]


def splink_settings(parameters: Parameters, prior: float) -> dict[str, Any]:
    """The comparisons with their parameters, in the form that Splink reads.

    Args:
        parameters: m and u by comparison and level.
        prior: probability that two rows taken at random are of one firm.
    """
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": ROW,
        "probability_two_random_records_match": prior,
        "blocking_rules_to_generate_predictions": [f"l.{ROW} = r.{ROW}"],
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        "max_iterations": 50,
        "em_convergence": 1e-5,
        "comparisons": [_comparison(c, parameters[c.name]) for c in COMPARISONS],
    }


def _comparison(found: Comparison, parameters: Any) -> dict[str, Any]:
    unknown = {"sql_condition": found.unknown, "label_for_charts": "unknown", "is_null_level": True}
    return {
        "output_column_name": found.name,
        "comparison_levels": [unknown, *(_level(level, *parameters[level.name]) for level in found.levels)],
    }


def _level(level: Level, m: float, u: float) -> dict[str, Any]:
    rarity = {"tf_adjustment_column": level.rarity, "tf_adjustment_weight": 1.0} if level.rarity else {}
    return {
        "sql_condition": level.sql,
        "label_for_charts": level.name,
        "m_probability": m,
        "u_probability": u,
        **rarity,
    }
