"""What is compared of each mention: the parts of its names, and what else a source says of the firm, as one table.

A mention with several names (former ones, other spellings under one id) has a row for each; pairs are judged by the
rows that fit best.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import pyarrow as pa

from windchime.data.identity.lexicon import shipped
from windchime.data.identity.names import CompanyName, parse
from windchime.data.identity.spelling import normalised, sound

#: one row a mention: `names` as written, the first is the present one; `code` proven; tokens as the lake holds them
MENTIONS = pa.schema(
    [
        ("mention_id", pa.string()),
        ("names", pa.list_(pa.string())),
        ("code", pa.string()),
        ("region_code", pa.string()),
        ("rep_code", pa.string()),
        ("rep_name", pa.string()),
        ("phone", pa.string()),
        ("address", pa.string()),
    ]
)
#: one row a name of a mention; `row` and `mention` count from 0, the latter in the order of the mentions
FEATURES = pa.schema(
    [
        ("row", pa.int32()),
        ("mention", pa.int32()),
        ("name", pa.string()),
        ("core", pa.string()),
        ("body", pa.string()),
        ("sound", pa.string()),
        ("trades", pa.string()),
        ("trade", pa.string()),
        ("form", pa.string()),
        ("branch", pa.string()),
        ("region", pa.string()),
        ("locality", pa.string()),
        ("is_cut", pa.bool_()),
        ("code", pa.string()),
        ("rep_code", pa.string()),
        ("rep_name", pa.string()),
        ("phone", pa.string()),
        ("address", pa.string()),
    ]
)


def features(mentions: pa.Table) -> pa.Table:
    """The table `FEATURES` of a table `MENTIONS`; each distinct name is parsed once."""
    parsed = cache(parse)
    columns: dict[str, list[Any]] = {f.name: [] for f in FEATURES}
    given = mentions.to_pydict()
    firms = zip(*(given[column] for column in MENTIONS.names[1:]), strict=True)
    for mention, (names, code, region, *rest) in enumerate(firms):
        for name in _all_names(names or (), parsed):
            parts = (mention, *_parts(parsed(name), region), code, *rest[:3], _street(rest[3]))
            for column, value in zip(list(columns)[1:], parts, strict=True):
                columns[column].append(value)
    columns["row"] = list(range(len(columns["mention"])))
    return pa.table(columns, schema=FEATURES)


def _all_names(names: Sequence[str], parsed: Any) -> Iterator[str]:
    """Each name once, with the former names that stand within it; a mention without any has one empty name."""
    found = dict.fromkeys(names)
    for name in names:
        found |= dict.fromkeys(parsed(name).former)
    yield from found or [""]


def _parts(name: CompanyName, region_code: str | None) -> tuple[Any, ...]:
    """From `name` to `is_cut` of `FEATURES`; a name of which nothing tells the firm has no core."""
    digits = significant(region_code) or name.region_digits
    core = None if name.is_masked or len(name.core) < 2 else name.core
    special = [t for t in name.trades if t not in shipped().general]
    return (
        name.text,
        core,
        core and core + name.industry,
        core and sound(core),
        "|".join(name.trades) or None,
        special[0] if special else None,
        # `公司` alone does not say which
        None if name.form_group in ("", "company") else name.form_group,
        name.branch,
        digits,
        name.locality,
        name.is_cut,
    )


@cache
def significant(region_code: str | None) -> str:
    """The digits of a region code that say something: 990000 is 99."""
    code = (region_code or "").strip()
    if not (code.isascii() and code.isdigit() and len(code) == 6):
        return ""
    return next(code[:n] for n in (2, 4, 6) if n == 6 or not code[n:].strip("0"))


def _street(address: str | None) -> str | None:
    """An address in one spelling."""
    return normalised(address) or None if address else None
