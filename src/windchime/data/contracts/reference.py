"""The reference pages of the contracts, written from what ships: an index, and one page a category."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from windchime.core.text import Text
from windchime.data.contracts.categories import BESIDE, CATEGORIES, by_category
from windchime.data.contracts.contract import ARROW, SHARED, Column, Contract, Rule
from windchime.data.contracts.meanings import MEANINGS

FOLDER = "contracts"
EFFECTS = {"reject": "the row goes to quarantine", "note": "the row is loaded; `check` counts it"}
VERSIONS = {
    "corrections": "a row that comes again corrects the earlier one",
    "states": "rows of one key that were known at different times are its states; the last one known counts",
}


def reference_pages() -> dict[str, str]:
    """The pages as Markdown by their path below `docs/reference/`."""
    pages = {f"{FOLDER}.md": _index()}
    for code, members in by_category().items():
        pages[f"{FOLDER}/{code}.md"] = _category(code, members)
    return {path: "\n".join(lines) + "\n" for path, lines in pages.items()}


def _index() -> Iterator[str]:
    members = by_category()
    ten = [c for code, found in members.items() if code not in BESIDE for c in found]
    yield "# Contracts 数据契约"
    yield ""
    yield f"Generated from the contracts that ship: {len(ten)} tables of the ten categories with {_columns_of(ten)} columns, and what stands beside them."
    yield "How times, keys and versions work is told in [the library](../concepts/library.md)."
    yield from ("", "| Category | Tables | Columns | |", "| --- | --- | --- | --- |")
    for code, found in members.items():
        names = ", ".join(f"[{c.name}]({FOLDER}/{code}.md#{c.name})" for c in found)
        yield f"| [{CATEGORIES[code].en} {CATEGORIES[code].zh}]({FOLDER}/{code}.md) | {len(found)} | {_columns_of(found)} | {names} |"
    yield from ("", "## Files in contract form", "")
    yield from (
        "A data pack in contract form has one file a table, `<table>.parquet` or one of the other forms intake reads, with the",
        "columns of the table except those made at intake; a column may bear its name or its label. A row that breaks a column's",
        "type, bounds or codes, or a rule that rejects, goes to quarantine with file, row, column, value and reason.",
        "`windchime contract template` makes a workbook to fill in, `windchime contract schema` a JSON Schema.",
    )
    yield from ("", "| Type | Meaning | Arrow |", "| --- | --- | --- |")
    yield from (
        f"| {kind} | {MEANINGS[kind].replace('|', chr(92) + '|')} | `{arrow}` |" for kind, arrow in ARROW.items()
    )
    yield from ("", "## Columns of every table", "", "Intake fills them.")
    yield from _columns(SHARED)


def _columns_of(found: Iterable[Contract]) -> int:
    return sum(len(c.expected) for c in found)


def _category(code: str, members: list[Contract]) -> Iterator[str]:
    yield f"# {CATEGORIES[code].en} {CATEGORIES[code].zh}"
    yield ""
    yield f"{len(members)} tables with {_columns_of(members)} columns; generated from the [contracts](../{FOLDER}.md) that ship."
    for found in members:
        yield from _contract(found)


def _contract(c: Contract) -> Iterator[str]:
    yield from ("", f"## {c.name}", "", f"{_both(c.label, ' ')}. One row: {c.grain.en}. {c.grain.zh}。", "")
    yield f"- Version {c.version}; {VERSIONS[c.versions]}."
    yield f"- Key: {', '.join(f'`{k}`' for k in c.key)}." + (f" Firm: `{c.firm_column}`." if c.firm_column else "")
    yield f"- Happened at: {_named(c.happened_from)}. Known at: {_named(c.known_from)}{_lag(c)}{_facts(c)}."
    if c.sources:
        yield f"- Usual sources: {', '.join(f'`{s}`' for s in c.sources)}."
    yield from _columns(c.columns)
    if c.rules:
        yield from ("", "| Rule | What is wrong | What follows |", "| --- | --- | --- |")
        yield from (_rule(r) for r in c.rules)
    for name, label in c.measures.items():
        yield from ("", f"Measure `{name}`: {_both(label, ' ')}.")
    for change in c.changes:
        added = f": {', '.join(f'`{n}`' for n in change.added)}" if change.added else ""
        yield from ("", f"Version {change.version} added {_both(change.label, ' ')}{added}.")


def _named(columns: tuple[str, ...]) -> str:
    return ", else ".join(f"`{c}`" for c in columns)


def _lag(c: Contract) -> str:
    return f", else {c.known_lag_days} days after it happened (illustrative)" if c.known_lag_days else ""


def _facts(c: Contract) -> str:
    return f"; not before {', '.join(f'`{n}`' for n in c.known_not_before)}" if c.known_not_before else ""


def _columns(columns: tuple[Column, ...]) -> Iterator[str]:
    yield from ("", "| Column | Label | Type | Accepted | Notes |", "| --- | --- | --- | --- | --- |")
    for c in columns:
        yield f"| `{c.name}` | {_both(c.label)} | {c.type} | {_accepted(c)} | {'; '.join(_notes(c))} |"


def _notes(c: Column) -> Iterator[str]:
    yield from ["may be empty"] if c.nullable else []
    yield from ["made at intake"] if c.derived else []
    yield from [f"in {c.unit}"] if c.unit else []
    yield from [f"checked as `{c.check}`, noted only"] if c.check else []
    if c.personal != "none":
        yield f"personal data: {c.personal}" + (f", where `{c.personal_when}` says person" if c.personal_when else "")
    yield from ["prose: personal numbers in it are replaced"] if c.prose else []
    yield from [f"as `{c.references}`"] if c.references else []
    yield from [_both(c.description)] if c.description else []


def _accepted(c: Column) -> str:
    if c.values:
        return "<br>".join(f"`{code}` {_both(label, ' ')}" for code, label in c.values.items())
    ends: tuple[tuple[str, Decimal | None], ...] = (("≥", c.minimum), ("≤", c.maximum))
    return ", ".join(f"{sign} {bound}" for sign, bound in ends if bound is not None)


def _rule(r: Rule) -> str:
    return f"| `{r.code}` | {_both(r.label)} | {EFFECTS[r.effect]} |"


def _both(text: Text, between: str = "<br>") -> str:
    return text.en if text.en == text.zh else f"{text.en}{between}{text.zh}"
