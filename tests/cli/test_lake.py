"""`windchime lake …`: the care of the lake from the command line, dry first, then done, then proven."""

import json
from pathlib import Path
from typing import Any

from tests.cli.test_commands import windchime
from tests.data.helpers import firm, invoice, load_pack, open_bank, pack


def said(home: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    done = windchime(home, "lake", *arguments, "--json")
    assert done.returncode == code, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_care_of_the_lake(tmp_path: Path) -> None:
    bank, home = open_bank(tmp_path), tmp_path / "home"
    for count in (1, 2):
        rows = [invoice(invoice_no=f"{i:08d}") for i in range(count)]
        load_pack(bank, pack(tmp_path / "pack", firms=[firm(1)], invoices=rows))
    assert said(home, "compact", "--dry-run")["published"] is None
    assert said(home, "compact", "--actor", "li")["published"] == 3
    assert "nothing to do" in windchime(home, "lake", "compact").stdout
    assert said(home, "vacuum", "--keep-days", "0", "--dry-run")["retired"] == [1, 2]
    assert "newest" in windchime(home, "lake", "vacuum", "--keep-days", "0").stdout
    assert [v["readable"] for v in said(home, "log")["versions"]] == [True, False, False]
    assert said(home, "verify")["whole"] is True
    to = str(tmp_path / "backup")
    assert said(home, "backup", to, "--dry-run")["sha256"] == ""
    assert said(home, "backup", to)["lake_version"] == 3
    assert windchime(home, "lake", "backup", to).returncode == 4
    assert windchime(home, "lake", "restore", to).returncode == 4
    new = tmp_path / "new"
    assert said(new, "restore", to, "--dry-run")["lake_version"] == 3
    assert "lake version 3" in windchime(new, "lake", "restore", to).stdout
    assert said(new, "verify")["whole"] is True
    next((new / "banks" / "default" / "lake" / "invoices").glob("*.parquet")).unlink()
    broken = said(new, "verify", code=1)
    assert (broken["whole"], broken["problems"][0]["code"]) == (False, "lake_file_missing")
    bank.close()
