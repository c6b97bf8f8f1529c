"""News of firms: bad ones before and after failure, good ones of some; feeling read from words is at times wrong."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin import draws
from windchime.twin.calibration import Bools, Floats, Ints, shipped
from windchime.twin.public import common
from windchime.twin.public.life import Happenings, Life
from windchime.twin.source import codes, dates, fraction, instants


def news_events(life: Life) -> pa.Table:
    """One event a row."""
    cal = shipped("public")
    ahead = life.months_to_default
    size = np.exp(cal.number("news.follows_size") * (life.size - 12.5))[:, None]
    bad = np.where(life.distress, cal.number("news.distress"), 1.0)
    bad = np.where((ahead > 0) & (ahead <= 3), np.maximum(bad, cal.number("news.before_failure")), bad)
    bad = np.where((ahead == 0) | (ahead == -1), cal.number("news.after_failure"), bad)
    worse = life.happenings("news.bad", cal.number("news.bad_a_month") * size * bad * (life.trading | (ahead <= 0)))
    better = life.happenings("news.good", cal.number("news.good_a_month") * size * (life.trading & ~life.distress))
    return _table(life, worse, better)


def _table(life: Life, worse: Happenings, better: Happenings) -> pa.Table:
    cal, world = shipped("public"), life.world
    bad_kinds, good_kinds = [*cal["news.bad"], [cal["news.failed"][0], 0.0, *cal["news.failed"][1:]]], cal["news.good"]
    fell = np.isin(worse.month - np.minimum(life.default[worse.at], 10**6), [0, 1]) & common.chance(worse.key, 0, 0.6)
    kind = np.where(fell, len(bad_kinds) - 1, draws.pick(draws.uniform(worse.key, 1), [k[1] for k in bad_kinds]))
    other = len(bad_kinds) + draws.pick(draws.uniform(better.key, 1), [k[1] for k in good_kinds])
    at, day = np.concatenate([worse.at, better.at]), np.concatenate([worse.day, better.day])
    kind, key = np.concatenate([kind, other]), np.concatenate([worse.key, better.key])
    order = np.lexsort((kind, day, at))
    at, day, kind, key = at[order], day[order], kind[order], key[order]
    firm, kinds = life.firms[at], [*bad_kinds, *good_kinds]
    published, crawled = _times(key)
    late = late_news(key)
    crawled_day = day + published + crawled + np.where(late, common.later(key, 12, *cal["news.late_days"]), 0)
    second = np.floor(draws.uniform(key, 5) * 40_000).astype(np.int64) + 28_000
    ties, media = cal["news.ties"], cal["news.media"]
    tie = draws.pick(draws.uniform(key, 6), [t[1] for t in ties])
    title = common.text(world.names.take(pa.array(firm)), codes([k[3] for k in kinds], kind))
    nth = np.arange(len(at)) - np.searchsorted(at, at)
    columns = {
        **common.subject(world, firm),
        "event_id": common.text("twin:E", firm + 1, "-", nth + 1),
        "occurred_on": dates(day),
        "published_at": instants(day + published, second),
        "crawled_at": instants(crawled_day, np.minimum(second + 7_200, 86_000)),
        "media_kind": codes([m[0] for m in media], draws.pick(draws.uniform(key, 7), [m[1] for m in media])),
        "event_type": codes([k[0] for k in kinds], kind),
        "polarity": fraction(_polarity(key, kind < len(bad_kinds))),
        "model_version": "lexicon-1",
        "severity": codes([k[2] for k in kinds], kind),
        "relevance": fraction(np.round(np.where(tie == 2, 0.45, 0.7) + 0.3 * draws.uniform(key, 8), 2)),
        "article_count": 1 + draws.geometric(key, 9, 2.0),
        "title": title,
        "linked_by": codes([t[0] for t in ties], tie),
        "is_refuted": common.chance(key, 10, cal.number("news.refuted")),
    }
    columns["excerpt"] = pc.binary_join_element_wise("据报道，", title, "。", "")
    return common.told(world, "news_events", columns, crawled_day)


def _times(key: np.ndarray) -> tuple[Ints, Ints]:
    """Days from event to publication, and from there until it was read."""
    return common.later(key, 3, 0, 5), common.later(key, 4, *shipped("public")["news.crawled_days"])


def late_news(key: np.ndarray) -> Bools:
    """Events that were read weeks after they were published."""
    return common.chance(key, 11, shipped("public").number("news.late"))


def _polarity(key: np.ndarray, bad: Bools) -> Floats:
    """Feeling between -1 and 1; some have the wrong sign."""
    wrong = common.chance(key, 13, shipped("public").number("news.wrong_sign"))
    sign = np.where(bad ^ wrong, -1.0, 1.0)
    return np.asarray(np.round(sign * (0.15 + 0.8 * draws.uniform(key, 14)), 2))
