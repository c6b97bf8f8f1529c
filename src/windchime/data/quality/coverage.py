"""Checks between tables and of the loads: firms without data, rows in quarantine, what was noted while loading."""

import json
from collections.abc import Collection

import ibis
from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.core.text import Text, _, translate
from windchime.data.contracts import contract
from windchime.data.intake import words
from windchime.data.quality.report import Example, QualityFinding
from windchime.data.quality.rows import Judge, examples
from windchime.data.reading import Reading
from windchime.data.tables import LoadRecord


def firms(reading: Reading, judge: Judge, wanted: Collection[str]) -> list[QualityFinding]:
    """Firms without invoices, invoices of firms that are not registered, labels without firms."""
    if not reading.has("firms"):
        return []
    known = reading.table("firms")
    found = []
    if "firms" in wanted and reading.has("invoices"):
        of = int(known["firm_id"].nunique().to_pyarrow().as_py())
        reporting = reading.table("invoices")["reporting_firm_id"]
        silent = known.filter(known["firm_id"].notin(reporting))
        found += _some(
            silent, "firms_have_no_invoices", _("{count} of {of} firms ({share}) have no invoices"), "firms", of, judge
        )
    for table, column in (
        ("invoices", "reporting_firm_id"),
        ("loan_outcomes", "firm_id"),
        ("loans", "firm_id"),
        ("ratings", "firm_id"),
    ):
        if table in wanted and reading.has(table):
            t = reading.table(table)
            orphans = t.filter(t[column].notin(known["firm_id"]))
            found += _some(
                orphans,
                "rows_name_unknown_firms",
                _("{count} of {of} rows ({share}) of {label} are about firms that are not registered"),
                table,
                int(t.count().to_pyarrow().as_py()),
                judge,
                label=contract(table).label,
            )
    return found


def quarantine(reading: Reading) -> list[QualityFinding]:
    """Open rows in quarantine, by table and first reason."""
    if not reading.has("quarantine"):
        return []
    t = reading.table("quarantine")
    waiting = t.filter(t["state"] == "open")
    groups = waiting.group_by("table_name", "code").aggregate(n=ibis._.count()).order_by("table_name", "code")
    found = []
    for row in groups.to_pyarrow().to_pylist():
        table, code = row["table_name"], row["code"]
        reason = words.rule_label(table, code) or _reason(code)
        mine = waiting.filter((waiting["table_name"] == table) & (waiting["code"] == code))
        found.append(
            QualityFinding(
                f"quarantined_{code}",
                "watch",
                _("{count} rows of {label} are in quarantine: {reason}"),
                table,
                row["n"],
                row["n"],
                {"label": contract(table).label, "reason": reason},
                examples(mine),
            )
        )
    return found


def _reason(code: str) -> Text:
    """A reason of rejection without its value."""
    msgid = words.REASONS[code][0]
    return Text(translate(msgid, "zh", value="…"), translate(msgid, "en", value="…"))


def notes(session: Session, lake_version: int) -> list[QualityFinding]:
    """What intake noted in the loads up to a lake version; notes of rules are left to the checks of the rows."""
    found = []
    query = select(LoadRecord).where(LoadRecord.lake_version <= lake_version).order_by(LoadRecord.lake_version)
    for record in session.scalars(query):
        body = json.loads(record.body)
        for note in body["notes"]:
            if note["code"] in words.NOTES:
                rows = body["tables"].get(note["table"], {"source": note["count"]})["source"]
                found.append(
                    QualityFinding(
                        note["code"],
                        "normal",
                        words.NOTES[note["code"]],
                        note["table"],
                        note["count"],
                        rows,
                        note["params"] | {"column": note["column"]},
                        tuple(Example(note["file"], note["sheet"], r) for r in note["rows"]),
                    )
                )
    return found


def _some(
    rows: ibis.Table, code: str, msgid: str, table: str, of: int, judge: Judge, **params: Text
) -> list[QualityFinding]:
    count = int(rows.count().to_pyarrow().as_py())
    return (
        [QualityFinding(code, judge.severity(count, of), msgid, table, count, of, params, examples(rows))]
        if count
        else []
    )
