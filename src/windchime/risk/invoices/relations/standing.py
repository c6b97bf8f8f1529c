"""What was true of a party on a day: not yet founded, ended, in trouble, a shell, related. For invoices and for what is owed alike."""

import polars as pl

from windchime.risk.invoices.relations.parties import Parties
from windchime.risk.invoices.relations.settings import Settings, Shell

#: what the functions below take: any frame with a party, the other side of the invoice, and a day
ASKED = ("party", "day")


def not_yet_founded(rows: pl.DataFrame, parties: Parties, grace: int) -> pl.DataFrame:
    """Rows dated more than `grace` days before the party was founded, with `figure` (days too early) and `bound`."""
    found = rows.join(parties.register.select("party", "founded_on"), "party")
    early = (pl.col("founded_on") - pl.col("day")).dt.total_days()
    told = found.filter(early > grace).with_columns(figure=early.cast(pl.Float64), bound=pl.lit(float(grace)))
    return told.drop("founded_on")


def had_ended(rows: pl.DataFrame, parties: Parties) -> pl.DataFrame:
    """Rows dated after the party's end, with `figure` (days after)."""
    ended = parties.register.select("party", "ended_on").drop_nulls()
    late = (pl.col("day") - pl.col("ended_on")).dt.total_days()
    return rows.join(ended, "party").filter(late > 0).with_columns(figure=late.cast(pl.Float64)).drop("ended_on")


def in_trouble(rows: pl.DataFrame, parties: Parties) -> pl.DataFrame:
    """Rows on whose day something stood against the party, with `detail`: its kinds, joined by a comma."""
    stood = (pl.col("since") <= pl.col("day")) & (pl.col("until").is_null() | (pl.col("until") > pl.col("day")))
    at = rows.with_row_index("__at")
    kinds = (
        at.select("__at", *ASKED)
        .join(parties.troubles, "party")
        .filter(stood)
        .group_by("__at")
        .agg(detail=pl.col("kind").unique().sort().str.join(","))
    )
    return at.join(kinds, "__at", maintain_order="left").drop("__at")


def shells(rows: pl.DataFrame, parties: Parties, how: Shell) -> pl.DataFrame:
    """Rows whose party bore enough signs of a shell on the day, with `figure` (signs), `bound` and `detail` (which)."""
    signs = {
        "young": (pl.col("day") - pl.col("founded_on")).dt.total_days().is_between(0, how.young_days, closed="left"),
        "small": pl.col("capital") <= how.capital,
        "no_staff": pl.coalesce("insured", "staff") <= how.staff,
        "agents": pl.col("agent_ties") >= how.agent_ties,
        "passes_money": pl.col("passes_money_through"),
    }
    # unknown is no sign
    said = {name: sign.fill_null(False) for name, sign in signs.items()}
    told = [pl.when(sign).then(pl.lit(name)) for name, sign in said.items()]
    return (
        rows.join(parties.register, "party", maintain_order="left")
        .with_columns(
            figure=pl.sum_horizontal(s.cast(pl.Float64) for s in said.values()),
            bound=pl.lit(float(how.least)),
            detail=pl.concat_str(told, separator=",", ignore_nulls=True),
        )
        .filter(pl.col("figure") >= how.least)
        .drop(c for c in parties.register.columns if c != "party")
    )


def related(rows: pl.DataFrame, parties: Parties) -> pl.DataFrame:
    """Rows whose party is related to `owner`, with `detail`: by control, by group or by a hidden tie."""
    return rows.join(
        parties.ties.rename({"kind": "detail"}),
        left_on=["owner", "party"],
        right_on=["party", "other"],
        maintain_order="left",
    )


def settled(rows: pl.DataFrame, parties: Parties, settings: Settings) -> pl.DataFrame:
    """Rows with why nothing may be lent against the party on the day: `reason`, of several the gravest; others are left out."""
    told = {
        "ended": had_ended(rows, parties),
        "shell": shells(rows, parties, settings.shell),
        "trouble": in_trouble(rows, parties),
        "related": related(rows, parties),
    }
    every = [t.select("owner", "party", reason=pl.lit(reason)) for reason, t in told.items()]
    return pl.concat(every).unique(["owner", "party"], keep="first", maintain_order=True)
