"""Settings from the environment, all with the prefix `WINDCHIME_`; read once, at the edge, and passed on."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal, TypeVar

from windchime.core.errors import BadCall
from windchime.core.text import LANGS, Lang, _

#: what evaluates expressions over the lake
Engine = Literal["duckdb", "spark"]
ENGINES: dict[str, Engine] = {"duckdb": "duckdb", "spark": "spark"}
#: how the service speaks of each request on its error stream; failures are told in any case
LogForm = Literal["json", "text", "off"]
LOG_FORMS: dict[str, LogForm] = {"json": "json", "text": "text", "off": "off"}
#: which algorithms new keys and values use; see `service.suites`
Crypto = Literal["aes", "sm"]
CRYPTO: dict[str, Crypto] = {"aes": "aes", "sm": "sm"}
Known = TypeVar("Known")
SWITCH = {"on": True, "off": False}


class BadSetting(BadCall):
    """An environment variable with a value that cannot be used."""

    msgid = _("{variable}={value} cannot be used; accepted: {accepted}")

    def __init__(self, variable: str, value: str, accepted: str) -> None:
        super().__init__(variable=variable, value=value, accepted=accepted)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and how we speak. Documented in `docs/reference/settings.md`; a test holds the two together."""

    #: WINDCHIME_HOME: the folder of all banks
    home: Path = field(default_factory=lambda: Path("windchime-home"))
    #: WINDCHIME_BANK: which bank's folder
    bank: str = "default"
    #: WINDCHIME_LANG: zh or en
    lang: Lang = "zh"
    #: WINDCHIME_ENGINE: duckdb or spark, for what measures and checks the whole library
    engine: Engine = "duckdb"
    #: WINDCHIME_SAMPLES: folder of real sample data for tests and benchmarks; None when absent
    samples: Path | None = None
    #: WINDCHIME_VAULT_KEY_FILE: file with the master secret of the vault; None where each bank keeps its own
    vault_key_file: Path | None = None
    #: WINDCHIME_SECRETS_KEY_FILE: file with the master secret of second factors and webhook secrets; None where each bank keeps its own
    secrets_key_file: Path | None = None
    #: WINDCHIME_CRYPTO: aes or sm, the algorithms of new keys and values
    crypto: Crypto = "aes"
    #: WINDCHIME_DATABASE_URL, or the content of the file that WINDCHIME_DATABASE_URL_FILE names: a PostgreSQL database
    #: for all banks, a schema each; None for a SQLite file a bank
    database_url: str | None = field(default=None, repr=False)
    #: WINDCHIME_BANKS_FILE: file that names several banks of one home; None for one bank
    banks_file: Path | None = None
    #: WINDCHIME_AGREEMENT_KEY_FILE: file with the key that signs agreements with other banks; None
    #: where each bank keeps its own
    agreement_key_file: Path | None = None
    #: WINDCHIME_WEBHOOK_NETWORKS: networks of the bank's own that webhooks may reach besides public addresses
    webhook_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    #: WINDCHIME_LISTEN: address of this machine that `serve` binds
    listen: str = "127.0.0.1"
    #: WINDCHIME_HOSTS: names under which one bank is served besides those of this machine, lower case, without port
    hosts: tuple[str, ...] = ()
    #: WINDCHIME_PROXIES: networks of the proxies that are believed to say who asks and how; empty for no proxy
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    #: WINDCHIME_LOG: json, text or off, a line a request
    log: LogForm = "off"
    #: WINDCHIME_METRICS: on or off
    metrics: bool = False
    #: WINDCHIME_METRICS_TOKEN, or the content of the file that WINDCHIME_METRICS_TOKEN_FILE names: lets other machines read
    #: the metrics; None for this machine alone
    metrics_token: str | None = field(default=None, repr=False)
    #: WINDCHIME_OIDC_ISSUER: the provider of identities where people of the bank sign in besides here; None for none
    oidc_issuer: str | None = None
    #: WINDCHIME_OIDC_CLIENT_ID: this installation's name at that provider
    oidc_client_id: str | None = None
    #: WINDCHIME_OIDC_CLIENT_SECRET, or the content of the file that WINDCHIME_OIDC_CLIENT_SECRET_FILE names; None for a
    #: public client
    oidc_client_secret: str | None = field(default=None, repr=False)
    #: WINDCHIME_OIDC_CLAIM: claim that names an account at its first sign-in there; empty where its subject is told
    oidc_claim: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings.

        Raises:
            BadSetting: a language we do not speak, an engine we do not have, a bank name that is not a plain folder name, a home that is no folder, a file of a secret that cannot be read, networks or host names that are none, a switch that is neither on nor off.
        """
        lang = environ.get("WINDCHIME_LANG", "zh")
        if lang not in LANGS:
            raise BadSetting("WINDCHIME_LANG", lang, ", ".join(LANGS))
        bank = environ.get("WINDCHIME_BANK", "default")
        if not bank.replace("-", "").replace("_", "").isalnum():
            raise BadSetting("WINDCHIME_BANK", bank, "letters, digits, - and _")
        home = environ.get("WINDCHIME_HOME", "windchime-home")
        if not home or "://" in home:
            raise BadSetting("WINDCHIME_HOME", home, "a folder of this machine")
        engine = environ.get("WINDCHIME_ENGINE", "duckdb")
        if engine not in ENGINES:
            raise BadSetting("WINDCHIME_ENGINE", engine, ", ".join(ENGINES))
        samples = environ.get("WINDCHIME_SAMPLES")
        vault_key_file = environ.get("WINDCHIME_VAULT_KEY_FILE")
        secrets_key_file = environ.get("WINDCHIME_SECRETS_KEY_FILE")
        banks_file = environ.get("WINDCHIME_BANKS_FILE")
        agreement_key_file = environ.get("WINDCHIME_AGREEMENT_KEY_FILE")
        return cls(
            home=Path(home).expanduser(),
            bank=bank,
            lang=lang,
            engine=ENGINES[engine],
            samples=Path(samples) if samples else None,
            vault_key_file=Path(vault_key_file).expanduser() if vault_key_file else None,
            secrets_key_file=Path(secrets_key_file).expanduser() if secrets_key_file else None,
            crypto=_one_of("WINDCHIME_CRYPTO", environ, CRYPTO, "aes"),
            database_url=_secret("WINDCHIME_DATABASE_URL", environ),
            banks_file=Path(banks_file).expanduser() if banks_file else None,
            agreement_key_file=Path(agreement_key_file).expanduser() if agreement_key_file else None,
            webhook_networks=_networks("WINDCHIME_WEBHOOK_NETWORKS", environ),
            listen=environ.get("WINDCHIME_LISTEN") or "127.0.0.1",
            hosts=_hosts("WINDCHIME_HOSTS", environ),
            proxies=_networks("WINDCHIME_PROXIES", environ),
            log=_one_of("WINDCHIME_LOG", environ, LOG_FORMS, "off"),
            metrics=_one_of("WINDCHIME_METRICS", environ, SWITCH, "off"),
            metrics_token=_secret("WINDCHIME_METRICS_TOKEN", environ),
            oidc_issuer=environ.get("WINDCHIME_OIDC_ISSUER") or None,
            oidc_client_id=environ.get("WINDCHIME_OIDC_CLIENT_ID") or None,
            oidc_client_secret=_secret("WINDCHIME_OIDC_CLIENT_SECRET", environ),
            oidc_claim=environ.get("WINDCHIME_OIDC_CLAIM", ""),
        )


def _secret(variable: str, environ: Mapping[str, str]) -> str | None:
    """A setting that must not stand in a list of processes: from the variable, or from the file that `…_FILE` names."""
    if (file := environ.get(f"{variable}_FILE")) is None:
        return environ.get(variable) or None
    try:
        return Path(file).expanduser().read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{variable}_FILE", file, "a file that can be read") from error


def _networks(variable: str, environ: Mapping[str, str]) -> tuple[IPv4Network | IPv6Network, ...]:
    value = environ.get(variable, "")
    try:
        return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError as error:
        raise BadSetting(variable, value, "networks such as 10.20.0.0/16, joined by commas") from error


def _hosts(variable: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    value = environ.get(variable, "")
    found = tuple(part.strip().lower() for part in value.split(",") if part.strip())
    if any(not host.replace("-", "").replace(".", "").isalnum() for host in found):
        raise BadSetting(variable, value, "names without port such as loans.bank.example, joined by commas")
    return found


def _one_of(variable: str, environ: Mapping[str, str], known: Mapping[str, Known], default: str) -> Known:
    value = environ.get(variable) or default
    if value not in known:
        raise BadSetting(variable, value, ", ".join(known))
    return known[value]
