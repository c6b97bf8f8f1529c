"""Articulation between statements: prior values against the earlier statement, units by magnitude, round numbers."""

from decimal import Decimal

import ibis
from ibis import _

from windchime.content.scheme import Scheme
from windchime.data.reading import Reading

#: what makes one statement: its firm, period, kind of book and version
STATEMENT = (
    "firm_id",
    "source",
    "period_end",
    "period_months",
    "scope",
    "standard",
    "version_kind",
    "report_version",
)
#: an amount in whole ten thousands
ROUND = 10_000
#: totals by which the unit of a statement is judged
TOTALS = ("bs_total_assets", "is_revenue")


def between(reading: Reading, scheme: Scheme) -> list[ibis.Table]:
    """The rules that look at more than one statement or at all lines, in the form of `articulation`."""
    t = reading.table("statements")
    share = Decimal(scheme.at("restated_share", reading.as_of).value)
    rounds = scheme.at("round_numbers", reading.as_of).value
    mixed = scheme.at("unit_ratio", reading.as_of).value
    return [
        _restated(t, share),
        _units(t, float(mixed[0]), float(mixed[1])),
        _rounds(t, Decimal(rounds["share"]), int(rounds["items"])),
    ]


def _restated(t: ibis.Table, share: Decimal) -> ibis.Table:
    """The beginning of a year's balance sheet, and the end of the last one: sums of the absolute values of its items."""
    sheet = t.filter(t["statement"] == "bs")
    before = sheet.filter(sheet["period_end"].month() == 12)
    end = before.group_by(
        firm="firm_id",
        of_scope="scope",
        of_standard="standard",
        of_kind="version_kind",
        of_item="item",
        year=_["period_end"].year(),
    ).aggregate(ended=_["value"].max())
    both = sheet.join(
        end,
        [
            sheet["firm_id"] == end["firm"],
            sheet["scope"] == end["of_scope"],
            sheet["standard"] == end["of_standard"],
            sheet["version_kind"] == end["of_kind"],
            sheet["item"] == end["of_item"],
            sheet["period_end"].year() == end["year"] + 1,
        ],
    )
    filled = both.filter(both["value_prior"].notnull(), both["ended"].notnull())
    each = filled.group_by(*STATEMENT).aggregate(
        left=_["value_prior"].sum().cast("float64"),
        right=_["ended"].sum().cast("float64"),
        apart=(_["value_prior"] - _["ended"]).abs().max().cast("float64"),
        size=_["ended"].abs().max().cast("float64"),
    )
    allowed = ibis.greatest(ibis.literal(1.0), each["size"] * float(share))
    return _shaped(each, "prior_as_reported", each["left"], each["right"], allowed, each["apart"] > allowed)


def _units(t: ibis.Table, low: float, high: float) -> ibis.Table:
    """A total, and its value of the period before: about ten thousand times apart where units were mixed."""
    totals = t.filter(t["item"].isin(TOTALS), t["value"] > 0, t["value_prior"] > 0)
    ratio = _["value"].cast("float64") / _["value_prior"].cast("float64")
    each = totals.mutate(mixed=ratio.between(low, high) | (1 / ratio).between(low, high))
    each = each.group_by(*STATEMENT).aggregate(
        left=_["value"].max().cast("float64"), right=_["value_prior"].max().cast("float64"), mixed=_["mixed"].any()
    )
    return _shaped(each, "unit_of_amounts", each["left"], each["right"], ibis.literal(0.0), each["mixed"])


def _rounds(t: ibis.Table, share: Decimal, items: int) -> ibis.Table:
    """How many amounts that are not zero are whole ten thousands, and how many there are."""
    filled = t.filter(t["value"] != 0)
    each = filled.group_by(*STATEMENT).aggregate(
        left=(_["value"] % ROUND == 0).sum().cast("float64"), right=_.count().cast("float64")
    )
    each = each.filter(each["right"] >= items)
    return _shaped(
        each,
        "round_numbers",
        each["left"],
        each["right"],
        ibis.literal(0.0),
        each["left"] > each["right"] * float(share),
    )


def _shaped(
    each: ibis.Table, rule: str, left: ibis.Value, right: ibis.Value, allowed: ibis.Value, broken: ibis.Value
) -> ibis.Table:
    return each.select(
        *STATEMENT,
        rule=ibis.literal(rule),
        left=left,
        right=right,
        difference=left - right,
        tolerance=allowed.cast("float64"),
        assessable=ibis.literal(True),
        broken=broken.fill_null(False),
    )
