"""Settings from the environment, and their page."""

from pathlib import Path

import pytest

from windchime.core.settings import BadSetting, Settings


def test_defaults_speak_chinese_to_the_default_bank() -> None:
    found = Settings.from_environment({})
    assert (found.lang, found.bank, found.samples) == ("zh", "default", None)


def test_every_setting_is_read() -> None:
    found = Settings.from_environment(
        {"WINDCHIME_HOME": "h", "WINDCHIME_BANK": "b1", "WINDCHIME_LANG": "en", "WINDCHIME_SAMPLES": "s"}
    )
    assert found == Settings(home=Path("h"), bank="b1", lang="en", samples=Path("s"))


@pytest.mark.parametrize(
    "environ",
    [
        {"WINDCHIME_LANG": "fr"},
        {"WINDCHIME_BANK": "../other"},
        {"WINDCHIME_BANK": ""},
        {"WINDCHIME_HOME": "http://localhost"},
        {"WINDCHIME_WEBHOOK_NETWORKS": "10.0.0.1/8"},
        {"WINDCHIME_PROXIES": "everybody"},
        {"WINDCHIME_HOSTS": "bank.example:8000"},
        {"WINDCHIME_LOG": "xml"},
        {"WINDCHIME_METRICS": "yes"},
    ],
)
def test_values_that_cannot_be_used_are_refused(environ: dict[str, str]) -> None:
    with pytest.raises(BadSetting):
        Settings.from_environment(environ)


def test_every_setting_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/settings.md").read_text(encoding="utf8")
    for name in Settings.__dataclass_fields__:
        assert f"`WINDCHIME_{name.upper()}`" in page


def test_the_address_of_the_database_stays_out_of_sight(tmp_path: Path) -> None:
    file = tmp_path / "address"
    file.write_text("postgresql://u:hidden@h/d\n")
    given = {"WINDCHIME_DATABASE_URL": "postgresql://other@h/d", "WINDCHIME_DATABASE_URL_FILE": str(file)}
    found = Settings.from_environment(given)
    assert found.database_url == "postgresql://u:hidden@h/d"
    assert "hidden" not in repr(found)
    assert Settings.from_environment({}).database_url is None
    with pytest.raises(BadSetting, match="WINDCHIME_DATABASE_URL_FILE"):
        Settings.from_environment({"WINDCHIME_DATABASE_URL_FILE": str(tmp_path / "absent")})


def test_how_it_is_served() -> None:
    found = Settings.from_environment(
        {
            "WINDCHIME_HOSTS": "Loans.Bank.example, b.example",
            "WINDCHIME_PROXIES": "10.0.3.0/29,fd00::/64",
            "WINDCHIME_LOG": "json",
            "WINDCHIME_METRICS": "on",
            "WINDCHIME_METRICS_TOKEN": "hidden-too",
        }
    )
    assert found.hosts == ("loans.bank.example", "b.example")
    assert [str(n) for n in found.proxies] == ["10.0.3.0/29", "fd00::/64"]
    assert (found.log, found.metrics, found.metrics_token) == ("json", True, "hidden-too")
    assert "hidden-too" not in repr(found)
