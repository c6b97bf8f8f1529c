"""How well column mappings are proposed: the headers of every contract rewritten, and the headers of the contest's workbook.

Four ways of rewriting: Chinese labels, English names, English labels, and a mix with planted noise (other words of the
trade that the shipped list does not hold, units, numbers, blanks, dropped and doubled characters), by seed. Counted is a
header that is given to its own column; columns that share a label count as one.
"""

import random
from collections.abc import Iterator

from bench import Row
from windchime.content import seed
from windchime.data.contracts import Column, Contract, contracts
from windchime.data.intake.proposing import propose

#: planted: none of these pairs stands in the shipped words
OTHER_WORDS = (
    ("日期", "年月日期"),
    ("金额", "数额"),
    ("名称", "称谓"),
    ("编号", "序列号"),
    ("企业", "市场主体"),
    ("地址", "坐落"),
    ("类型", "类目"),
    ("状态", "状况"),
    ("比例", "占百分比"),
    ("合计", "汇总"),
)
#: what the contest's sheets call their columns, and the columns they are
CONTEST = {
    "invoices": {
        "企业代号": {"reporting_firm_id"},
        "发票号码": {"invoice_no"},
        "开票日期": {"issue_date"},
        "销方单位代号": {"seller_id"},
        "金额": {"amount"},
        "税额": {"tax"},
        "价税合计": {"total"},
        "发票状态": {"status"},
    },
    "firms": {"企业代号": {"firm_id"}, "企业名称": {"name"}},
    "ratings": {"企业代号": {"firm_id"}, "信誉评级": {"rating"}},
    "loan_outcomes": {"企业代号": {"firm_id"}, "是否违约": {"bad"}},
}
SEED = 20251231


def rows() -> Iterator[Row]:
    tables = [c for c in contracts().values() if not c.is_ours]
    for what, write in (("Chinese labels", _label), ("English names", _name), ("English labels", _english)):
        yield from _measured(what, {c.name: _headers(c, write) for c in tables})
    chance = random.Random(SEED)
    noisy = {c.name: _headers(c, lambda column: _noisy(column, chance)) for c in tables}
    yield from _measured(f"mixed headers with noise, seed {SEED}", noisy)
    yield from _measured("headers of the contest's workbook", CONTEST, find=False)


def _measured(what: str, truth: dict[str, dict[str, set[str]]], *, find: bool = True) -> Iterator[Row]:
    right = wrong = count = found = 0
    for table, headers in truth.items():
        bare = dict.fromkeys(headers, ())
        made = {m.header: m.column for m in propose(bare, table)[0].matches}
        count += len(headers)
        right += sum(made.get(h) in columns for h, columns in headers.items())
        wrong += sum(h in made and made[h] not in columns for h, columns in headers.items())
        found += find and propose(bare)[0].table == table
    yield Row("proposals", f"{what}: {count:,} headers given to their column", 100 * right / count, "%", "≥ 95 %")
    yield Row("proposals", f"{what}: headers given to another column", 100 * wrong / count, "%")
    if find:
        yield Row("proposals", f"{what}: {len(truth)} tables found out", 100 * found / len(truth), "%")


def _headers(found: Contract, write: object) -> dict[str, set[str]]:
    assert callable(write)
    said: dict[str, set[str]] = {}
    for column in found.expected:
        said.setdefault(write(column), set()).add(column.name)
    return said


def _label(column: Column) -> str:
    return column.label.zh


def _name(column: Column) -> str:
    return column.name


def _english(column: Column) -> str:
    return column.label.en


def _noisy(column: Column, chance: random.Random) -> str:
    """One of the column's forms, then zero to two kinds of noise."""
    synonyms = seed.documents("intake")["headers"]["synonyms"].get(column.name, [])
    header: str = chance.choice([column.label.zh, column.label.zh, column.name, column.label.en, *synonyms[:2]])
    for noise in chance.sample(_NOISE, chance.choice([0, 1, 1, 2])):
        header = noise(header, chance)
    return header


def _other_words(header: str, _chance: random.Random) -> str:
    for word, other in OTHER_WORDS:
        if word in header:
            return header.replace(word, other, 1)
    return header


def _framed(header: str, chance: random.Random) -> str:
    return chance.choice(["{}（元）", "*{}", "1.{}", " {} ", "{}：", "【必填】{}", "{}(单位)"]).format(header)


def _one_less(header: str, chance: random.Random) -> str:
    at = chance.randrange(len(header))
    return header[:at] + header[at + 1 :] if len(header) > 3 else header


def _one_more(header: str, chance: random.Random) -> str:
    at = chance.randrange(len(header))
    return header[:at] + header[at] + header[at:]


def _wide(header: str, _chance: random.Random) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in header)


_NOISE = (_other_words, _framed, _one_less, _one_more, _wide)
