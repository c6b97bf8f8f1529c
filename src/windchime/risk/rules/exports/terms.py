"""What the sheets of the workbook are called, what the sample was, and how each figure is defined."""

import json

from windchime.core.text import Lang, Text
from windchime.present.formats import count, percent
from windchime.risk.rules.ruleset import RuleSet

LIST = Text("规则清单", "Rules")
CUMULATIVE = Text("累计与增量", "Cumulative and new")
VINTAGES = Text("分月稳定性", "By vintage")
OVERLAP = Text("重叠矩阵", "Overlap")
SAMPLE = Text("样本与口径", "Sample and terms")

_SETTINGS = Text("设置", "settings")
_TERMS = (
    (Text("命中", "hit"), Text("一条规则的全部条件成立", "all conditions of a rule hold")),
    (
        Text("命中率", "hit rate"),
        Text("命中数 ÷ 样本数（有权重时按权重）", "hits ÷ rows (by weight where rows have one)"),
    ),
    (Text("命中坏账率", "bad rate"), Text("命中坏数 ÷ 命中数；区间为 Wilson 法", "bads hit ÷ hits; Wilson interval")),
    (Text("提升度", "lift"), Text("命中坏账率 ÷ 总体坏账率", "bad rate of the hits ÷ bad rate of all rows")),
    (
        Text("优势比", "odds ratio"),
        Text(
            "命中者与其余的坏好比之比，四格各加 0.5", "odds of bad among hits ÷ among the rest, 0.5 added to each cell"
        ),
    ),
    (Text("召回率", "recall"), Text("命中坏数 ÷ 全部坏数", "bads hit ÷ all bads")),
    (Text("增量", "new"), Text("排在前面的规则都未命中的部分", "what no rule before it hits")),
    (Text("累计", "so far"), Text("本条或前面任一条命中的部分", "what it or a rule before it hits")),
    (Text("重叠", "overlap"), Text("Jaccard：同时命中 ÷ 任一命中", "Jaccard: hit by both ÷ hit by either")),
    (
        Text("未见样本", "unseen"),
        Text("搜索时未使用、只用于检验的样本", "rows that the search did not use and the test did"),
    ),
    (
        Text("时间外", "out of time"),
        Text("最近的期次，搜索与检验均未使用", "the newest vintages, used neither by the search nor by the test"),
    ),
    (
        Text("p 值、q 值", "p- and q-value"),
        Text(
            "未见样本上的单侧检验，及其错误发现率", "of the one-sided test on unseen rows, and its false-discovery rate"
        ),
    ),
    (
        Text("稳定选中率", "found again"),
        Text("在多次半样本重抽中再次被找到的比例", "share of half-samples in which the search finds it again"),
    ),
    (
        Text("特殊代码", "special codes"),
        Text(
            "不是数量的代码（如 −9999 查无记录），区间从不包含",
            "codes that are no quantities (−9999: no record); no interval contains them",
        ),
    ),
)


def definitions(lang: Lang) -> list[tuple[str, str]]:
    """How each figure is defined."""
    return [(name[lang], said[lang]) for name, said in _TERMS]


def sample(rules: RuleSet, lang: Lang, *, settings: bool = True) -> list[tuple[str, str]]:
    """What the rules were mined from, and with what settings where these are wanted."""
    made = rules.provenance
    none = Text("无", "none")[lang]
    left_out = "; ".join(f"{name}: {why}" for name, why in sorted(made.left_out.items()))
    steps = ", ".join(f"{step} {count(number)}" for step, number in made.candidates.items())
    rows = [
        (Text("样本数", "rows"), count(made.rows)),
        (Text("坏样本数", "bads"), count(made.bads)),
        (Text("总体坏账率", "bad rate"), percent(rules.base_rate)),
        (Text("搜索所用期次", "vintages searched"), " – ".join(made.vintages) if made.vintages else none),
        (Text("时间外期次", "vintages held back"), ", ".join(made.held_back) or none),
        (Text("未用的特征", "features left out"), left_out or none),
        (Text("候选规则", "candidates"), steps or none),
        (Text("随机种子", "seed"), str(made.seed)),
        (_SETTINGS, json.dumps(dict(rules.settings), ensure_ascii=False, sort_keys=True, default=str)),
        (Text("版本", "version"), rules.version),
    ]
    return [(name[lang], said) for name, said in rows if settings or name != _SETTINGS]
