"""Who is who among given mentions: codes, names and further signs, under what people have judged. Pure but for memory."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from windchime.data.identity import codes, persons
from windchime.data.identity.clusters import Clusters, Link, cluster
from windchime.data.identity.comparing import COMPARISONS, outcome, teach_edits
from windchime.data.identity.features import MENTIONS, features
from windchime.data.identity.judgements import Judgement
from windchime.data.identity.mentions import Mentions
from windchime.data.identity.pairing import pair_up
from windchime.data.identity.settings import Settings
from windchime.data.identity.training import Model, train
from windchime.data.identity.weighing import weigh

#: cut links that the record of a run keeps
_MOST_CUT = 200


@dataclass(frozen=True, slots=True)
class Resolution:
    """What is one, and what it rests on."""

    firm_ids: Sequence[str]
    person_ids: Sequence[str]
    firms: Clusters
    persons: Clusters
    model: Model
    #: rows of names, and pairs of them that were weighed
    rows: int
    pairs: int
    #: pairs that a person should look at, the most uncertain first
    candidates: tuple[Mapping[str, Any], ...]

    def record(self) -> dict[str, Any]:
        """For the record of the run: counts, model, candidates, cut links."""
        by_method = Counter(link.method for link in (*self.firms.joined, *self.persons.joined))
        cut = [(self.firm_ids, e) for e in self.firms.cut] + [(self.person_ids, e) for e in self.persons.cut]
        return {
            "counts": {
                "firms": len(self.firm_ids),
                "persons": len(self.person_ids),
                "firm_entities": len(set(self.firms.heads)),
                "person_entities": len(set(self.persons.heads)),
                **{f"by_{method}": by_method[method] for method in ("judgement", "code", "name", "probabilistic")},
                "cut": len(cut),
                "candidates": len(self.candidates),
                "rows": self.rows,
                "pairs": self.pairs,
            },
            "model": self.model.as_dict(),
            "candidates": list(self.candidates),
            "cut": [
                {"left": ids[e.left], "right": ids[e.right], "method": e.method, "score": e.score}
                for ids, e in cut[:_MOST_CUT]
            ],
        }


def resolve_mentions(
    mentions: Mentions, judged: Iterable[Judgement], settings: Settings, *, spill: str = ""
) -> Resolution:
    """Join the mentions.

    Args:
        mentions: firms, persons and what ties them.
        judged: judgements that stand.
        settings: thresholds and starting values.
        spill: folder for what does not fit into memory; empty for none.
    """
    judged = list(judged)
    firm_ids = mentions.firms["mention_id"].to_pylist()
    person_ids = mentions.persons["mention_id"].to_pylist()
    written = mentions.firms["codes"].to_pylist()
    proven = codes.credit_codes(written)
    weighed, model, rows, pairs = _weighed(mentions.firms, proven, settings, spill)
    same, apart = _judged(judged, firm_ids)
    by_code = (Link(a, b, "code", 1.0, {"code": c}) for a, b, c in codes.same_code(written, proven))
    firms = cluster(proven, [*same, *by_code, *_links(weighed, settings)], apart)
    entity_of = {m: firm_ids[head] for m, head in zip(firm_ids, firms.heads, strict=True)}
    same, apart_persons = _judged(judged, person_ids)
    tied = persons.same_person(mentions.persons, mentions.ties, entity_of, settings)
    people = cluster(persons.proven(mentions.persons), [*same, *tied], apart_persons)
    return Resolution(
        firm_ids,
        person_ids,
        firms,
        people,
        model,
        rows,
        pairs,
        tuple(_candidates(weighed, firms, firm_ids, set(apart), settings)),
    )


def _weighed(
    firms: pa.Table, proven: Sequence[str | None], settings: Settings, spill: str
) -> tuple[list[dict[str, Any]], Model, int, int]:
    compared = firms.drop_columns("codes").append_column("code", pa.array(proven, pa.string()))
    con = duckdb.connect(config={"temp_directory": spill} if spill else {})
    try:
        teach_edits(con)
        con.execute("SET enable_external_access = false; SET enable_progress_bar = false")
        given = features(compared.select(MENTIONS.names))
        con.register("given", given)
        con.execute("CREATE TABLE features AS FROM given")
        con.unregister("given")
        rows = given.num_rows
        del given
        pairs = pair_up(con, settings.most_in_block)
        model = train(con, settings, rows)
        found = weigh(con, model, settings.judge_from, settings.scheme_pairs).to_pylist() if pairs else []
    finally:
        con.close()
    return found, model, rows, pairs


def evidence(pair: Mapping[str, Any]) -> dict[str, Any]:
    """What a weighed pair rests on: level and weight in bits by comparison, unknown ones left out."""
    said = {}
    for c in COMPARISONS:
        level = outcome(c, pair[c.name])
        if level is not None:
            said[c.name] = [level.name, pair[f"{c.name}_bits"]]
    return {"weight": pair["weight"], "compared": said}


def _links(weighed: Iterable[Mapping[str, Any]], settings: Settings) -> Iterator[Link]:
    for pair in weighed:
        if pair["is_forbidden"]:
            continue
        score = pair["probability"]
        if pair["is_one_name"]:
            yield Link(
                pair["left_mention"], pair["right_mention"], "name", max(score, settings.name_score), evidence(pair)
            )
        elif score >= settings.link_from:
            yield Link(pair["left_mention"], pair["right_mention"], "probabilistic", score, evidence(pair))


def _judged(judged: Iterable[Judgement], ids: Sequence[str]) -> tuple[list[Link], list[tuple[int, int]]]:
    number = {m: i for i, m in enumerate(ids)}
    same, apart = [], []
    for judgement in judged:
        if judgement.left in number and judgement.right in number:
            low, high = sorted((number[judgement.left], number[judgement.right]))
            if judgement.same:
                same.append(Link(low, high, "judgement", 1.0, {"judgement": judgement.judgement_id}))
            else:
                apart.append((low, high))
    return same, apart


def _candidates(
    weighed: Iterable[Mapping[str, Any]],
    found: Clusters,
    ids: Sequence[str],
    apart: set[tuple[int, int]],
    settings: Settings,
) -> list[dict[str, Any]]:
    """Pairs that are not one and might be, the most uncertain first; firms that share all but the trade are two."""
    open_ = [
        p
        for p in weighed
        if p["probability"] >= settings.judge_from
        and found.heads[p["left_mention"]] != found.heads[p["right_mention"]]
        and not p["is_forbidden"]
        and (p["left_mention"], p["right_mention"]) not in apart
    ]
    open_.sort(key=lambda p: (abs(p["probability"] - 0.5), p["left_mention"], p["right_mention"]))
    return [
        {
            "left": ids[p["left_mention"]],
            "right": ids[p["right_mention"]],
            "probability": p["probability"],
            **evidence(p),
        }
        for p in open_[: settings.judge_at_most]
    ]
