"""A mapping of one's own as a file: read with every fault said in words, before a byte of data is looked at."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from windchime.content import seed, yamlfile
from windchime.core.canonical import sha256
from windchime.core.errors import BadInput
from windchime.core.text import _
from windchime.data.contracts import Column, Contract, contracts
from windchime.data.intake.describing import SOURCE
from windchime.data.intake.encoding import ACCEPTED
from windchime.data.intake.errors import FileTooLarge
from windchime.data.intake.folder import NoSuchFolder
from windchime.data.intake.mapping import Maker, PackMapping
from windchime.data.intake.sheets import OURS
from windchime.data.intake.units import OF_TYPE

NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
#: keys that the parts of a mapping may have
KEYS = {
    "mapping": {"pack", "label", "source", "simulated", "as_of", "train", "parts", "feeds"},
    "feed": {"files", "sheet", "columns", "tables", "ignore", "style"},
    "column": {"headers", "group", "optional", "confidence", "why"},
    "table": {"columns", "needs", "unpivot"},
    "maker": {"column", "firm", "constant", "pack", "sign_of", "negative", "otherwise", "values", "unit"},
    "style": {"encoding", "separator", "header_row"},
    "unpivot": {"name", "value", "columns"},
    "file": {"file", "part", "required"},
}


class BadMapping(BadInput):
    """A mapping file that cannot be followed."""

    msgid = _("mapping {file}: {faults}")
    hint = _("see docs/how-to/load-data.md, or let windchime mapping propose write one")

    def __init__(self, file: str, faults: list[str]) -> None:
        more = [f"(+{len(faults) - 12})"] if len(faults) > 12 else []
        super().__init__(file=file, faults="; ".join([*faults[:12], *more]))


def read(data: bytes, file: str = "mapping.yaml") -> PackMapping:
    """Read a mapping of one's own.

    Raises:
        BadYaml: no YAML that is accepted.
        BadMapping: names every fault.
    """
    body = yamlfile.parse(data, file)
    faults = list(_faults(body))
    if faults:
        raise BadMapping(file, faults)
    for feed in body["feeds"].values():
        feed.get("style", {}).update(_style(feed.get("style", {})))
        for header in feed["columns"].values():
            header.pop("confidence", None)
            header.pop("why", None)
    found = PackMapping.of(body, sha256(data), own=data)
    faults = [fault for feed in found.feeds for made in feed.tables for fault in _unmade(made.table, made.columns)]
    if faults:
        raise BadMapping(file, faults)
    return found


def open_mapping(path: Path) -> PackMapping:
    """Read a mapping of one's own from its file.

    Raises:
        NoSuchFolder: it is not there.
        BadYaml, BadMapping: as `read`.
    """
    if not path.is_file():
        raise NoSuchFolder(path)
    if path.stat().st_size > yamlfile.MAX_BYTES:
        raise FileTooLarge(path.name, "bytes", path.stat().st_size, yamlfile.MAX_BYTES)
    return read(path.read_bytes(), path.name)


def _style(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"encoding": ACCEPTED[body["encoding"].lower()]} if "encoding" in body else {}


def _faults(body: Any) -> Iterator[str]:
    if not isinstance(body, dict):
        yield "pack: …, label: …, source: …, feeds: …"
        return
    yield from _unknown("", body, KEYS["mapping"])
    name, source = body.get("pack"), body.get("source")
    if not isinstance(name, str) or not NAME.fullmatch(name) or name in seed.documents("packs"):
        yield f"pack: {name!s:.40}"
    if not isinstance(source, str) or not SOURCE.fullmatch(source):
        yield f"source: {source!s:.40}"
    if not _is_label(body.get("label")):
        yield "label: {zh: …, en: …}"
    if not isinstance(body.get("simulated", False), bool):
        yield "simulated: true | false"
    train = body.get("train", {})
    days = [body.get("as_of"), *(train.values() if isinstance(train, dict) else [None])]
    if not isinstance(train, dict) or any(type(day) is not date for day in days if day is not None):
        yield "as_of, train: YYYY-MM-DD"
    parts = body.get("parts", {})
    if not isinstance(parts, dict) or not all(map(_is_label, parts.values())):
        yield "parts: {name: {zh: …, en: …}}"
    feeds = body.get("feeds")
    if not isinstance(feeds, dict) or not feeds:
        yield "feeds: …"
        return
    for feed, said in feeds.items():
        yield from _feed_faults(f"feeds.{feed}", said)


def _is_label(label: Any) -> bool:
    if isinstance(label, dict):
        return set(label) == {"zh", "en"} and all(isinstance(v, str) and v.strip() for v in label.values())
    return isinstance(label, str) and bool(label.strip())


def _unknown(place: str, body: Any, known: set[str]) -> Iterator[str]:
    if not isinstance(body, dict):
        yield f"{place}: {{{', '.join(sorted(known))}}}"
        return
    for key in body:
        if key not in known:
            yield f"{place}{'.' if place else ''}{key}: ? ({', '.join(sorted(known))})"


def _feed_faults(place: str, feed: Any) -> Iterator[str]:
    yield from _unknown(place, feed, KEYS["feed"])
    if not isinstance(feed, dict):
        return
    columns, tables = feed.get("columns"), feed.get("tables")
    if not isinstance(columns, dict) or not isinstance(tables, dict) or not columns or not tables:
        yield f"{place}: columns: …, tables: …"
        return
    yield from _style_faults(f"{place}.style", feed.get("style", {}))
    if not isinstance(feed.get("files", []), list) or not isinstance(feed.get("ignore", []), list):
        yield f"{place}: files: [{{file: '*.csv'}}], ignore: [text, …]"
        return
    for file in feed.get("files", ()):
        yield from _unknown(f"{place}.files", file, KEYS["file"])
        if not isinstance(file, dict) or not isinstance(file.get("file"), str):
            yield f"{place}.files: [{{file: '*.csv'}}]"
    if not isinstance(feed.get("sheet", ""), str):
        yield f"{place}.sheet"
    for name, column in columns.items():
        yield from _unknown(f"{place}.columns.{name}", column, KEYS["column"])
        headers = column.get("headers") if isinstance(column, dict) else None
        if not isinstance(name, str) or name in OURS or not _texts(headers):
            yield f"{place}.columns.{name}: headers: [text, …]"
    for table, made in tables.items():
        yield from _table_faults(f"{place}.tables.{table}", table, made, set(columns))


def _style_faults(place: str, style: Any) -> Iterator[str]:
    yield from _unknown(place, style, KEYS["style"])
    if not isinstance(style, dict):
        return
    if str(style.get("encoding", "utf-8")).lower() not in ACCEPTED:
        yield f"{place}.encoding: {', '.join(ACCEPTED)}"
    if style.get("separator", ",") not in (",", ";", "\t", "|"):
        yield f"{place}.separator: , ; \\t |"
    row = style.get("header_row", 1)
    if type(row) is not int or not 1 <= row <= 20:
        yield f"{place}.header_row: 1 … 20"


def _texts(said: Any) -> bool:
    return isinstance(said, list) and bool(said) and all(isinstance(t, str) and t.strip() for t in said)


def _table_faults(place: str, table: Any, made: Any, sources: set[str]) -> Iterator[str]:
    yield from _unknown(place, made, KEYS["table"])
    if table not in contracts() or contracts()[table].is_ours:
        yield f"{place}: ?"
        return
    if not isinstance(made, dict) or not isinstance(made.get("columns"), dict):
        yield f"{place}.columns"
        return
    if "unpivot" in made:
        unpivot = made["unpivot"]
        yield from _unknown(f"{place}.unpivot", unpivot, KEYS["unpivot"])
        if not isinstance(unpivot, dict) or set(unpivot) != KEYS["unpivot"] or not isinstance(unpivot["columns"], dict):
            yield f"{place}.unpivot: {{name, value, columns: {{source column: label}}}}"
            return
        labels = unpivot["columns"].values()
        if not set(unpivot["columns"]) <= sources or not labels or not all(isinstance(label, str) for label in labels):
            yield f"{place}.unpivot.columns"
        if not all(isinstance(unpivot[part], str) and unpivot[part].strip() for part in ("name", "value")):
            yield f"{place}.unpivot: name, value"
            return
        sources = sources | {unpivot["name"], unpivot["value"]}
    expected = {c.name: c for c in contracts()[table].expected}
    for name, maker in made["columns"].items():
        if name not in expected:
            yield f"{place}.columns.{name}: ?"
            continue
        yield from _maker_faults(f"{place}.columns.{name}", expected[name], maker, sources)


def _maker_faults(place: str, column: Column, maker: Any, sources: set[str]) -> Iterator[str]:
    yield from _unknown(place, maker, KEYS["maker"])
    if not isinstance(maker, dict):
        return
    ways = [way for way in ("column", "firm", "constant", "pack", "sign_of") if way in maker]
    if len(ways) != 1 or not all(isinstance(v, str) for k, v in maker.items() if k != "values"):
        yield f"{place}: column | firm | constant | pack | sign_of"
        return
    (way,) = ways
    if way in ("column", "firm", "sign_of") and maker[way] not in sources:
        yield f"{place}.{way}: {maker[way]}?"
    if way == "pack" and maker["pack"] not in ("as_of", "source"):
        yield f"{place}.pack: as_of | source"
    if maker.get("unit", "") and maker["unit"] not in OF_TYPE.get(column.type, ()):
        yield f"{place}.unit: {', '.join(OF_TYPE.get(column.type, ())) or '-'}"
    values = maker.get("values", {})
    if values and column.type not in ("enum", "codes", "text", "id", "bool"):
        yield f"{place}.values: {column.type}"
    codes = [*(values.values() if isinstance(values, dict) else [None])]
    codes += [maker[k] for k in ("negative", "otherwise") if k in maker]
    codes += [maker["constant"]] if way == "constant" and column.values else []
    if way == "sign_of" and not {"negative", "otherwise"} <= set(maker):
        yield f"{place}: negative, otherwise"
    if column.type in ("enum", "codes") and any(code not in column.values for code in codes):
        yield f"{place}: {', '.join(column.values)}"
    elif any(not isinstance(code, str) for code in codes):
        yield f"{place}.values"


def _unmade(table: str, makers: Mapping[str, Maker]) -> Iterator[str]:
    """Columns that a table cannot do without and the mapping does not make."""
    found: Contract = contracts()[table]
    for column in found.expected:
        if not column.nullable and column.name not in makers:
            yield f"{table}.{column.name} ({column.label.zh} {column.label.en}) = ?"
