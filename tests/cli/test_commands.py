"""The command line from end to end, on one small simulated region.

What starts, speaks and fails is proven in processes of their own; the rest runs the same entry in this one.
"""

import errno
import io
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from windchime.cli import main
from windchime.cli.failures import report
from windchime.cli.reference import commands
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
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=900)
    return Done(done.returncode, done.stdout, done.stderr)


def windchime(home: Path, *arguments: str, stdin: str = "") -> Done:
    """Run the command's own entry here: the same words in, the same streams and exit code out, without a new interpreter."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf8") for _stream in range(2))
    with (
        mock.patch.dict(os.environ, surroundings(home, "en"), clear=True),
        mock.patch.object(sys, "argv", ["windchime", *arguments]),
        mock.patch.object(sys, "stdin", io.StringIO(stdin)),
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
    assert sum(found["verdicts"].values()) == 300 <= found["rows"]["firms"]  # the register tells firms in states
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


def test_what_is_asked_of_nothing_is_refused(home: Path) -> None:
    unknown = windchime(home, "quarantine", "list", "--table", "nope")
    assert (unknown.returncode, "nope" in unknown.stderr) == (2, True)
    empty = windchime(home, "vault", "find", "--kind", "contact", "--purpose", "test", stdin="\n")
    assert (empty.returncode, "no value was given" in empty.stderr) == (2, True)


def test_the_log_names_a_few_of_the_tables_written(home: Path) -> None:
    lines = windchime(home, "lake", "log").stdout.splitlines()
    assert len(lines) == len(envelope(home, "lake", "log")["versions"]) + 1
    assert any("… (" in line for line in lines)


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
    assert "cannot check" in refused.stderr
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


@pytest.mark.parametrize(
    ("arguments", "code", "english", "chinese"),
    [
        (["decide", "--nosuch"], 2, "there is no option --nosuch; see windchime decide --help", "没有选项 --nosuch"),
        (["nosuch"], 2, "cannot be understood: No such command 'nosuch'", "无法理解该命令"),
        (["load"], 2, "name a folder, a zip or a file to load", "请指明"),
        (["twin", "generate", "--firms", "x"], 2, "'--firms' cannot be used", "'--firms' 的取值不可用"),
        (["decide", "--all", "--budget", "4"], 2, "belong to --portfolio", "只用于 --portfolio"),
        (["content", "import", "schemes", "lending_costs", "nofile"], 3, "there is no file nofile", "没有文件 nofile"),
        (["check"], 2, "nothing was loaded yet", "尚未装载任何数据"),
    ],
)
def test_wrong_calls_are_explained_in_both_languages(
    tmp_path: Path, arguments: list[str], code: int, english: str, chinese: str
) -> None:
    done = windchime(tmp_path, *arguments)
    assert (done.returncode, english in done.stderr, done.stdout) == (code, True, ""), done.stderr
    done = windchime(tmp_path, *arguments, "--json")
    assert (done.returncode, done.stdout) == (code, "")
    said = json.loads(done.stderr)["error"]["message"]
    assert english in said["en"]
    assert chinese in said["zh"]


@pytest.mark.parametrize(
    ("error", "exit_code", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 5, "the disk is full"),
        (
            RuntimeError("External: Unable to copy data to file: No space left on device (os error 28)"),
            5,
            "disk is full",
        ),
        (OSError(errno.EROFS, "Read-only file system", "/mnt/bank"), 5, "/mnt/bank cannot be read or written"),
        (RuntimeError("attempt to write a readonly database"), 5, "WINDCHIME_HOME cannot be read or written"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (RuntimeError("boom"), 5, "internal error (RuntimeError: boom)"),
    ],
)
def test_what_the_machine_refuses_is_said_in_words(
    error: BaseException, exit_code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with mock.patch.dict(os.environ, {"WINDCHIME_LANG": "en"}), mock.patch.object(sys, "argv", ["windchime"]):
        language.cache_clear()
        assert report(error) == exit_code
    assert said in capsys.readouterr().err


def test_every_command_but_serving_answers_json() -> None:
    """A group has no answer of its own; serving answers over HTTP; a schema and the API description are JSON themselves, a template a workbook."""
    silent = {
        name
        for name, command in commands().items()
        if not getattr(command, "commands", None) and not any("--json" in p.opts for p in command.params)
    }
    assert silent == {"serve", "api openapi", "contract schema", "contract template"}


def test_content_speaks_json(home: Path, tmp_path: Path) -> None:
    document = envelope(home, "content", "export", "schemes", "lending_limits")["document"]
    draft = tmp_path / "limits.yaml"
    draft.write_text(f"{document['text']}# for 2027\n", encoding="utf8")
    imported = envelope(home, "content", "import", "schemes", "lending_limits", str(draft), "--actor", "wang")["draft"]
    compared = envelope(home, "content", "diff", "schemes", "lending_limits")["diff"]
    assert (compared["in_force"], compared["draft"]) == (document["version"], imported["version"])
    assert "+# for 2027" in compared["text"]
    published = envelope(home, "content", "publish", "schemes", "lending_limits", "--actor", "li")["published"]
    assert published["version"] == imported["version"]


def test_check_judges_by_what_the_bank_published(home: Path, tmp_path: Path) -> None:
    def severity() -> str:
        found: list[dict[str, str]] = envelope(home, "check")["quality"]["findings"]
        return next(f["severity"] for f in found if f["code"] == "rows_are_exact_duplicates")

    assert severity() == "normal"
    text = windchime(home, "content", "export", "schemes", "data_quality").stdout
    draft = tmp_path / "quality.yaml"
    draft.write_text(
        re.sub(r"(watch_share:.*?value: )\"[0-9.]+\"", r'\1"0.000001"', text, flags=re.DOTALL), encoding="utf8"
    )
    assert draft.read_text(encoding="utf8") != text
    for call in (
        ["import", "schemes", "data_quality", str(draft), "--from", "2025-01-01"],
        ["publish", "schemes", "data_quality"],
    ):
        done = windchime(home, "content", *call, "--actor", call[0])
        assert done.returncode == 0, done.stderr
    assert severity() != "normal"


def test_an_allocation_is_told_in_sentences(home: Path) -> None:
    said = windchime(home, "decide", "--portfolio", "--budget", "20000000").stdout
    assert "shadow price" in said
    assert "finite difference" in said
    assert not re.search(r"\{'|lp_dual|0E-", said)


def test_a_list_that_is_cut_says_so(home: Path) -> None:
    assert "… and 260 more firms" in windchime(home, "decide", "--all").stdout


def test_quarantined_rows_are_told_in_sentences(demo_home: Path, tmp_path: Path) -> None:
    pack = shutil.copytree(next((demo_home / "demo").glob("twin-*")), tmp_path / "pack")
    loans = pq.read_table(pack / "loans.parquet")
    terms = pa.array([-1, *loans["term_months"].to_pylist()[1:]], pa.int64())
    pq.write_table(
        loans.set_column(loans.schema.get_field_index("term_months"), "term_months", terms), pack / "loans.parquet"
    )
    home = tmp_path / "home"
    done = windchime(home, "load", str(pack))
    assert "wait in quarantine" in done.stdout, done.stderr
    said = windchime(home, "quarantine", "list").stdout
    assert "loans.parquet row 1, column term_months: '-1' is too small; expected at least" in said
    (row,) = envelope(home, "quarantine", "list")["quarantined"]
    assert row["problems"][0]["sentence"]["zh"] != row["problems"][0]["sentence"]["en"]
    assert row["quarantine_id"] in said


def test_a_table_in_a_pipe_is_not_folded(home: Path) -> None:
    environ = surroundings(home, "en") | {"COLUMNS": "40"}
    command = [str(Path(sys.executable).with_name("windchime")), "lake", "log"]
    said = subprocess.run(command, env=environ, capture_output=True, text=True, check=True, timeout=300).stdout
    heading, *rows = said.splitlines()
    assert [row.split()[0].strip("*").isdigit() for row in rows] == [True] * len(
        envelope(home, "lake", "log")["versions"]
    )
    assert not any(line.endswith(" ") for line in (heading, *rows))
