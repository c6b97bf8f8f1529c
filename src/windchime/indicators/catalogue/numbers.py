"""How a firm's invoice numbers follow each other."""

from functools import partial

import ibis

from windchime.core.text import Text
from windchime.indicators.definition import Definition, indicator
from windchime.indicators.grain import Grain, over, real, when
from windchime.indicators.text import both

MISSING = Text(
    "可排序的号码少于最少张数，或仅有数电票时为空",
    "empty below the fewest invoices with a number that can be ordered, or with fully digital invoices alone",
)
NUMBERS = partial(
    indicator,
    group="numbers",
    over="numbers",
    missing=MISSING,
    source="lending risk indicators on invoices, no. 23 (sequence of numbers)",
)


def of_steps(g: Grain, part: ibis.Value) -> ibis.Value:
    """Share of the steps from one number to the next."""
    steps = real(g.count_where(g.step.notnull()))
    return when(steps >= g.parameters.minimum_invoices, over(real(part), steps))


def skipped(g: Grain) -> ibis.Value:
    """Numbers left out inside runs over numbers used and left out."""
    inside = (g.step > 1) & (g.step <= g.parameters.number_run_gap)
    left_out, steps = real(g.sum_where(g.step - 1, inside)), real(g.count_where(g.step.notnull()))
    return when(steps >= g.parameters.minimum_invoices, over(left_out, steps + left_out))


DEFINITIONS: tuple[Definition, ...] = (
    NUMBERS(
        "number_run_share_12m",
        *both("连号占比", "Share of consecutive numbers", 12),
        lambda g: of_steps(g, g.count_where(g.step == 1)),
        (
            "相邻号码差为 1 的步数 ÷ 全部步数（含作废）",
            "steps of exactly one between neighbouring numbers ÷ all steps, voids included",
        ),
        direction="lower_is_riskier",
    ),
    NUMBERS(
        "number_skipped_share_12m",
        *both("号段内缺号占比", "Share of numbers left out inside runs", 12),
        skipped,
        ("号段内缺号数 ÷（步数 + 缺号数）", "numbers left out inside runs ÷ (steps + numbers left out)"),
        direction="higher_is_riskier",
    ),
    NUMBERS(
        "number_repeat_share_12m",
        *both("重号占比", "Share of repeated numbers", 12),
        lambda g: of_steps(g, g.count_where(g.step == 0)),
        ("与前一张号码相同（行不相同）的步数 ÷ 全部步数", "steps of zero between rows that are not equal ÷ all steps"),
        direction="higher_is_riskier",
    ),
    NUMBERS(
        "number_backwards_share_12m",
        *both("号码与日期逆序占比", "Share of numbers against the dates", 12),
        lambda g: of_steps(g, g.count_where((g.step == 1) & g.backwards)),
        ("连号而开票日期更早的步数 ÷ 全部步数", "steps of one whose date goes back ÷ all steps"),
        direction="higher_is_riskier",
    ),
)
