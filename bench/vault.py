"""The vault: tokens a second, and the treatment of a million staged bank transactions a fifth of which name people.

Beside the tokens stands the same keyed hash in plain Python, without normal forms: what no treatment could undercut.
"""

import base64
import hmac
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bench import Row
from windchime.core.unit import Actor
from windchime.data.contracts import contract
from windchime.data.intake.convert import SQL
from windchime.data.staged import Relations
from windchime.data.vault import Vault, protect, rotate
from windchime.data.vault.normal import normal  # noqa: F401 - OpenCC's words are read before the clock starts
from windchime.service.bank import Bank

MILLION = 1_000_000
TABLE = "bank_transactions"
ACTOR = Actor("bench", "system")


@dataclass(frozen=True)
class _Stamp:
    source: str = "bench"
    load_id: str = "bench"


class _Staged(Relations):
    stamp = _Stamp()


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="windchime-bench-") as folder:
        bank = Bank.open(Path(folder))
        vault = Vault.open(bank)
        yield from _tokens(vault)
        staged = _transactions(0.20)
        began = time.perf_counter()
        sealed = protect(staged, vault)
        yield Row(
            "vault", "1 M staged transactions, 20 % with people: protect", time.perf_counter() - began, "s", "≤ 30 s"
        )
        pairs = staged.con.execute('SELECT count(*) FROM "vault:pairs"').fetchall()[0][0]
        began = time.perf_counter()
        with bank.unit(ACTOR) as unit:
            done = sealed.write(unit)
        seconds = time.perf_counter() - began
        yield Row(
            "vault", f"sealing of {done.values:,} of {pairs:,} values of {done.subjects:,} subjects", seconds, "s"
        )
        began = time.perf_counter()
        keys = rotate(bank, ACTOR, "bench").keys
        yield Row("vault", f"rotation of the master secret over {keys:,} keys", time.perf_counter() - began, "s")
        staged = _transactions(0.0)
        began = time.perf_counter()
        protect(staged, vault)
        yield Row("vault", "1 M staged transactions without people: protect", time.perf_counter() - began, "s")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        yield Row("vault", "highest memory of this process", peak, "MiB")
        bank.close()


def _tokens(vault: Vault) -> Iterator[Row]:
    key = os.urandom(32)
    names = [f"{chr(0x4E00 + i % 5000)}{chr(0x4E00 + i // 5000)}{chr(0x4E00 + i * 7 % 900)}" for i in range(MILLION)]
    phones = [str(13_000_000_000 + i) for i in range(MILLION)]
    for kind, values in (("identity", names), ("contact", phones)):
        began = time.perf_counter()
        for start in range(0, MILLION, 100_000):
            vault.tokeniser.tokens(kind, values[start : start + 100_000])  # type: ignore[arg-type]  # a class by its name
        ours = time.perf_counter() - began
        began = time.perf_counter()
        for value in values:
            base64.b32encode(hmac.digest(key, value.encode(), "sha256")[:20])
        plain = time.perf_counter() - began
        yield Row(
            "vault", f"1 M distinct values of {kind} to tokens", ours, "s", "≤ 10 s", "hmac and base64 alone", plain
        )


def _transactions(people: float) -> _Staged:
    """Transactions as intake stages them; each account pays few counterparties, as in life."""
    con, found = duckdb.connect(), contract(TABLE)
    con.execute(f"CREATE TABLE transactions ({', '.join(f'{c.name} {SQL[c.type]}' for c in found.expected)})")
    share = int(people * 100)
    con.execute(f"""
        INSERT INTO transactions BY NAME
        SELECT 'bench:F' || (i % 20000) AS firm_id,
            CASE WHEN i % 100 < {share} THEN 'person' ELSE 'firm' END AS counterparty_type,
            CASE WHEN i % 100 < {share} THEN chr(20000 + (i * 7 % 5000)::INT) || chr(25000 + (i // 50 % 200)::INT)
                ELSE '示例' || (i % 50000) || '商贸有限公司' END AS counterparty_name,
            CASE WHEN i % 100 < {share} THEN printf('6299%015d', i % 200000) END AS counterparty_account_no,
            CASE WHEN i % 100 < 5 AND {share} > 0 THEN '报销 电话199' || printf('%08d', i % 10000) ELSE '货款' || (i % 1000) END AS remark
        FROM range({MILLION}) r(i)""")
    made = _Staged(con)
    made.begin(found, "SELECT * FROM transactions")
    return made
