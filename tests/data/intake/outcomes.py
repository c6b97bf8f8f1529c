"""One file through readers, checks and quarantine without a bank: what comes of it, for tests and fuzzing alike."""

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import duckdb

from windchime.core.errors import BadCall, BadInput
from windchime.data.contracts import contract
from windchime.data.intake import forms, rejected
from windchime.data.intake.compiled import Facts, compile_table
from windchime.data.intake.limits import LIMITS, MIB, Limits
from windchime.data.intake.loading import unreadable
from windchime.data.intake.mapping import Feed, identity
from windchime.data.intake.report import Note
from windchime.data.intake.sheets import match
from windchime.data.intake.staging import Staging, Stamp

AS_OF = date(2025, 12, 31)
#: small, so that limits are met
SMALL = replace(
    LIMITS,
    text_bytes=8 * MIB,
    row_bytes=64 * 1024,
    workbook_bytes=8 * MIB,
    workbook_unpacked_bytes=32 * MIB,
    zip_unpacked_bytes=32 * MIB,
    parquet_bytes=8 * MIB,
    parquet_unpacked_bytes=64 * MIB,
    parquet_footer_bytes=MIB,
    parquet_rows=100_000,
    columns=200,
)
SPILL = mkdtemp(prefix="windchime-spill-")


@dataclass
class Outcome:
    """What came of a file."""

    #: class of the error that refused the file as a whole; empty where rows came out
    refused: str = ""
    source: int = 0
    lake: int = 0
    quarantine: list[dict[str, Any]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)


def plain(table: str = "rate_churn") -> Feed:
    """The feed of a file in contract form, every column optional, so that headers alone refuse nothing."""
    found = identity(contract(table))
    return replace(found, headers=tuple(replace(h, optional=True) for h in found.headers), sheet="*")


def outcome(path: Path, feed: Feed | None = None, limits: Limits = SMALL) -> Outcome:
    """Read, check and tell apart the rows of a file."""
    feed = feed or plain()
    done = Outcome()
    with Staging(Stamp("t", "load", AS_OF), SPILL, [path], limits) as staging:
        for name in ("vault_token", "vault_id"):
            staging.con.create_function(name, lambda _kind, text: text, ["VARCHAR", "VARCHAR"], "VARCHAR")
        staging.con.create_function("vault_scrub", lambda text: text, ["VARCHAR"], "VARCHAR")
        try:
            for sheet, found, _problems in forms.sheets(staging.con, path, path.name, [feed], limits):
                matched = match(sheet, found)
                for made in found.tables:
                    staging.stage(compile_table(matched, made, Facts("t", AS_OF)))
        except (BadInput, BadCall) as error:
            done.refused = type(error).__name__
            return done
        except duckdb.Error as error:
            told = unreadable(error, path.name, limits)
            if not isinstance(told, BadInput):
                raise
            done.refused = type(told).__name__
            return done
        for table in staging.tables.values():
            staging.mark_repeated_keys(table)
        done.source = sum(c.source for c in staging.counts().values())
        done.lake = sum(c.lake for c in staging.counts().values())
        done.quarantine = rejected.rejected(staging).to_pylist()
        done.notes = staging.notes()
        for name in staging.tables:
            done.rows += staging.accepted(name).read_all().to_pylist()
    return done
