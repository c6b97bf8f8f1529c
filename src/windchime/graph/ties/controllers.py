"""Hidden controllers: somebody whom no register shows as owner, while profits, pledges and phones lead there.

A hint, never a fact: the person needs signs of two independent classes and more classes than the registered holder, who
for a nominee (an employee, a relative, an agent) has few.
"""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from windchime.graph.ties.clues import Clues
from windchime.graph.ties.facts import Facts
from windchime.graph.ties.session import session
from windchime.graph.ties.settings import Settings
from windchime.graph.ties.signs import signs

#: levels: signs of two classes; a strong sign alone
HINT, LEAD = "hint", "lead"

_CANDIDATES = """
WITH operators AS (
    SELECT person, firm FROM leaders ANTI JOIN (SELECT company AS firm FROM holdings) USING (firm)
), shown AS (
    SELECT controller AS person, company AS firm FROM control
    UNION SELECT person, firm FROM stakes
    UNION SELECT person, firm FROM operators
), serving AS (
    SELECT DISTINCT person, firm FROM posts WHERE role NOT IN (FROM posts_left_out)
), explained AS (
    -- a name that several bear, one of them an owner as registered, means that one
    SELECT DISTINCT (s.sign, s.firm, s."row") FROM signs s JOIN shown o USING (firm, person) WHERE s.sign = 'payee'
), counting AS (
    -- the phone of somebody in office is the firm's in any case
    SELECT s.*, k."class" FROM signs s JOIN kinds k USING (kind)
    WHERE NOT (k."class" IN ('contact', 'place') AND (s.person, s.firm) IN (SELECT (person, firm) FROM serving))
        AND (s.sign, s.firm, s."row") NOT IN (FROM explained)
), scored AS (
    SELECT firm, person, count(DISTINCT "class") AS classes, sum(1 / log2(1 + greatest(many, 1))) AS score,
        bool_or(sign IN (FROM strong_signs) AND many = 1) AS is_strong,
        -- what two firms share points both ways; a sign of the person says which of them is in front
        bool_or(sign IN ('payee', 'pledgor', 'guarantor') OR starts_with(sign, 'own_')) AS is_personal
    FROM counting GROUP BY ALL
), proven AS (
    SELECT DISTINCT a.firm, a.person FROM counting a JOIN counting b USING (firm, person)
    WHERE a."class" < b."class" AND (a."class", b."class") NOT IN (FROM dependent)
), largest AS (
    SELECT firm, arg_max(person, (share, person)) AS person FROM stakes GROUP BY firm
), holders AS (
    -- who runs a business without shareholders is its owner as registered
    SELECT firm, person AS holder FROM largest
    UNION ALL SELECT firm, min(person) FROM operators GROUP BY firm
), quiet AS (
    SELECT h.firm, h.holder, count(DISTINCT k."class") AS holder_classes
    FROM holders h LEFT JOIN (FROM signs WHERE sign IN ('payee', 'pledgor', 'guarantor')) s
        ON s.firm = h.firm AND s.person = h.holder
    LEFT JOIN kinds k USING (kind) GROUP BY ALL
), named AS (
    SELECT c.*, q.holder, q.holder_classes,
        c.is_personal AND (c.firm, c.person) IN (SELECT (firm, person) FROM proven) AS is_proven
    FROM scored c JOIN quiet q USING (firm)
    WHERE (c.person, c.firm) NOT IN (SELECT (person, firm) FROM shown) AND c.classes > q.holder_classes
)
SELECT firm, person, holder, is_proven, classes, holder_classes, score FROM named WHERE is_proven OR is_strong
QUALIFY row_number() OVER (PARTITION BY firm ORDER BY is_proven DESC, classes DESC, score DESC, person) = 1
ORDER BY firm
"""


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign that ties a person to a firm."""

    sign: str
    kind: str
    #: persons or firms that it fits
    many: int
    table: str
    row: str


@dataclass(frozen=True, slots=True)
class HiddenController:
    """Who seems to stand behind one firm."""

    firm: str
    person: str
    #: the largest person among the registered holders
    holder: str
    #: `hint` or `lead`
    level: str
    classes: int
    holder_classes: int
    score: float
    signs: tuple[Sign, ...]


def hidden_controllers(facts: Facts, found: Clues, control: pa.Table, settings: Settings) -> list[HiddenController]:
    """At most one for a firm, the one with most signs, ordered by firm.

    Args:
        facts: as they stand on the day.
        found: their clues.
        control: columns `controller` and `company`: who controls whom as registered, through any number of firms.
        settings: of the scheme.
    """
    seen = signs(facts, found, settings)
    dependent = [tuple(sorted(p)) for p in settings.dependent]
    pairs = pa.table({"a": [p[0] for p in dependent], "b": [p[1] for p in dependent]})
    strong = pa.table({"sign": pa.array(sorted(settings.strong_signs), pa.string())})
    with session(facts, settings, signs=seen, control=control, dependent=pairs, strong_signs=strong) as con:
        rows = con.sql(_CANDIDATES).fetchall()
        chosen = pa.table({"firm": [r[0] for r in rows], "person": [r[1] for r in rows]}) if rows else None
    behind: dict[tuple[str, str], list[Sign]] = {}
    if chosen is not None:
        for s in seen.join(chosen, ["firm", "person"], join_type="left semi").sort_by("sign").to_pylist():
            behind.setdefault((s["firm"], s["person"]), []).append(_sign(s))
    return [
        HiddenController(f, p, h, HINT if proven else LEAD, n, less, round(score, 4), tuple(behind[f, p]))
        for f, p, h, proven, n, less, score in rows
    ]


def _sign(row: dict[str, Any]) -> Sign:
    return Sign(row["sign"], row["kind"], row["many"], row["table"], row["row"])
