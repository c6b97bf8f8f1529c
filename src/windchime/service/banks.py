"""The banks of one home: which there are, the hosts each answers under, where its data and keys stand.

Without a file there is one bank, whatever host is asked (which hosts are served is the server's to say), and nothing knows of others. With one,
each bank has hosts, a database (or a schema of it), a folder and keys that no other bank of the file has.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from itertools import combinations
from pathlib import Path
from typing import Any, Self, cast

from windchime.core import yamlfile
from windchime.core.clock import Clock
from windchime.core.errors import BadInput, UnknownName
from windchime.core.settings import CRYPTO, Crypto, Settings
from windchime.core.text import LANGS, Lang, _
from windchime.service.bank import PRIVATE_FILE, Bank

#: a bank's name is a folder's: on no file system another's
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
#: a host as browsers name it, without port
HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
#: files of keys, none of which two banks share
KEYS = ("vault_key_file", "secrets_key_file", "agreement_key_file")
#: what the file says of a bank
FIELDS = frozenset({"name", "hosts", "lang", "database", "database_file", "crypto", *KEYS})


class BadBanksFile(BadInput):
    """The file of the banks cannot be used."""

    msgid = _("{file}: {faults}")
    hint = _("correct it; no bank is served until then")

    def __init__(self, file: Path, faults: list[str]) -> None:
        super().__init__(file=str(file), faults="; ".join(faults))


class NoBanksFile(BadInput):
    """The file of the banks is not there."""

    msgid = _("{file}: there is no such file (WINDCHIME_BANKS_FILE)")

    def __init__(self, file: Path) -> None:
        super().__init__(file=str(file))


@dataclass(frozen=True, slots=True)
class BankEntry:
    """What the operator says of one bank."""

    name: str
    #: under which it answers, lower case, without port; empty where there is one bank: under any
    hosts: tuple[str, ...]
    lang: Lang
    #: address of a PostgreSQL database, where the bank has a schema; None for a SQLite file in its folder
    database: str | None = field(default=None, repr=False)
    #: master secret of its vault; None where it keeps its own
    vault_key_file: Path | None = None
    #: master secret of its small operational secrets; None where it keeps its own
    secrets_key_file: Path | None = None
    #: the key it signs agreements with; None where it keeps its own
    agreement_key_file: Path | None = None
    #: algorithms of its new keys and values
    crypto: Crypto = "aes"


@dataclass(frozen=True, slots=True)
class Banks:
    """The banks of one home.

    Attributes:
        home: folder of all banks.
        entries: one or several, in the order of the file.
        listed: whether a file names them; without one there is a single bank that answers under any host.
    """

    home: Path
    entries: tuple[BankEntry, ...]
    listed: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The banks of an installation.

        Raises:
            NoBanksFile: the file is not there.
            BadBanksFile: the file cannot be used; all its faults are named.
            BadYaml: it is no YAML.
        """
        if settings.banks_file is None:
            one = BankEntry(
                settings.bank,
                (),
                settings.lang,
                settings.database_url,
                settings.vault_key_file,
                secrets_key_file=settings.secrets_key_file,
                agreement_key_file=settings.agreement_key_file,
                crypto=settings.crypto,
            )
            return cls(settings.home, (one,))
        try:
            body = yamlfile.read(settings.banks_file)
        except FileNotFoundError:
            raise NoBanksFile(settings.banks_file) from None
        except OSError as error:
            raise BadBanksFile(settings.banks_file, [error.strerror or type(error).__name__]) from None
        entries, faults = _read(body, settings)
        if faults:
            raise BadBanksFile(settings.banks_file, faults)
        return cls(settings.home, entries, listed=True)

    def by_host(self, host: str) -> BankEntry | None:
        """The bank that answers under a Host header; None where none does."""
        if not self.listed:
            return self.entries[0]
        asked = plain_host(host)
        return next((e for e in self.entries if asked in e.hosts), None)

    def by_name(self, name: str) -> BankEntry:
        """The bank of a name.

        Raises:
            UnknownName: there is none.
        """
        found = next((e for e in self.entries if e.name == name), None)
        if found is None:
            raise UnknownName("bank", name, tuple(e.name for e in self.entries))
        return found

    def open(self, entry: BankEntry, *, clock: Clock | None = None) -> Bank:
        """Open one bank: its folder, its database, its keys; nothing of another is touched."""
        return Bank.open(
            self.home,
            entry.name,
            clock=clock,
            vault_key_file=entry.vault_key_file,
            secrets_key_file=entry.secrets_key_file,
            crypto=entry.crypto,
            agreement_key_file=entry.agreement_key_file,
            database=entry.database,
        )


