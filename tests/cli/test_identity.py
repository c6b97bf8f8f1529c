"""`windchime identity …`: what the commands print, and what they leave."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.cli.test_commands import windchime
from tests.data.helpers import load_pack, open_bank, pack
from tests.data.identity.test_bank import RECORDS

from windchime.data.identity.evaluating import PERSONS, TRUTH

pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    bank = open_bank(tmp_path)
    load_pack(bank, pack(tmp_path / "pack", firm_records=RECORDS))
    bank.close()
    assert windchime(tmp_path / "home", "identity", "run").returncode == 0
    return tmp_path / "home"


def payload(home: Path, *arguments: str) -> dict[str, Any]:
    done = windchime(home, "identity", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_from_search_to_a_judgement_and_back(home: Path) -> None:
    assert [m["mention_id"] for m in payload(home, "show", "铭达", "贸易")["mentions"]] == [
        "twin:1",
        "twin:2",
        "twin:5",
    ]
    entity = payload(home, "show", "twin:2")
    assert len(entity["mentions"]) == 3
    said = windchime(home, "identity", "explain", "twin:2", "twin:3").stdout
    assert "the same valid code" in said
    assert "two: no chain" in windchime(home, "identity", "explain", "twin:2", "twin:6").stdout
    judged = payload(home, "judge", "twin:4", "twin:1", "--same", "--reason", "licence seen", "--actor", "wang")
    assert judged["run"]["counts"]["by_judgement"] == 1
    assert len(payload(home, "show", "twin:4")["mentions"]) == 4
    refused = windchime(home, "identity", "judge", "twin:4", "twin:1", "--different", "--reason", "no")
    assert refused.returncode == 4
    assert "wang" in refused.stderr
    assert payload(home, "undo", judged["judgement_id"], "--reason", "another licence", "--later")["run"] is None
    assert [j["stands"] for j in payload(home, "judgements")["judgements"]] == [False, False]
    assert payload(home, "run")["run"]["counts"]["by_judgement"] == 0
    assert len(payload(home, "show", "twin:4")["mentions"]) == 1


def test_links_are_measured_against_the_truth(home: Path, tmp_path: Path) -> None:
    truth = tmp_path / "truth"
    assert windchime(home, "identity", "evaluate", str(truth)).returncode == 3
    truth.mkdir()
    firm = {1: "F1", 2: "F1", 3: "F1", 4: None, 5: "F2", 6: "F3"}
    rows = [
        {"record_id": f"twin:{n}", "firm_id": f, "near_firm_id": f or "F1", "kind": "exact", "ambiguous": False}
        for n, f in firm.items()
    ]
    pq.write_table(pa.Table.from_pylist(rows), truth / TRUTH)
    pq.write_table(
        pa.table({"record_id": pa.array([], pa.string()), "person_id": pa.array([], pa.string())}), truth / PERSONS
    )
    pq.write_table(pa.table({"person_id": pa.array([], pa.string())}), truth / "same_name_person.parquet")
    every = payload(home, "evaluate", str(truth))["agreement"]["firms"][0]
    assert (every["right"], every["wrong"], every["missed"], every["f1"]) == (3, 0, 0, 1.0)
    assert "1.0000" in windchime(home, "identity", "evaluate", str(truth)).stdout
