"""Who is who: which mentions of firms and persons are one, by what, and how sure; judged and undone by people."""

from windchime.data.identity.explaining import Explanation, explain
from windchime.data.identity.judgements import Judgement, judge, judgements, standing, undo
from windchime.data.identity.names import CompanyName, parse
from windchime.data.identity.running import Run, newest, resolve, runs

__all__ = [
    "CompanyName",
    "Explanation",
    "Judgement",
    "Run",
    "explain",
    "judge",
    "judgements",
    "newest",
    "parse",
    "resolve",
    "runs",
    "standing",
    "undo",
]
