"""Figures of public records, held against the sheet they were calibrated to.

`figures` reads a pack and its truth; `checks_public` in the content says what each is held against.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from windchime.twin.calibration import shipped
from windchime.twin.statistics import Figure, mean

#: a figure beside what it is held against: name, target, accepted interval, measured, how many stand behind it
Check = tuple[str, float, tuple[float, float], float | None, int]

#: lawsuits below which their rise says nothing
FEW = 60
#: companies a chain is followed through at most, so that crossings end
LONGEST = 6
#: roles of one person beyond which the person is a hub
MOST_ROLES = 6


def checks(folder: Path) -> list[Check]:
    """All checks of public records on a region that `generate` wrote."""
    found = figures(folder)
    return [
        (c["name"], c["target"], (c["low"], c["high"]), *found.get(c["name"], (None, 0)))
        for c in shipped("checks_public")["checks"]
    ]


def figures(folder: Path) -> dict[str, Figure]:
    """The figures by name; None where the region is too small for one."""
    stakes = _current(_read(folder, "shareholdings", ["firm_id", "holder_type", "holder_id", "share", "valid_to"]))
    failed = set(_read(folder, "truth/default_event", ["firm_id"])["firm_id"])
    return {
        **_capital(folder),
        **_holders(stakes),
        **_chains(stakes),
        **_executives(folder, stakes),
        **_lawsuits(folder),
        **_likeness(folder, stakes, failed),
        **_power(folder),
    }


def _read(folder: Path, table: str, columns: list[str]) -> pd.DataFrame:
    found: pd.DataFrame = pq.read_table(folder / f"{table}.parquet", columns=columns).to_pandas()
    return found


def _current(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows whose period is not over; a row that was closed later stands there open, too."""
    ended = set(zip(*(rows.loc[rows["valid_to"].notna(), c] for c in rows.columns[:3]), strict=True))
    own = pd.Series(list(zip(*(rows[c] for c in rows.columns[:3]), strict=True)), index=rows.index)
    return rows[rows["valid_to"].isna() & ~own.isin(ended)]


def _capital(folder: Path) -> dict[str, Figure]:
    firms = _read(folder, "firms", ["firm_id", "firm_kind", "registered_capital"]).drop_duplicates("firm_id")
    companies = firms[firms["firm_kind"].isin(["company_ltd", "sole_owner_ltd"])]
    capital = companies["registered_capital"].astype(float).to_numpy() / 10_000
    logs = np.log(capital)
    return {
        "capital_round": mean(np.isin(capital, shipped("registry").numbers("capital.round"))),
        "capital_log_mean": mean(logs),
        "capital_log_sd": (round(float(logs.std()), 6), len(logs)),
    }


def _holders(stakes: pd.DataFrame) -> dict[str, Figure]:
    """Persons of a company that no company holds; firms of a person."""
    owned = set(stakes.loc[stakes["holder_type"] == "firm", "firm_id"])
    persons = stakes[(stakes["holder_type"] == "person") & ~stakes["firm_id"].isin(owned)]
    many = persons.groupby("firm_id").size().to_numpy()
    firms = stakes[stakes["holder_type"] == "person"].groupby("holder_id")["firm_id"].nunique().to_numpy()
    return {"one_holder": mean(many == 1), "two_holders": mean(many == 2), "one_firm_of_a_holder": mean(firms == 1)}


def _chains(stakes: pd.DataFrame) -> dict[str, Figure]:
    """Companies above a company-owned firm, along the largest company that holds it."""
    edges = stakes[stakes["holder_type"] == "firm"].sort_values("share", ascending=False).drop_duplicates("firm_id")
    above = dict(zip(edges["firm_id"], edges["holder_id"], strict=True))
    lengths = np.zeros(len(above), np.int64)
    for i, firm in enumerate(above):
        at, seen = firm, {firm}
        while at in above and above[at] not in seen and lengths[i] < LONGEST:
            at = above[at]
            seen.add(at)
            lengths[i] += 1
    return {f"chain_{n}": mean(lengths == n) for n in (1, 2, 3)}


