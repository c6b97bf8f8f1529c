"""Good rows of every contract load and come back equal; rows that break rules are found to break just those rules."""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.data.contracts.rows import AS_OF, Row, any_row, broken, rows, sample, table
from tests.data.helpers import load_pack, open_bank, pack

from windchime.data.contracts import Contract, contracts
from windchime.data.intake.compiled import Compiled, Facts, compile_table
from windchime.data.intake.mapping import identity
from windchime.data.intake.parquet import open_sheet
from windchime.data.intake.sheets import match
from windchime.data.intake.staging import Staging, Stamp
from windchime.data.lake import Lake, head
from windchime.data.staged import relation

CONTRACTS = list(contracts().values())
BROUGHT = {c.name: c for c in CONTRACTS if not c.is_ours}
TOKEN = re.compile(r"t_[A-Za-z2-7]+")


@contextmanager
def staging_of(found: Contract, made: Sequence[Row]) -> Iterator[tuple[Staging, Compiled]]:
    """Rows of one table, staged from a Parquet file in contract form."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{found.name}.parquet"
        pq.write_table(table(found, made), path)
        with Staging(Stamp("twin", "load", AS_OF), folder, [path]) as staging:
            feed = identity(found)
            compiled = compile_table(
                match(open_sheet(staging.con, path, path.name, len(made)), feed), feed.tables[0], Facts("twin", AS_OF)
            )
            staging.stage(compiled)
            yield staging, compiled


@pytest.mark.parametrize("found", CONTRACTS, ids=lambda c: c.name)
@given(data=st.data())
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
def test_rows_are_staged_as_they_are_and_judged_by_their_rules(found: Contract, data: st.DataObject) -> None:
    good = data.draw(rows(found))
    wild = data.draw(st.lists(any_row(found), max_size=6))
    with staging_of(found, [*good, *wild]) as (staging, compiled):
        kept = staging.con.sql(
            f'SELECT s.*, n.notes AS __notes FROM {relation(found)} AS s LEFT JOIN "notes:{found.name}" AS n '
            f"ON s.__nth = n.__nth ORDER BY s.row_no"
        ).to_arrow_table()
    source = found.source_schema()
    assert kept.select(source.names).cast(source).to_pylist() == [*good, *wild]
    judged = [
        {
            *(compiled.faults[i].code for i in row["__faults"] or ()),
            *(compiled.notes[i].code for i in row["__notes"] or ()),
        }
        for row in kept.select(["__faults", "__notes"]).to_pylist()
    ]
    assert judged == [{r.code for r in found.rules if broken(r, row)} for row in [*good, *wild]]
    assert not any(judged[: len(good)])


def test_a_pack_with_every_table_loads_whole(tmp_path: Path) -> None:
    drawn = {name: sample(found) for name, found in BROUGHT.items()}
    with closing(open_bank(tmp_path)) as bank:
        report = load_pack(bank, pack(tmp_path / "pack", as_of=AS_OF, source="twin", **drawn))
        assert {name: (c.lake, c.quarantined) for name, c in report.tables.items()} == {
            name: (len(made), 0) for name, made in drawn.items()
        }
        with bank.session() as session:
            newest = head(session)
        assert newest is not None
        for name, made in drawn.items():
            assert came_back(BROUGHT[name], Lake(bank.lake_dir), newest.tables[name], made)


def is_token(value: str | None) -> bool:
    return value is not None and TOKEN.fullmatch(value) is not None


def came_back(found: Contract, lake: Lake, version: int, made: list[Row]) -> bool:
    """Whether every value is as it was, or a token where it is personal; equal values have equal tokens.

    A name, an address or a code is personal where its row says that it is a person's.
    """
    there = pq.read_table(list(lake.files(found.name, version)))
    there = there.sort_by("row_no").select(found.source_schema().names).cast(found.source_schema()).to_pylist()
    for column in found.columns:
        before, after = ([row.get(column.name) for row in side] for side in (made, there))
        if column.personal != "none" and not column.personal_when:
            assert [is_token(a) for a in after] == [b is not None for b in before], column.name
            assert len(set(after)) == len(set(before)), column.name
        elif column.type == "text":
            assert all(a == b or is_token(a) for b, a in zip(before, after, strict=True)), column.name
        else:
            assert after == before, column.name
    return True
