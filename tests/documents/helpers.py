"""Builders of report inputs: a firm and a portfolio with everything, parts of which a test may replace."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from windchime.content.scheme import Parameter
from windchime.core.dates import Month
from windchime.core.text import Text
from windchime.documents import inputs
from windchime.indicators.definition import Indicator
from windchime.present.charts import MonthFlow, Part
from windchime.risk.findings import Contribution, Evidence, Finding, Score

MADE = inputs.Made(
    generated_at=datetime(2026, 1, 5, 4, tzinfo=UTC),
    by="officer",
    release="0.1.0",
    bank="default",
    as_of=date(2025, 12, 31),
    lake_version=3,
    simulated=True,
)
LONG = "内蒙古自治区呼和浩特市某某国际农业科技发展供应链管理服务股份有限公司（北京）第二分公司"


def indicator(code: str, zh: str, en: str, **more: Any) -> Indicator:
    """A card; yuan over twelve months unless said otherwise."""
    values: dict[str, Any] = {
        "unit": "yuan",
        "digits": 2,
        "window_months": 12,
        "direction": "lower_is_riskier",
        "missing": Text("没有发票时缺失", "missing without invoices"),
        "source": "invoices",
        "formula": Text(f"{zh}的合计", f"sum of {en}"),
        "group": "size",
        "recent": False,
    }
    return Indicator(code=code, name=Text(zh, en), **(values | more))


INDICATORS = (
    inputs.Measured(indicator("sales_12m", "近12个月销售额", "sales of twelve months"), 12_345_678.9, 1234),
    inputs.Measured(
        indicator("sales_growth_12m", "销售同比增长", "growth of sales", unit="fraction", digits=4, group="growth"),
        -0.1234,
        2400,
    ),
    inputs.Measured(
        indicator(
            "void_share_12m",
            "作废发票占比",
            "share of void invoices",
            unit="fraction",
            digits=4,
            group="conduct",
            direction="higher_is_riskier",
        ),
        0.4321,
        1300,
    ),
    inputs.Measured(
        indicator(
            "months_known", "销售历史月数", "months of sales history", unit="months", digits=0, window_months=None
        ),
        38,
        5000,
    ),
    inputs.Measured(
        indicator(
            "buyer_top1_share_12m",
            "最大客户占比",
            "share of the largest buyer",
            unit="fraction",
            digits=4,
            group="buyers",
        ),
        None,
    ),
)


def contribution(feature: str, points: float, value: float | None = 0.5) -> Contribution:
    return Contribution(feature, value, "[0.4, 0.6)", points, "{code} is what it is", {"code": feature})


SCORE = Score(
    "scorecard",
    "a" * 64,
    571.5,
    0.0432,
    "B",
    (
        contribution("sales_12m", 30.25, 12_345_678.9),
        contribution("void_share_12m", -58.75, 0.4321),
        contribution("buyer_top1_share_12m", 0.0, None),
    ),
    600.0,
)

DECISION = inputs.Decided(
    decision_id="019b8a50-1c00-7abc-8def-000000000001",
    made_at=datetime(2026, 1, 5, 3, 30, tzinfo=UTC),
    sha256="b" * 64,
    product=Text("发票贷", "Invoice loan"),
    verdict="refer",
    limit=Decimal("300000.00"),
    rate=Decimal("0.0735"),
    term_months=12,
    reasons=(
        inputs.WhyThis(
            "void_share_high",
            "referral:void_share_high",
            Text("作废发票占比 43.21%，高于 20.00%", "void invoices make up 43.21%"),
        ),
    ),
    limit_steps={
        "sales": "12345678.90",
        "excluded_share": "0.0000",
        "clean_sales": "12345678.90",
        "sales_share": "0.20",
        "by_sales": "2469135.78",
        "debt_service_cover": "1.20",
        "interest_factor": "1.073500",
        "band_maximum": "300000.00",
        "bound_by": "band_maximum",
        "amount": "300000.00",
    },
    price_steps={"probability": "0.043200", "loss_given_default": "0.60", "above_maximum": False, "rate": "0.073500"},
    versions=(("product", "invoice_loan c1c1c1"), ("policy", "invoice_loan d2d2d2")),
    parameters=(
        Parameter(
            "sales_share",
            Text("可贷占比", "Share that may be lent"),
            Decimal("0.20"),
            "fraction",
            date(2000, 1, 1),
            "illustrative",
            Text("示例值", "illustrative"),
        ),
        Parameter(
            "loss_given_default",
            Text("违约损失率", "Loss given default"),
            Decimal("0.60"),
            "fraction",
            date(2000, 1, 1),
            "official",
            Text("监管文件", "a circular"),
        ),
    ),
)

FLOWS = tuple(
    MonthFlow(Month(2024, 1) + i, Decimal(900_000 + 37_000 * i), Decimal(1_100_000 - 21_000 * i)) for i in range(24)
)


def partners(count: int = 14) -> inputs.Partners:
    amounts = [Decimal(1_000_000 // (i + 1)) for i in range(count)]
    names = [LONG, "甲公司", "深圳市前海某某供应链有限公司"]
    parts = tuple(Part(Text.of(f"{names[i % 3]}{i}"), a) for i, a in enumerate(amounts))
    return inputs.Partners(parts, sum(amounts, Decimal(50_000)), count + 3, 321, 12)


def firm(**more: Any) -> inputs.FirmReport:
    """A firm with everything."""
    whole = inputs.FirmReport(
        made=MADE,
        firm_id="twin:F000123",
        name="北京喆堃科技有限公司",
        facts=(
            inputs.Fact(Text("主体类型", "Kind"), Text("公司", "company"), "firms.parquet", 17),
            inputs.Fact(Text("成立日期", "Established on"), "2015-06-01", "firms.parquet", 17),
        ),
        flows=FLOWS,
        flow_rows=5210,
        flow_window_months=24,
        buyers=partners(),
        sellers=partners(4),
        indicators_version="e" * 64,
        indicators=INDICATORS,
        findings=(
            Finding(
                "few_buyers",
                "watch",
                "sales go to {count} buyers",
                {"count": 3},
                (Evidence.of_indicator("sales_12m", 1.0),),
            ),
            Finding(
                "void_share_high",
                "severe",
                "void share is {share}",
                {"share": "43.21%"},
                tuple(Evidence("invoices", "invoices.parquet", n) for n in range(8)),
            ),
        ),
        scores=(SCORE, replace(SCORE, model="challenger", version="f" * 64, probability=0.06)),
        decision=DECISION,
    )
    return replace(whole, **more)


def empty_firm() -> inputs.FirmReport:
    """A firm of which only the id is known."""
    return firm(
        facts=(),
        flows=(),
        flow_rows=0,
        flow_window_months=None,
        buyers=None,
        sellers=None,
        indicators=(),
        findings=(),
        scores=(),
        decision=None,
    )


def offer(number: int, verdict: str = "approve", band: str = "A", **more: Any) -> inputs.OfferRow:
    lent = verdict != "decline"
    values: dict[str, Any] = {
        "firm_id": f"twin:F{number:06}",
        "name": LONG if number % 7 == 0 else f"某某{number}公司",
        "verdict": verdict,
        "band": band,
        "probability": Decimal("0.0123") + Decimal(number) / 10_000,
        "limit": Decimal(100_000 + 7_000 * (number % 90)) if lent else None,
        "rate": Decimal("0.0650") if lent else None,
        "decision_id": f"019b8a50-1c00-7abc-8def-{number:012}",
    }
    return inputs.OfferRow(**(values | more))


ALLOCATED = inputs.Allocated(
    budget=Decimal(100_000_000),
    spent=Decimal("99990000.00"),
    firms=210,
    expected_profit=Decimal("3456789.12"),
    gap=Decimal("0.000012"),
    dual=Decimal("0.0311"),
    forward=Decimal("0.0309"),
    backward=Decimal("0.0312"),
    unspent=(Text("余下 1 万元不足一家企业的起贷额。", "What is left is less than the least amount of one firm."),),
    strategies=(
        inputs.Strategy(Text("最优配置", "optimum"), 210, Decimal(99990000), Decimal("3456789.12"), Decimal(3100000)),
        inputs.Strategy(Text("按评分排序", "ranked by score"), 180, Decimal(100000000), Decimal("3001234.00")),
    ),
    by_band=(Part(Text.of("A"), Decimal(60_000_000)), Part(Text.of("B"), Decimal(39_990_000))),
    solver=(("solver", "HiGHS 1.9"),),
)


def portfolio(**more: Any) -> inputs.PortfolioReport:
    """A portfolio with everything."""
    verdicts = ["approve"] * 6 + ["refer"] * 2 + ["decline"]
    whole = inputs.PortfolioReport(
        made=MADE,
        product=Text("发票贷", "Invoice loan"),
        run_id="019b8a50-1c00-7abc-8def-999999999999",
        digest="9" * 64,
        offers=tuple(offer(i, verdicts[i % 9], "DABCAABCB"[i % 9]) for i in range(300)),
        reasons=(
            ("void_share_high", Text("作废发票占比高", "many void invoices"), "refer", 31),
            ("band_not_lent", Text("等级不可贷", "band is not lent to"), "decline", 12),
        ),
        tables=(
            inputs.TableQuality("invoices", Text("发票", "Invoices"), 373_431, 373_400, 31),
            inputs.TableQuality("firms", Text("企业", "Firms"), 123, 123, 0),
        ),
        notes=(inputs.Note("exact_duplicates", Text("完全重复的发票", "exact duplicates"), "watch", 5239),),
        allocation=ALLOCATED,
        versions=(("product", "invoice_loan c1c1c1"), ("policy", "invoice_loan d2d2d2")),
        model_card=((Text("袋外 AUC（95% 区间）", "out-of-fold AUC (95% interval)"), "0.84 (0.76–0.92)"),),
        model_version="a" * 64,
    )
    return replace(whole, **more)


def empty_portfolio() -> inputs.PortfolioReport:
    """A bank in which nothing happened yet."""
    return portfolio(offers=(), reasons=(), tables=(), notes=(), allocation=None, model_card=(), versions=())
