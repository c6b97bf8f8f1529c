"""Registers of a made-up region with planted spellings of one firm, and firms that only look alike; seeded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from windchime.content import seed as content
from windchime.core.credit_code import ALPHABET, check_character, organisation_check
from windchime.data.contracts import contract
from windchime.data.reading import Reading

NAMES = content.documents("twin")["names"]
LETTERS = NAMES["characters"]
TRADES = sorted({t for some in NAMES["trades"].values() for t in some})
SYNONYMS = {
    "商贸": "贸易",
    "贸易": "商贸",
    "科技": "技术",
    "信息技术": "信息科技",
    "建筑工程": "建设工程",
    "运输": "交通运输",
}
FORMS = ["有限公司"] * 6 + ["有限责任公司"] * 2 + ["股份有限公司", "经营部", "商行", "店", "工作室", "农民专业合作社"]
#: simplified to traditional, of characters that the names use
TRADITIONAL = dict(
    zip("贸业达华东电务汇劳兴荣宝诚银龙岚云长广国庆远", "貿業達華東電務匯勞興榮寶誠銀龍嵐雲長廣國慶遠", strict=True)
)
#: characters that are taken for each other, by shape or sound
CONFUSED = {"达": "大", "航": "杭", "恒": "桓", "鑫": "新", "兴": "星", "宏": "弘", "荣": "容", "晨": "辰", "祥": "详",
            "诚": "成", "德": "得", "华": "桦", "瑞": "睿", "嘉": "佳", "旭": "绪", "商": "啇", "贸": "贺", "科": "料"}  # fmt: skip
#: kinds of writing, with how often each is planted
KINDS = {"same": 0.16, "brackets": 0.12, "width": 0.06, "traditional": 0.10, "form": 0.10, "no_region": 0.08,
         "former": 0.10, "one_character": 0.18, "noise": 0.05, "synonym": 0.05}  # fmt: skip


@dataclass
class Register:
    """Rows as lists of names bring them, and which firm each is of."""

    #: columns record_id, firm_name, firm_code, region_code, rep_code, rep_name, phone, address, former_names
    rows: list[dict[str, Any]] = field(default_factory=list)
    #: firm by record
    truth: dict[str, int] = field(default_factory=dict)
    #: kind of writing by record; `registry` for the first
    kinds: dict[str, str] = field(default_factory=dict)

    def records(self, known_on: date = date(2025, 6, 30)) -> list[dict[str, Any]]:
        """The rows as a source brings them, for the contract `firm_records`."""
        return [
            {
                "record_id": r["record_id"],
                "list_name": "registry" if self.kinds[r["record_id"]] == "registry" else "list",
                "firm_name": r["firm_name"],
                "firm_code": r["firm_code"],
                "region_code": r["region_code"],
                "legal_rep_type": "person" if r["rep_name"] else None,
                "legal_rep_id": None,
                "legal_rep_code": r["rep_code"],
                "legal_rep_name": r["rep_name"],
                "address": r["address"],
                "phone": r["phone"],
                "former_names": r["former_names"],
                "known_on": known_on,
            }
            for r in self.rows
        ]

    def reading(self, as_of: date = date(2025, 12, 31)) -> Reading:
        """A reading of the rows as the lake holds them."""
        return Reading.over({"firm_records": in_lake("firm_records", self.records())}, as_of=as_of)


@dataclass(frozen=True)
class Firm:
    """A firm that does not exist."""

    number: int
    place: tuple[str, str]
    core: str
    trade: str
    form: str
    owner: int
    phone: str
    address: str

    @property
    def name(self) -> str:
        return f"{self.place[0]}{self.core}{self.trade}{self.form}"


def in_lake(table: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows with the shared columns that intake fills."""
    stamp = {
        "source": "lists",
        "happened_at": date(2025, 6, 30),
        "known_at": datetime(2025, 6, 30, 12, tzinfo=UTC),
        "known_basis": "column",
        "source_file": f"{table}.parquet",
        "load_id": "load",
    }
    schema = contract(table).arrow_schema()
    # what a contract asks for and nobody here looks at
    any_value = {pa.string(): "-", pa.date32(): date(2025, 6, 30), pa.int64(): 1, pa.bool_(): False}
    usual = {f.name: stamp.get(f.name, None if f.nullable else any_value.get(f.type)) for f in schema}
    columns = {c: [r.get(c, usual[c]) for r in rows] for c in schema.names}
    columns["row_no"] = list(range(len(rows)))
    return pa.table({f.name: pa.array(columns[f.name], f.type) for f in schema}, schema=schema)