def _executives(folder: Path, stakes: pd.DataFrame) -> dict[str, Figure]:
    posts = _current(_read(folder, "key_persons", ["firm_id", "role", "person_id", "valid_to"]))
    top = posts[posts["role"].isin(["exec_director", "chair"]) & posts["firm_id"].isin(stakes["firm_id"])]
    pairs = set(zip(stakes["firm_id"], stakes["holder_id"], strict=True))
    own = np.array([p in pairs for p in zip(top["firm_id"], top["person_id"], strict=True)], bool)
    return {"executive_is_holder": mean(own)}


def _lawsuits(folder: Path) -> dict[str, Figure]:
    """Suits in the last year before failure over the third year before; suits a firm and year of all firms."""
    parties = _read(folder, "court_parties", ["case_no", "party_id", "role", "filed_on"])
    suits = parties[parties["role"] == "defendant"].drop_duplicates("case_no")
    events = _read(folder, "truth/default_event", ["firm_id", "default_on"])
    begin = pd.Timestamp(suits["filed_on"].min())
    default = pd.to_datetime(events.set_index("firm_id")["default_on"])
    firms = _read(folder, "firms", ["firm_id", "established_on"]).drop_duplicates("firm_id").set_index("firm_id")
    founded = pd.to_datetime(firms["established_on"]).reindex(default.index)
    long = pd.Timedelta(days=3 * 365)
    default = default[(default >= founded + long) & (default >= begin + long)]
    own = suits[suits["party_id"].isin(default.index)]
    ahead = (own["party_id"].map(default) - pd.to_datetime(own["filed_on"])).dt.days.to_numpy()
    last, third = int(((ahead >= 0) & (ahead < 365)).sum()), int(((ahead >= 730) & (ahead < 1095)).sum())
    span = (pd.Timestamp(suits["filed_on"].max()) - begin).days / 365.25
    return {
        "lawsuits_rise": (round(last / third, 6) if last + third >= FEW else None, last + third),
        "lawsuits_a_year": (round(len(suits) / len(firms) / span, 6), len(suits)),
    }


def _likeness(folder: Path, stakes: pd.DataFrame, failed: set[str]) -> dict[str, Figure]:
    """Odds ratios of failure across investments, and across persons who hold or run two firms or a few more."""
    edges = stakes[stakes["holder_type"] == "firm"]
    posts = _read(folder, "key_persons", ["firm_id", "person_id", "role"])
    posts = posts[posts["role"] != "liaison"]
    own = stakes[stakes["holder_type"] == "person"].rename(columns={"holder_id": "person_id"})
    roles = pd.concat([own[["firm_id", "person_id"]], posts[["firm_id", "person_id"]]]).drop_duplicates()
    many = roles.groupby("person_id")["firm_id"].transform("size")
    few = roles[(many > 1) & (many <= MOST_ROLES)]
    pairs = few.merge(few, on="person_id")
    pairs = pairs[pairs["firm_id_x"] < pairs["firm_id_y"]]
    return {
        "failure_along_investments": _odds(edges["firm_id"], edges["holder_id"], failed),
        "failure_along_persons": _odds(pairs["firm_id_x"], pairs["firm_id_y"], failed),
    }


def _odds(first: pd.Series, second: pd.Series, failed: set[str]) -> Figure:
    """Odds ratio of failure of the two ends of edges, each edge read both ways, half a case added to each cell."""
    a, b = first.isin(failed).to_numpy(), second.isin(failed).to_numpy()
    both, neither, one = (a & b).sum(), (~a & ~b).sum(), (a ^ b).sum() / 2
    if not len(a) or not both:
        return None, len(a)
    return round(float((both + 0.5) * (neither + 0.5) / (one + 0.5) ** 2), 6), len(a)


def _power(folder: Path) -> dict[str, Figure]:
    """Rank correlation of power read and true sales over all months of firms whose meters see everything."""
    read = _read(folder, "electricity", ["firm_id", "month", "usage_kwh", "coverage", "is_estimated"])
    read = read[(read["coverage"] == "full") & ~read["is_estimated"]]
    both = read.merge(_read(folder, "truth/firm_state", ["firm_id", "month", "true_sales"]), on=["firm_id", "month"])
    ranks = both[["usage_kwh", "true_sales"]].astype(float).rank()
    value = np.corrcoef(ranks["usage_kwh"], ranks["true_sales"])[0, 1] if len(ranks) > 2 else None
    return {"power_follows_sales": (None if value is None else round(float(value), 6), len(both))}
