"""`windchime consent` and `windchime customer`: recorded, listed, revoked, imported whole or not at all."""

from hashlib import sha256
from pathlib import Path

import pytest
from tests.cli.test_commands import envelope, windchime
from tests.data.helpers import firm, load_pack, open_bank, pack

from windchime.service import audit


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rights")
    bank = open_bank(folder)
    load_pack(bank, pack(folder / "pack", source="f", firms=[firm(n, firm_id=f"f:{n}") for n in range(1, 4)]))
    bank.close()
    return folder / "home"


def test_a_consent_from_its_document_to_its_end(home: Path) -> None:
    document = home.parent / "signed.pdf"
    document.write_bytes(b"signed")
    command = ("consent", "record", "f:1", "--purpose", "loan_review", "--document", str(document), "--actor", "li")
    made = envelope(home, *command, "--since", "2020-01-01", "--until", "2029-12-01")["consent"]
    nobodys = ("consent", "record", "f:0", *command[3:], "--until", "2029-12-01")
    assert windchime(home, *nobodys).returncode == 2
    (found,) = envelope(home, "consent", "list")["consents"]
    assert (found["id"], found["document"]) == (made, sha256(b"signed").hexdigest())
    assert (found["categories"], found["in_force"]) == (["firm"], True)
    assert windchime(home, *command, "--until", "2019-01-01", "--since", "2020-01-01").returncode == 2
    envelope(home, "consent", "revoke", made, "--reason", "asked to")
    assert windchime(home, "consent", "revoke", made, "--reason", "again").returncode == 4
    assert made in windchime(home, "consent", "list", "--by", "li", "--since", "2020-01-01").stdout
    assert envelope(home, "consent", "list", "--by", "somebody")["consents"] == []
    assert envelope(home, "consent", "list", "--purpose", "post_loan", "--until", "2030-01-01")["consents"] == []
    assert not envelope(home, "consent", "list")["consents"][0]["in_force"]


def test_a_file_is_taken_whole_or_not_at_all(home: Path) -> None:
    file = home.parent / "customers.csv"
    good = "firm_id,branch,manager,applicant\nf:1,north,,\nf:2,south,,\n"
    file.write_text(good + "f:3,,,\nf:4,north,nobody,\n", encoding="utf-8")
    refused = windchime(home, "customer", "import", str(file), "--reason", "new")
    assert refused.returncode == 3
    assert "customers.csv" in refused.stdout
    assert "4" in refused.stdout
    assert "5" in refused.stdout
    assert envelope(home, "customer", "list")["customers"] == []
    file.write_text(good, encoding="utf-8")
    assert envelope(home, "customer", "import", str(file), "--reason", "new")["imported"] == 2
    envelope(home, "customer", "assign", "f:3", "--branch", "north", "--reason", "new")
    unknown = windchime(home, "customer", "assign", "f:33", "--branch", "north", "--reason", "new")
    assert (unknown.returncode, "f:3" in unknown.stderr) == (2, True)
    assert [c["firm_id"] for c in envelope(home, "customer", "list", "--branch", "north")["customers"]] == [
        "f:1",
        "f:3",
    ]
    consents = home.parent / "consents.csv"
    heading = "firm_id,purpose,categories,given_by,document,valid_from,valid_to"
    consents.write_text(
        f"{heading}\nf:2,post_loan,firm person,proxy,{sha256(b'other').hexdigest()},,2035-01-01\n", encoding="utf-8"
    )
    assert envelope(home, "consent", "import", str(consents))["imported"] == 1
    assert envelope(home, "consent", "list", "f:2")["consents"][0]["categories"] == ["firm", "person"]
    consents.write_text("firm_id\nf:2\n", encoding="utf-8")
    assert windchime(home, "consent", "import", str(consents)).returncode == 3
    bank = open_bank(home.parent)
    with bank.session() as session:
        assert audit.verify(session) == []
    bank.close()