def pick(some: Sequence[str], rng: np.random.Generator) -> str:
    return some[int(rng.integers(len(some)))]


def code_of(number: int, region: str) -> str:
    """A valid credit code under region prefix 99."""
    symbols, value = [], number * 400_000_009 % 31**6
    for _position in range(6):
        value, digit = divmod(value, 31)
        symbols.append(ALPHABET[digit])
    body = "MA" + "".join(symbols)
    first = f"91{region}{body}{organisation_check(body)}"
    return first + check_character(first)


def places(count: int) -> list[tuple[str, str]]:
    """Invented places with their codes: those of the twin, then counties of two characters."""
    found = [(p["zh"], p["code"]) for p in NAMES["places"]]
    rng = np.random.default_rng(count)
    taken = {p for p, _c in found}
    for number in range(count):
        name = "".join(rng.choice(list("溪汀陌川石岭屿浦湄淙渚峪垭崮"), 2)) + ("市", "县")[number % 2]
        if len(found) < count and name not in taken:
            taken.add(name)
            found.append((name, f"99{10 + number // 60:02d}{20 + number % 60:02d}"))
    return found[:count]


def firms(count: int, rng: np.random.Generator, *, regions: int = 5) -> list[Firm]:
    """Firms of which some share core, owner, phone or address, and some differ from another in one character."""
    where = places(regions)
    taken: set[str] = set()
    found: list[Firm] = []
    agents = [f"100{9_000_000 + i:08d}" for i in range(1 + count // 1500)]
    halls = [f"创业大厦{i}号" for i in range(1 + count // 800)]

    def letter() -> str:
        return str(LETTERS[int(rng.integers(len(LETTERS)))])

    while len(found) < count:
        other = found[int(rng.integers(len(found)))] if found else None
        draw = rng.random()
        place = where[min(int(rng.exponential(len(where) / 3)), len(where) - 1)]
        core = "".join(letter() for _ in range(2 if rng.random() < 0.7 else 3))
        trade, form = pick(TRADES, rng), pick(FORMS, rng)
        owner = len(found)
        phone = f"100{owner:08d}" if rng.random() > 0.10 else pick(agents, rng)
        address = f"{owner % 97}路{owner}号" if rng.random() > 0.06 else pick(halls, rng)
        if other and draw < 0.03:  # a near twin: one character of the core differs, all else is alike
            at = int(rng.integers(len(other.core)))
            core = other.core[:at] + letter() + other.core[at + 1 :]
            place, trade, form = other.place, other.trade, other.form
        elif other and draw < 0.06:  # the same core and trade in another county
            core, trade, form = other.core, other.trade, other.form
        elif other and draw < 0.09:  # a sister: the same owner, core, phone and address, another trade
            core, place, owner, phone, address = other.core, other.place, other.owner, other.phone, other.address
        elif other and draw < 0.13:  # another firm of the same owner
            owner, phone, address = other.owner, other.phone, other.address
        firm = Firm(len(found), place, core, trade, form, owner, phone, address)
        if firm.name.replace("有限责任", "有限") not in taken:
            taken.add(firm.name.replace("有限责任", "有限"))
            found.append(firm)
    return found


def written(firm: Firm, kind: str, rng: np.random.Generator) -> tuple[str, str]:  # noqa: PLR0911 - one answer a kind
    """The firm's name in a kind of writing, and the former name if it is one."""
    place, core, trade, form = firm.place[0], firm.core, firm.trade, firm.form
    match kind:
        case "brackets":
            return (
                f"{core}{'（' if rng.random() < 0.6 else '('}{place[:-1]}{'）' if rng.random() < 0.6 else ')'}{trade}{form}",
                "",
            )
        case "width":
            return "　".join((place, f"{core}{trade}", form)), ""
        case "traditional":
            return "".join(TRADITIONAL.get(c, c) for c in firm.name), ""
        case "form":
            other = {"有限公司": "有限责任公司", "有限责任公司": "有限公司", "农民专业合作社": "专业合作社"}
            return f"{place}{core}{trade}{other.get(form, form)}", ""
        case "no_region":
            return f"{core}{trade}{form}", ""
        case "former":
            old = "".join(str(LETTERS[int(rng.integers(len(LETTERS)))]) for _ in range(2))
            return f"{place}{old}{trade}{form}", old
        case "one_character":
            name = list(firm.name)
            # anywhere but in the form; at times a character that is taken for another, or one left out
            at = int(rng.integers(len(place) + len(core) + len(trade)))
            draw = rng.random()
            if draw < 0.2:
                del name[at]
            else:
                name[at] = CONFUSED.get(name[at]) or str(LETTERS[int(rng.integers(len(LETTERS)))])
            return "".join(name), ""
        case "noise":
            return firm.name + pick(["（存续）", "。", "(注销)", "（个体工商户）", "\u200b"], rng), ""
        case "synonym":
            return f"{place}{core}{SYNONYMS.get(trade, trade)}{form}", ""
    return firm.name, ""


def register(count: int, seed: int, *, duplicates: float = 0.15, regions: int = 5) -> Register:
    """Rows of `count` firms; so large a share of them is written once more or up to three times."""
    rng = np.random.default_rng(seed)
    made = Register()
    shares = np.cumsum(list(KINDS.values()))[:-1]
    for firm in firms(count, rng, regions=regions):
        copies = 1 + (int(rng.integers(1, 4)) if rng.random() < duplicates / 2 else 0)
        for copy in range(copies):
            kind = list(KINDS)[int(np.searchsorted(shares, rng.random()))] if copy else "registry"
            name, old = written(firm, kind, rng)
            _add(made, firm, kind, name, old, rng)
    return made


def _add(made: Register, firm: Firm, kind: str, name: str, old: str, rng: np.random.Generator) -> None:
    first = kind == "registry"
    has = {
        c: first or rng.random() < p
        for c, p in {"code": 0.25, "region": 0.7, "rep": 0.7, "phone": 0.5, "address": 0.5}.items()
    }
    changed = {c: not first and rng.random() < p for c, p in {"rep": 0.05, "phone": 0.15, "address": 0.2}.items()}
    record = f"lists:{len(made.rows):08d}"
    owner = f"p{firm.owner}" if not changed["rep"] else f"q{firm.number}"
    row = {
        "record_id": record,
        "firm_name": name,
        "firm_code": code_of(firm.number, firm.place[1]) if has["code"] and (not first or rng.random() < 0.9) else None,
        "region_code": firm.place[1] if has["region"] else None,
        "rep_code": f"t_{owner}" if has["rep"] and rng.random() < 0.3 else None,
        "rep_name": f"t_n{firm.owner % 40_000 if not changed['rep'] else -firm.number}" if has["rep"] else None,
        "phone": (f"100{70_000_000 + firm.number:08d}" if changed["phone"] else firm.phone) if has["phone"] else None,
        "address": (f"{firm.place[0]}{firm.address}之一" if changed["address"] else firm.address)
        if has["address"]
        else None,
        # half of the lists that have the old name are known to do so by the registry, which tells former names
        "former_names": None,
    }
    if old:
        # the registry row of the firm tells its former names
        mine = next(
            r
            for r in reversed(made.rows)
            if made.truth[r["record_id"]] == firm.number and made.kinds[r["record_id"]] == "registry"
        )
        mine["former_names"] = "；".join(filter(None, (mine["former_names"], name)))
    made.rows.append(row)
    made.truth[record] = firm.number
    made.kinds[record] = kind
