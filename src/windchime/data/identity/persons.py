"""Which mentions of persons are one: the same id number is the same person, the same name alone never is.

Names and numbers are tokens. Two persons of one name are taken for one where no id number speaks against it and enough
further ties agree (a phone, an address, firms they have a part in), or where both have a part in one firm and the name
is so rare that hardly any namesake is expected among that firm's people: their number times the name's share of all
persons known, the two in question counted as half a person.
"""

from collections.abc import Iterator, Mapping

import duckdb
import pyarrow as pa

from windchime.data.identity.clusters import Link
from windchime.data.identity.settings import Settings


def same_person(persons: pa.Table, ties: pa.Table, entity_of: Mapping[str, str], settings: Settings) -> Iterator[Link]:
    """Links between persons by their numbers in `persons`.

    Args:
        persons: `mentions.PERSONS`.
        ties: `mentions.TIES`.
        entity_of: the entity of each firm, so that two ids of one firm are one tie.
        settings: how many kinds of ties are asked for, and how large a group of one tie may be.
    """
    first: dict[str, int] = {}
    for number, codes in enumerate(persons["codes"].to_pylist()):
        for code in codes:
            if first.setdefault(code, number) != number:
                yield Link(first[code], number, "code", 1.0, {"same": "id_number"})
    yield from _tied(persons, _resolved(ties, entity_of), settings)


def proven(persons: pa.Table) -> list[str | None]:
    """The one id number of each person; None where there is none, or several that contradict each other."""
    return [codes[0] if len(codes) == 1 else None for codes in persons["codes"].to_pylist()]


def _resolved(ties: pa.Table, entity_of: Mapping[str, str]) -> pa.Table:
    values = [entity_of.get(v, v) for v in ties["value"].to_pylist()]
    return ties.set_column(2, "value", pa.array(values, pa.string()))


def _tied(persons: pa.Table, ties: pa.Table, settings: Settings) -> Iterator[Link]:
    con = duckdb.connect()
    try:
        con.execute("SET enable_external_access = false; SET enable_progress_bar = false")
        numbered = persons.append_column("number", pa.array(range(persons.num_rows), pa.int32()))
        con.register("persons", numbered)
        con.register("ties", ties)
        found = con.execute(
            """
            WITH named AS (
                SELECT number, unnest(names) AS name, codes, kind, value FROM persons JOIN ties USING (mention_id)
            ), kept AS (
                SELECT name, kind, value FROM named GROUP BY ALL HAVING count(DISTINCT number) BETWEEN 2 AND $most
            ), people AS (
                SELECT value, count(DISTINCT number) AS people FROM named WHERE kind = 'firm' GROUP BY ALL
            ), bearers AS (
                SELECT name, count(*) AS bearers FROM (SELECT DISTINCT number, unnest(names) AS name FROM persons) GROUP BY ALL
            ), paired AS (
                SELECT l.number AS l, r.number AS r, l.name, l.kind, l.value
                FROM named AS l JOIN kept USING (name, kind, value)
                JOIN named AS r ON l.name = r.name AND l.kind = r.kind AND l.value = r.value AND l.number < r.number
                WHERE len(l.codes) = 0 OR len(r.codes) = 0
            )
            SELECT l, r, list(DISTINCT kind ORDER BY kind) AS kinds,
                count(DISTINCT (kind, value)) >= $least AS enough,
                min(people * greatest(bearers - 2, 0.5) / $persons) AS namesakes
            FROM paired JOIN bearers USING (name) LEFT JOIN people USING (value)
            GROUP BY l, r HAVING enough OR namesakes <= $namesakes ORDER BY l, r
            """,
            {
                "most": settings.most_in_block["representative"],
                "least": settings.person_ties,
                "namesakes": settings.person_namesakes,
                "persons": max(persons.num_rows, 1),
            },
        ).fetchall()
    finally:
        con.close()
    for left, right, kinds, enough, namesakes in found:
        evidence = {"ties": kinds} if enough else {"ties": kinds, "namesakes": round(namesakes, 6)}
        yield Link(left, right, "probabilistic", settings.person_score, evidence)
