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
        **_holders(stakes),
        **_executives(folder, stakes),
        **_lawsuits(folder),
        **_likeness(folder, stakes, failed),
    }


def _read(folder: Path, table: str, columns: list[str]) -> pd.DataFrame:
    found: pd.DataFrame = pq.read_table(folder / f"{table}.parquet", columns=columns).to_pandas()
    return found


def _current(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows whose period is not over; a row that was closed later stands there open, too."""
    ended = set(zip(*(rows.loc[rows["valid_to"].notna(), c] for c in rows.columns[:3]), strict=True))
    own = pd.Series(list(zip(*(rows[c] for c in rows.columns[:3]), strict=True)), index=rows.index)
    return rows[rows["valid_to"].isna() & ~own.isin(ended)]


def _holders(stakes: pd.DataFrame) -> dict[str, Figure]:
    """Persons of a company that no company holds; firms of a person."""
    owned = set(stakes.loc[stakes["holder_type"] == "firm", "firm_id"])
    persons = stakes[(stakes["holder_type"] == "person") & ~stakes["firm_id"].isin(owned)]
    many = persons.groupby("firm_id").size().to_numpy()
    firms = stakes[stakes["holder_type"] == "person"].groupby("holder_id")["firm_id"].nunique().to_numpy()
    return {"one_holder": mean(many == 1), "two_holders": mean(many == 2), "one_firm_of_a_holder": mean(firms == 1)}


def _executives(folder: Path, stakes: pd.DataFrame) -> dict[str, Figure]:
    posts = _current(_read(folder, "key_persons", ["firm_id", "role", "person_id", "valid_to"]))
    top = posts[posts["role"].isin(["exec_director", "chair"]) & posts["firm_id"].isin(stakes["firm_id"])]
    pairs = set(zip(stakes["firm_id"], stakes["holder_id"], strict=True))
    own = np.array([p in pairs for p in zip(top["firm_id"], top["person_id"], strict=True)], bool)
    return {"executive_is_holder": mean(own)}


def _lawsuits(folder: Path) -> dict[str, Figure]:
    """Lawsuits against a firm in a year."""
    parties = _read(folder, "court_parties", ["case_no", "role", "filed_on"])
    suits = parties[parties["role"] == "defendant"].drop_duplicates("case_no")
    filed, firms = pd.to_datetime(suits["filed_on"]), _read(folder, "firms", ["firm_id"])["firm_id"].nunique()
    span = (filed.max() - filed.min()).days / 365.25
    return {"lawsuits_a_year": (round(len(suits) / firms / span, 6) if len(suits) > 1 else None, len(suits))}


def _likeness(folder: Path, stakes: pd.DataFrame, failed: set[str]) -> dict[str, Figure]:
    """Odds ratio of failure across persons who hold or run two firms or a few more."""
    posts = _read(folder, "key_persons", ["firm_id", "person_id", "role"])
    posts = posts[posts["role"] != "liaison"]
    own = stakes[stakes["holder_type"] == "person"].rename(columns={"holder_id": "person_id"})
    roles = pd.concat([own[["firm_id", "person_id"]], posts[["firm_id", "person_id"]]]).drop_duplicates()
    many = roles.groupby("person_id")["firm_id"].transform("size")
    few = roles[(many > 1) & (many <= MOST_ROLES)]
    pairs = few.merge(few, on="person_id")
    pairs = pairs[pairs["firm_id_x"] < pairs["firm_id_y"]]
    return {"failure_along_persons": _odds(pairs["firm_id_x"], pairs["firm_id_y"], failed)}


def _odds(first: pd.Series, second: pd.Series, failed: set[str]) -> Figure:
    """Odds ratio of failure of the two ends of edges, each edge read both ways, half a case added to each cell."""
    a, b = first.isin(failed).to_numpy(), second.isin(failed).to_numpy()
    both, neither, one = (a & b).sum(), (~a & ~b).sum(), (a ^ b).sum() / 2
    if not len(a) or not both:
        return None, len(a)
    return round(float((both + 0.5) * (neither + 0.5) / (one + 0.5) ** 2), 6), len(a)
