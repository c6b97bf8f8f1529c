"""The command line from end to end, on one small simulated region.

What starts, speaks and fails is proven in processes of their own; the rest runs the same entry in this one.
"""

import io
import json
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import pytest

from windchime.cli import main
from windchime.cli.words import language

pytestmark = pytest.mark.xdist_group("demo")


class Done(NamedTuple):
    """What a run of the command left."""

    returncode: int
    stdout: str
    stderr: str


def surroundings(home: Path, lang: str) -> dict[str, str]:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("WINDCHIME_")}
    return environ | {"WINDCHIME_HOME": str(home), "WINDCHIME_LANG": lang, "COLUMNS": "200"}


def process(home: Path, *arguments: str, lang: str = "en") -> Done:
    """Run the command in a process of its own, as people do."""
    command = [str(Path(sys.executable).with_name("windchime")), *arguments]
    environ = surroundings(home, lang)
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=300)
    return Done(done.returncode, done.stdout, done.stderr)


def windchime(home: Path, *arguments: str) -> Done:
    """Run the command's own entry here: the same words in, the same streams and exit code out, without a new interpreter."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf8") for _stream in range(2))
    with (
        mock.patch.dict(os.environ, surroundings(home, "en"), clear=True),
        mock.patch.object(sys, "argv", ["windchime", *arguments]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        language.cache_clear()
        with pytest.raises(SystemExit) as ended:
            main()
    said = []
    for stream in (out, err):
        stream.seek(0)
        said.append(stream.read())
    return Done(int(ended.value.code or 0), *said)


def envelope(home: Path, *arguments: str) -> dict[str, Any]:
    done = windchime(home, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert {"schema", "bank", "lake_version", "as_of", "problems"} <= found.keys()
    return found


@pytest.fixture(scope="module")
def home(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that these tests may change."""
    return Path(shutil.copytree(demo_home, tmp_path_factory.mktemp("cli") / "home"))


def test_the_demo_went_from_invoices_to_reports(demo_home: Path) -> None:
    found = json.loads((demo_home / "demo.json").read_text(encoding="utf8"))
    assert sum(found["verdicts"].values()) == found["rows"]["firms"] == 300
    assert found["verdicts"]["approve"] > 0
    assert len(found["reports"]) == 8
    for path in found["reports"]:
        assert Path(path).stat().st_size > 5_000
    assert found["quarantined"] == 0


def test_check_finds_the_planted_oddities(home: Path) -> None:
    found = envelope(home, "check")["quality"]
    codes = {f["code"] for f in found["findings"] if f["count"]}
    assert {"exact_duplicates", "totals_negative", "status_void"} <= codes or len(codes) >= 3
    assert found["rows"]["firms"] == 300


def test_assess_shows_figures_and_scores_of_one_firm(home: Path) -> None:
    (found,) = envelope(home, "assess", "twin:F000001")["assessments"]
    assert found["firm"] == "twin:F000001"
    assert len(found["indicators"]) >= 50
    assert found["scores"][0]["band"] in "ABCD"


def test_decide_one_firm_gives_the_documented_envelope(home: Path) -> None:
    found = envelope(home, "decide", "twin:F000001")
    (decision,) = found["decisions"]
    assert {"firm", "verdict", "limit", "rate", "term_months", "reasons"} <= decision.keys()
    assert decision["verdict"] in {"approve", "refer", "decline"}
    assert all(r["sentence"]["zh"] and r["sentence"]["en"] for r in decision["reasons"])


def test_one_firm_is_decided_as_in_the_batch(home: Path) -> None:
    batch = {d["firm"]: d for d in envelope(home, "decide", "--all")["decisions"]}
    single = envelope(home, "decide", "twin:F000002")["decisions"][0]
    assert {k: v for k, v in batch["twin:F000002"].items() if k != "id"} == {
        k: v for k, v in single.items() if k != "id"
    }


def test_every_decision_replays_to_the_same_bytes(home: Path) -> None:
    found = envelope(home, "replay", "--all")["replays"]
    assert len(found) >= 600
    assert {r["state"] for r in found} == {"equal"}


def test_a_budget_is_spent_to_the_yuan_within_the_limits(home: Path) -> None:
    found = envelope(home, "decide", "--portfolio", "--budget", "20000000")
    amounts = [int(d["limit"].removesuffix(".00")) for d in found["decisions"]]
    assert sum(amounts) + int(found["allocation"]["unspent"].removesuffix(".00")) == 20_000_000
    assert all(100_000 <= a <= 1_000_000 for a in amounts)
    assert all(0.04 <= float(d["rate"]) <= 0.15 and d["term_months"] == 12 for d in found["decisions"])


