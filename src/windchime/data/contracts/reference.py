"""The reference page of the contracts, written from what ships."""

from collections.abc import Iterator
from decimal import Decimal

from windchime.core.text import Text
from windchime.data.contracts.contract import ARROW, SHARED, Column, Contract, Rule
from windchime.data.contracts.meanings import MEANINGS
from windchime.data.contracts.shipped import contracts

EFFECTS = {"reject": "the row goes to quarantine", "note": "the row is loaded; `check` counts it"}


def reference_page() -> str:
    """The page as Markdown: types, shared columns, then each table with its columns, rules and measures."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Contracts 数据契约"
    yield ""
    yield "Generated from the contracts that ship: what each table of the lake is, column by column."
    yield ""
    yield from (
        "A data pack in contract form has one Parquet file a table, `<table>.parquet`, with the columns below except those made",
        "at intake. A row that breaks a column's type, bounds or codes, or a rule that rejects, goes to quarantine with file,",
        "row, column, value and reason.",
    )
    yield from ("", "| Type | Meaning | Arrow |", "| --- | --- | --- |")
    yield from (f"| {kind} | {MEANINGS[kind]} | `{arrow}` |" for kind, arrow in ARROW.items())
    for contract in contracts().values():
        yield from _contract(contract)
    yield from ("", "## Columns of every table", "", "Intake fills them.")
    yield from _columns(SHARED)


def _contract(c: Contract) -> Iterator[str]:
    yield from ("", f"## {c.name}", "", f"{_both(c.label, ' ')}. One row: {c.grain.en}. {c.grain.zh}。", "")
    yield f"Key: {', '.join(f'`{k}`' for k in c.key)}. Happened at: {_named(c.happened_from)}. Known at: {_named(c.known_from)}{_lag(c)}."
    yield from _columns(c.columns)
    if c.rules:
        yield from ("", "| Rule | What is wrong | What follows |", "| --- | --- | --- |")
        yield from (_rule(r) for r in c.rules)
    for name, label in c.measures.items():
        yield from ("", f"Measure `{name}`: {_both(label, ' ')}.")


def _named(columns: tuple[str, ...]) -> str:
    return ", else ".join(f"`{c}`" for c in columns)


def _lag(c: Contract) -> str:
    return f", else {c.known_lag_days} days after it happened (illustrative)" if c.known_lag_days else ""


def _columns(columns: tuple[Column, ...]) -> Iterator[str]:
    yield from ("", "| Column | Label | Type | Accepted | Notes |", "| --- | --- | --- | --- | --- |")
    for c in columns:
        notes = [*(["may be empty"] if c.nullable else []), *(["made at intake"] if c.derived else [])]
        notes += [f"checked as `{c.check}`, noted only"] if c.check else []
        notes += [f"personal data: {c.personal}"] if c.personal != "none" else []
        notes += [_both(c.description)] if c.description else []
        yield f"| `{c.name}` | {_both(c.label)} | {c.type} | {_accepted(c)} | {'; '.join(notes)} |"


def _accepted(c: Column) -> str:
    if c.values:
        return "<br>".join(f"`{code}` {_both(label, ' ')}" for code, label in c.values.items())
    ends: tuple[tuple[str, Decimal | None], ...] = (("≥", c.minimum), ("≤", c.maximum))
    return ", ".join(f"{sign} {bound}" for sign, bound in ends if bound is not None)


def _rule(r: Rule) -> str:
    return f"| `{r.code}` | {_both(r.label)} | {EFFECTS[r.effect]} |"


def _both(text: Text, between: str = "<br>") -> str:
    return text.en if text.en == text.zh else f"{text.en}{between}{text.zh}"