def plain_host(host: str) -> str:
    """A Host header without port, case and the dot of the root."""
    name = host.strip().lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.partition(":")[0].removesuffix(".")


def _read(body: Any, settings: Settings) -> tuple[tuple[BankEntry, ...], list[str]]:
    """The entries of the file, and every fault in it."""
    listed = body.get("banks") if isinstance(body, dict) and set(body) == {"banks"} else None
    if not isinstance(listed, list) or not listed or not all(isinstance(e, dict) for e in listed):
        return (), ["expected one key, banks: a list of banks, each with name and hosts"]
    faults = [f"bank {n}: {fault}" for n, said in enumerate(listed, 1) for fault in _faults(said)]
    if faults:
        return (), faults
    base = cast("Path", settings.banks_file).parent
    entries, unread = [], []
    for said in listed:
        try:
            entries.append(_entry(said, base, settings.lang))
        except (OSError, UnicodeDecodeError):
            unread.append(f"{said['name']}: database_file cannot be read")
    return tuple(entries), [*unread, *_shared(entries)]


def _faults(said: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with one bank by itself."""
    if unknown := sorted(set(map(str, said)) - FIELDS):
        yield f"unknown {', '.join(unknown)}; known: {', '.join(sorted(FIELDS))}"
    if not isinstance(name := said.get("name"), str) or not NAME.fullmatch(name):
        yield "name is 1 to 40 of a-z, 0-9, - and _"
    hosts = said.get("hosts")
    if not isinstance(hosts, list) or not hosts or not all(isinstance(h, str) and _is_host(h) for h in hosts):
        yield "hosts is a list of names or addresses in lower case, without port"
    if said.get("lang", "zh") not in LANGS:
        yield f"lang is {' or '.join(LANGS)}"
    if str(said.get("crypto", "aes")) not in CRYPTO:
        yield f"crypto is {' or '.join(CRYPTO)}"
    if "database" in said and "database_file" in said:
        yield "database or database_file, not both"
    for key in ("database", "database_file", *KEYS):
        if not isinstance(said.get(key, "-"), str):
            yield f"{key} is a text"


def _is_host(host: str) -> bool:
    try:
        return str(ip_address(host)) == host
    except ValueError:
        return HOST.fullmatch(host) is not None


def _entry(said: Mapping[str, Any], base: Path, lang: Lang) -> BankEntry:
    """One bank; files are found from the folder of the file that names them."""
    address = said.get("database")
    if "database_file" in said:
        address = (base / said["database_file"]).expanduser().read_text(encoding="utf-8").strip()
    keys = {k: base / Path(said[k]).expanduser() for k in KEYS if k in said}
    crypto = CRYPTO[str(said.get("crypto", "aes"))]
    return BankEntry(said["name"], tuple(said["hosts"]), said.get("lang", lang), address or None, crypto=crypto, **keys)


def _shared(entries: list[BankEntry]) -> Iterator[str]:
    """What two banks must not have together."""
    for one, other in combinations(entries, 2):
        if one.name == other.name:
            yield f"two banks are called {one.name}"
        for host in sorted(set(one.hosts) & set(other.hosts)):
            yield f"{one.name} and {other.name} both answer under {host}"
        files = {_place(f) for f in _keys(one)} & {_place(f) for f in _keys(other)}
        for file in sorted(files):
            yield f"{one.name} and {other.name} share the key file {file}"


def _keys(entry: BankEntry) -> list[Path]:
    return [file for key in KEYS if (file := getattr(entry, key)) is not None]


def _place(file: Path) -> str:
    return str(file.resolve())


def written(settings: Settings, said: Mapping[str, Any]) -> None:
    """Write one more bank at the end of the file, whose comments stay; nothing is written that could not be read.

    Raises:
        BadBanksFile: the file would not be one any more: the bank is described wrongly, or shares what banks do not share.
    """
    file = cast("Path", settings.banks_file)
    before = file.read_text(encoding="utf-8") if file.exists() else "banks:\n"
    part = file.with_name(f"{file.name}.part")
    part.write_text(f"{before.rstrip()}\n  - {json.dumps(said, ensure_ascii=False)}\n", encoding="utf-8")
    part.chmod(file.stat().st_mode & 0o777 if file.exists() else PRIVATE_FILE)
    try:
        Banks.of(replace(settings, banks_file=part))
    except BadInput:
        part.unlink()
        raise
    part.replace(file)
