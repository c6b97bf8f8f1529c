"""Figures of the tables besides invoices: failures and their causes, capital, ownership, bank accounts, losses, power."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from scipy.stats import rankdata

from windchime.twin.calibration import Bools, Calibration, Floats, Ints
from windchime.twin.statistics import Figure, mean, quantile

ROUND_CAPITAL = (10, 50, 100, 200, 300, 500, 1000, 2000, 5000, 10000)


def of(folder: Path, cal: Calibration) -> dict[str, Figure]:
    """All of them by name; a table that is not there gives none."""
    found: dict[str, Figure] = _failures(folder, cal)
    for table, part in (
        ("loan_outcomes", _losses),
        ("firms", _capital),
        ("shareholdings", _ownership),
        ("bank_transactions", _accounts),
        ("electricity", _power),
        ("court_parties", _lawsuits),
    ):
        if (folder / f"{table}.parquet").exists():
            found |= part(folder)
    return found


def _read(folder: Path, table: str, columns: list[str]) -> pa.Table:
    return pq.read_table(folder / f"{table}.parquet", columns=columns)


def _firm(column: pa.ChunkedArray) -> Ints:
    """Firm numbers of the region's firms, -1 of all others."""
    inside = pc.starts_with(column, "twin:F")
    number = pc.if_else(inside, pc.utf8_slice_codeunits(column, 6), "0").cast(pa.int64())
    return np.asarray(pc.subtract(pc.fill_null(number, 0), 1).to_numpy(), dtype=np.int64)


def _share(part: int, whole: int) -> Figure:
    return (round(part / whole, 6) if whole else None), whole


def _failures(folder: Path, cal: Calibration) -> dict[str, Figure]:
    """Failures a year before the stress, and how many of all were brought about by another's."""
    events = pq.read_table(folder / "truth" / "default_event.parquet")
    stress = cal.day("shock.stress.from")
    state = _read(folder, "truth/firm_state", ["month", "trading"])
    before = state.filter(pc.less(state["month"], pa.scalar(stress)))
    years = pc.sum(before["trading"]).as_py() / 12
    early = pc.sum(pc.less(events["default_on"], pa.scalar(stress))).as_py() or 0
    caused = len(events) - events["brought_down_by"].null_count
    return {
        "annual_default": (round(early / years, 6) if years else None, early),
        "by_contagion": _share(caused, len(events)),
    }


def _losses(folder: Path) -> dict[str, Figure]:
    rows = _read(folder, "loan_outcomes", ["bad", "default_amount", "loss_amount"])
    rows = rows.filter(rows["bad"])
    amount, loss = (np.asarray(rows[c].cast(pa.float64()).to_numpy()) for c in ("default_amount", "loss_amount"))
    return {"loss_severity": mean(loss / amount)}


def _capital(folder: Path) -> dict[str, Figure]:
    """Of companies as last known."""
    rows = _read(folder, "firms", ["firm_id", "firm_kind", "registered_capital"])
    rows = rows.filter(pc.and_(pc.equal(rows["firm_kind"], "company_ltd"), rows["registered_capital"].is_valid()))
    capital = np.asarray(rows["registered_capital"].cast(pa.float64()).to_numpy()) / 10_000
    logs = np.log(np.maximum(capital, 0.01))
    return {
        "round_capital": mean(np.isin(capital, ROUND_CAPITAL)),
        "log_capital_mean": mean(logs),
        "log_capital_sd": (round(float(logs.std()), 6) if len(logs) else None, len(logs)),
    }


def _ownership(folder: Path) -> dict[str, Figure]:
    """Companies above a firm that a company holds, and whether failures go along with investment."""
    rows = _read(folder, "shareholdings", ["firm_id", "holder_type", "holder_id"])
    rows = rows.filter(pc.equal(rows["holder_type"], "firm"))
    held, holder = _firm(rows["firm_id"]), _firm(rows["holder_id"])
    inside = (held >= 0) & (holder >= 0)
    held, holder = held[inside], holder[inside]
    n = pq.read_metadata(folder / "truth" / "firm.parquet").num_rows
    up = np.full(n, -1)
    up[held] = holder
    depth, at = np.zeros(n, np.int64), np.arange(n)
    for _step in range(6):
        at = np.where(at >= 0, up[at], -1)
        depth += at >= 0
    depth = depth[depth > 0]
    failed = np.zeros(n, bool)
    failed[_firm(pq.read_table(folder / "truth" / "default_event.parquet")["firm_id"])] = True
    return {f"chain_{k}": mean(depth == k) for k in (1, 2, 3)} | {"failure_on_edges": _odds(failed, held, holder)}


def _odds(failed: Bools, held: Ints, holder: Ints) -> Figure:
    """Odds ratio of failing together along edges, half a case added to each cell."""
    a, b = failed[held], failed[holder]
    cells = [int((x & y).sum()) + 0.5 for x, y in ((a, b), (~a, ~b), (a, ~b), (~a, b))]
    return round(cells[0] * cells[1] / (cells[2] * cells[3]), 6), len(held)


def _accounts(folder: Path) -> dict[str, Figure]:
    """1/size of the monthly number of entries of main accounts, median over accounts."""
    rows = _read(folder, "bank_transactions", ["account_id", "booked_at"])
    month = pc.add(pc.multiply(pc.year(rows["booked_at"]), 12), pc.month(rows["booked_at"]))
    table = pa.table({"a": rows["account_id"], "m": month}).group_by(["a", "m"]).aggregate([([], "count_all")])
    account = np.asarray(pc.dictionary_encode(table["a"].combine_chunks()).indices.to_numpy(), dtype=np.int64)
    many = np.asarray(table["count_all"].to_numpy(), dtype=np.float64)
    months, total = np.bincount(account), np.bincount(account, many)
    level = total / months
    variance = np.bincount(account, many**2) / months - level**2
    use = (months >= 24) & (level >= 5)
    return {"account_dispersion": quantile(((variance - level) / level**2)[use], 0.5)}


def _power(folder: Path) -> dict[str, Figure]:
    """Rank correlation of power with true sales, over firms of each month."""
    rows = _read(folder, "electricity", ["firm_id", "month", "usage_kwh"])
    state = _read(folder, "truth/firm_state", ["firm_id", "month", "true_sales"])
    both = rows.join(state, ["firm_id", "month"], join_type="inner")
    kwh, sales = (np.asarray(both[c].cast(pa.float64()).to_numpy()) for c in ("usage_kwh", "true_sales"))
    return {"power_and_sales": (_rank_correlation(kwh, sales), len(kwh))}


def _rank_correlation(a: Floats, b: Floats) -> float | None:
    if len(a) < 3:
        return None
    return round(float(np.corrcoef(rankdata(a), rankdata(b))[0, 1]), 6)


def _lawsuits(folder: Path) -> dict[str, Figure]:
    """Suits of failed firms in the twelve months before failing, over those of the twelve before."""
    rows = _read(folder, "court_parties", ["party_id", "role", "filed_on"])
    rows = rows.filter(pc.equal(rows["role"], "defendant"))
    events = pq.read_table(folder / "truth" / "default_event.parquet", columns=["firm_id", "default_on"])
    rows = rows.filter(rows["filed_on"].is_valid()).join(events, "party_id", "firm_id", join_type="inner")
    ahead = np.asarray(pc.days_between(rows["filed_on"], rows["default_on"]).to_numpy())
    near, far = int(((ahead >= 0) & (ahead < 365)).sum()), int(((ahead >= 365) & (ahead < 730)).sum())
    return {"suits_before_failure": (round(near / far, 6) if far else None, near + far)}