def test_the_audit_chain_is_whole(home: Path) -> None:
    assert envelope(home, "audit", "verify")["whole"] is True


def test_loading_again_loads_nothing(home: Path) -> None:
    before = envelope(home, "lake", "log")["versions"]
    folder = next((home / "demo").glob("twin-*"))
    assert envelope(home, "load", str(folder))["load"]["already_loaded"] is True
    assert envelope(home, "lake", "log")["versions"] == before


def test_content_is_changed_by_two_people(home: Path, tmp_path: Path) -> None:
    text = windchime(home, "content", "export", "schemes", "lending_costs").stdout
    draft = tmp_path / "costs.yaml"
    draft.write_text(text.replace('"0.60"', '"0.55"'), encoding="utf8")
    assert (
        windchime(home, "content", "import", "schemes", "lending_costs", str(draft), "--actor", "wang").returncode == 0
    )
    assert (
        '+      - {from: 2000-01-01, value: "0.55"}'
        in windchime(home, "content", "diff", "schemes", "lending_costs").stdout
    )
    refused = windchime(home, "content", "publish", "schemes", "lending_costs", "--actor", "wang")
    assert refused.returncode == 4
    assert "cannot publish" in refused.stderr
    assert windchime(home, "content", "publish", "schemes", "lending_costs", "--actor", "li").returncode == 0


def test_a_broken_policy_is_not_published(home: Path, tmp_path: Path) -> None:
    text = windchime(home, "content", "export", "policies", "invoice_loan").stdout
    draft = tmp_path / "policy.yaml"
    draft.write_text(text.replace("| <= 0, null |", "| <= (, null |"), encoding="utf8")
    assert draft.read_text(encoding="utf8") != text
    assert (
        windchime(home, "content", "import", "policies", "invoice_loan", str(draft), "--actor", "wang").returncode == 0
    )
    refused = windchime(home, "content", "publish", "policies", "invoice_loan", "--actor", "li")
    assert refused.returncode == 3
    assert "was not published" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["decide"], 2, "name one firm"),
        (["decide", "twin:NOSUCH"], 2, "twin:NOSUCH"),
        (["decide", "twin:F000001", "--as-of", "2025-13-01"], 2, "is not a date"),
        (["decide", "--portfolio", "--budget", "lots"], 2, "not an amount"),
        (["replay", "nosuch"], 2, "nosuch"),
        (["load", "no-such-folder"], 3, "no-such-folder"),
        (["load", ".", "--pack", "nosuch"], 2, "nosuch"),
        (["serve", "--host", "0.0.0.0"], 4, "this machine only"),
        (["content", "export", "policies", "nosuch"], 2, "nosuch"),
        (["model", "card", "nosuch"], 2, "nosuch"),
        (["report", "twin:NOSUCH"], 2, "twin:NOSUCH"),
        (["quarantine", "repair", "nosuch", "total=1", "--reason", "x"], 2, "nosuch"),
    ],
)
def test_wrong_calls_say_so_without_a_traceback(home: Path, arguments: list[str], code: int, said: str) -> None:
    done = windchime(home, *arguments)
    assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (code, True, False), done.stderr


def test_a_process_answers_and_fails_as_the_entry_does(home: Path) -> None:
    """Good and wrong calls in processes of their own, against the same calls in this one."""
    calls: list[list[str]] = [["audit", "verify", "--json"], ["replay", "nosuch"], ["decide", "--nosuch"]]
    for call in calls:
        assert process(home, *call) == windchime(home, *call)


def test_errors_are_json_where_json_was_asked_for(home: Path) -> None:
    done = windchime(home, "decide", "twin:NOSUCH", "--json")
    error = json.loads(done.stderr)["error"]
    assert error["code"] == "UnknownFirm"
    assert error["message"]["zh"] != error["message"]["en"]


def test_help_speaks_both_languages(home: Path) -> None:
    assert "决策" in process(home, "--help", lang="zh").stdout
    assert "decide in seconds" in process(home, "--lang", "en", "--help", lang="zh").stdout


def test_an_empty_bank_says_what_to_do(tmp_path: Path) -> None:
    for command in (["check"], ["decide", "--all"], ["assess"], ["report"]):
        done = windchime(tmp_path, *command)
        assert done.returncode == 2, command
        assert "windchime load" in done.stderr or "windchime model" in done.stderr
