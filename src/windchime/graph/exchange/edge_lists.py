"""Stakes as an edge list on disk: CSV or Parquet with the columns owner, company, share, votes."""

from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from windchime.core.errors import BadCall
from windchime.core.text import _


class NoEdgeList(BadCall):
    """A file name that ends like no edge list."""

    msgid = _("{file} is neither .csv nor .parquet")

    def __init__(self, file: str) -> None:
        super().__init__(file=file)


def write_edges(edges: pa.Table, out: Path) -> None:
    """Write stakes. Ids of imported parties begin with their source, so no cell of a CSV file is a formula.

    Raises:
        NoEdgeList: the name ends otherwise.
    """
    match out.suffix.lower():
        case ".csv":
            pa.csv.write_csv(edges, out)
        case ".parquet":
            pa.parquet.write_table(edges, out)
        case _:
            raise NoEdgeList(out.name)
