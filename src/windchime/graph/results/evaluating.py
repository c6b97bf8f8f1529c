"""What the graph found in a simulated region, held against the region's truth, area by area."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from windchime.core.errors import BadInput
from windchime.core.text import _
from windchime.data.contracts import contract
from windchime.data.reading import Reading
from windchime.graph.results.finders import FINDERS
from windchime.graph.results.scoring import Score

#: areas whose tables are held against the truth as they stand
AREAS = ("ownership", "groups", "ties", "guarantees", "loops")
#: tables of truth that the areas ask for
TRUTH = (
    "benign_case",
    "benign_hub",
    "contagion_edge",
    "controller",
    "default_event",
    "family_member",
    "firm",
    "group_member",
    "guarantee_circle",
    "hidden_control",
    "invoice_cycle",
    "money_loop",
    "shell_ring",
)


class NoTruth(BadInput):
    """A folder without the truth about ties."""

    msgid = _("{folder} holds no {file}: no truth about ties is known there")
    hint = _("name the folder 'truth' beside generated data: windchime twin generate --help")

    def __init__(self, folder: Path, file: str) -> None:
        super().__init__(folder=str(folder), file=file)


def truth_in(folder: Path) -> dict[str, pa.Table]:
    """The tables of truth about ties.

    Raises:
        NoTruth: one of them is missing.
    """
    for name in TRUTH:
        if not (folder / f"{name}.parquet").is_file():
            raise NoTruth(folder, f"{name}.parquet")
    return {name: pq.read_table(folder / f"{name}.parquet") for name in TRUTH}


def evaluate(reading: Reading, truth: Mapping[str, pa.Table]) -> dict[str, list[Score]]:
    """The scores of each area over the tables that the newest run published.

    Args:
        reading: with what the graph found; a table that is not there counts as nothing found.
        truth: see `truth_in`.
    """
    tables = {table: _table(reading, table) for finder in FINDERS for table in finder.tables}
    return {area: import_module(f"windchime.graph.{area}.evaluating").evaluate(tables, truth) for area in AREAS}


def _table(reading: Reading, table: str) -> pa.Table:
    if reading.has(table):
        return reading.table(table).to_pyarrow()
    return contract(table).arrow_schema().empty_table()
