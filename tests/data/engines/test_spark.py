"""The same expressions over the same lake version give the same answers on DuckDB and on Spark."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tests.data.helpers import AS_OF, firm, invoice, load_pack, open_bank, pack
from tests.indicators.helpers import busy

from windchime.data.engines import spark
from windchime.data.lake import Lake
from windchime.data.quality import check, examine, hold
from windchime.indicators import measure
from windchime.service.bank import Bank

pytestmark = [pytest.mark.spark, pytest.mark.xdist_group("spark")]
FIRMS = 12
LAST = date(2021, 3, 15)


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    pytest.importorskip("pyspark", reason="pyspark is not installed (requirements/spark.lock)")
    if shutil.which("java") is None:
        pytest.skip("no Java is installed")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bank, Lake]:
    """A lake in a folder with blanks and Chinese characters, of three loads: the second corrects, the third comes late."""
    bank = open_bank(tmp_path_factory.mktemp("湖 与 火花"))
    own: tuple[str, ...] = (
        "reporting_firm_id",
        "direction",
        "copy",
        "seller_id",
        "buyer_id",
        "invoice_code",
        "invoice_no",
        "kind",
    )
    own += ("status", "colour", "original_no", "issue_date", "amount", "tax", "total")
    rows = [
        {c: r[c] for c in own}
        | {c: r[c].replace("t:", "twin:") for c in ("reporting_firm_id", "seller_id", "buyer_id")}
        for r in busy(1, firms=FIRMS, rows=2000)
    ]
    folder = tmp_path_factory.mktemp("pack")
    firms = [firm(0, firm_id=f"twin:F{i:02d}") for i in range(FIRMS)]
    load_pack(bank, pack(folder / "one", firms=firms, invoices=rows))
    changed = [r | ({"status": "void"} if i % 97 == 0 else {}) for i, r in enumerate(rows)]
    load_pack(bank, pack(folder / "two", invoices=changed))
    moved = [firm(0, firm_id="twin:F00", name="改名后的示例有限公司", known_on=date(2021, 1, 1))]
    load_pack(bank, pack(folder / "three", firms=[*moved, *firms[1:]]))
    return bank, Lake(bank.lake_dir)


@pytest.mark.parametrize("as_of", [pytest.param(LAST, marks=pytest.mark.soak), LAST - timedelta(days=200), AS_OF])
def test_indicators_agree(lake: tuple[Bank, Lake], as_of: date) -> None:
    bank, found = lake
    with bank.session() as session:
        with found.reading(session, as_of=as_of) as reading:
            here = measure(reading)
        with found.reading(session, as_of=as_of, engine="spark") as reading:
            there = measure(reading)
    assert here.num_rows == FIRMS
    for name in here.column_names:
        mine, theirs = here[name], there[name]
        if not pa.types.is_floating(mine.type):
            assert mine.equals(theirs), name
            continue
        assert pc.is_null(mine).equals(pc.is_null(theirs)), name
        apart = pc.max(pc.abs(pc.subtract(mine, theirs))).as_py()
        assert apart is None or apart <= 1e-9, (name, apart)


def test_a_reading_shows_the_same_rows(lake: tuple[Bank, Lake]) -> None:
    bank, found = lake
    shown = {}
    for engine in ("duckdb", "spark"):
        with bank.session() as session, found.reading(session, as_of=AS_OF, engine=engine) as reading:
            names = [n for n in ("firms", "invoices") if reading.has(n)]
            shown[engine] = {
                n: reading.table(n).order_by(["source_file", "row_no", "load_id"]).to_pyarrow() for n in names
            }
    for n in names:
        # Spark hands moments over without saying that they are in UTC
        form = shown["duckdb"][n].schema.remove_metadata()
        assert shown["spark"][n].cast(form).equals(shown["duckdb"][n].cast(form)), n
    assert {r["status"] for r in shown["spark"]["invoices"].to_pylist()} == {"normal", "void"}
    assert [r["name"] for r in shown["spark"]["firms"].to_pylist() if r["firm_id"] == "twin:F00"] == [
        "改名后的示例有限公司"
    ]


def test_quality_says_the_same(lake: tuple[Bank, Lake]) -> None:
    bank, found = lake
    said = []
    for engine in ("duckdb", "spark"):
        with bank.session() as session, found.reading(session, as_of=AS_OF, engine=engine) as reading:
            held = hold(reading)
            found_rows = examine(held)
            said.append((check(held, session).as_dict(), found_rows.as_dict(), found_rows.tallies, found_rows.scores))
    assert said[0] == said[1]
    assert said[0][0]["findings"]
    assert {t.table for t in said[0][2]} == {"firms", "invoices"}


@pytest.mark.parametrize("path", ["/a b/湖.parquet", "/a[1]{2}*?.parquet"])
def test_patterns_in_paths_are_escaped(path: str) -> None:
    assert spark.escaped(path).replace("\\", "") == path


def test_an_invoice_of_another_day_is_no_row(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    load_pack(bank, pack(tmp_path / "one", firms=[firm(1)], invoices=[invoice()]))
    with bank.session() as session, Lake(bank.lake_dir).reading(session, as_of=date(2025, 2, 28), engine="spark") as r:
        assert r.table("invoices").count().to_pyarrow().as_py() == 0
