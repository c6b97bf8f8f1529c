"""The figures that led to a limit and a rate, as the decision document names them: label, unit, where each comes from."""

from typing import Literal

from windchime.core.text import _

#: name: (label, unit, origin); origins: measured, parameter (of a scheme), policy, product, counted
Origin = Literal["measured", "parameter", "policy", "product", "counted"]
Step = tuple[str, str, Origin]

LIMIT: dict[str, Step] = {
    "sales": (_("net sales of twelve whole months"), "yuan", "measured"),
    "excluded_share": (_("share of them that does not count"), "fraction", "measured"),
    "clean_sales": (_("clean sales"), "yuan", "counted"),
    "sales_share": (_("share of clean sales that may be lent"), "fraction", "parameter"),
    "by_sales": (_("limit by sales"), "yuan", "counted"),
    "operating_margin": (_("share of clean sales left to service debt"), "fraction", "parameter"),
    "debt_service_cover": (_("cover required of debt service"), "times", "parameter"),
    "interest_factor": (_("principal and interest for one yuan lent"), "ratio", "counted"),
    "by_repayment": (_("limit by repayment capacity"), "yuan", "counted"),
    "existing": (_("already owed"), "yuan", "measured"),
    "capacity": (_("capacity for a new loan"), "yuan", "counted"),
    "band_maximum": (_("most lent to the band"), "yuan", "policy"),
    "product_minimum": (_("least the product lends"), "yuan", "product"),
    "product_maximum": (_("most the product lends"), "yuan", "product"),
    "step": (_("step of amounts"), "yuan", "product"),
    "bound_by": (_("what set the limit"), "", "counted"),
    "amount": (_("limit"), "yuan", "counted"),
}

PRICE: dict[str, Step] = {
    "probability": (_("default probability"), "fraction", "measured"),
    "loss_given_default": (_("loss given default"), "fraction", "parameter"),
    "cost_of_funds": (_("cost of funds"), "fraction", "parameter"),
    "operating_cost": (_("operating cost"), "fraction", "parameter"),
    "expected_loss": (_("expected loss"), "fraction", "counted"),
    "capital_charge": (_("charge for capital"), "fraction", "counted"),
    "margin": (_("margin of the band"), "fraction", "policy"),
    "indicated": (_("indicated rate"), "fraction", "counted"),
    "product_minimum": (_("least rate of the product"), "fraction", "product"),
    "product_maximum": (_("highest rate of the product"), "fraction", "product"),
    "step": (_("step of rates"), "fraction", "product"),
    "above_maximum": (_("indicated rate above the product's range"), "", "counted"),
    "rate": (_("rate"), "fraction", "counted"),
}

#: what can set a limit
BOUNDS = {
    "by_sales": _("limit by sales"),
    "by_repayment": _("limit by repayment capacity"),
    "band_maximum": _("most lent to the band"),
    "product_maximum": _("most the product lends"),
}

ORIGINS: dict[str, str] = {
    "measured": _("measured"),
    "parameter": _("parameter"),
    "policy": _("policy"),
    "product": _("product"),
    "counted": _("calculated"),
}

#: groups of indicators, in the order in which a report shows them
GROUPS = {
    "size": _("size"),
    "growth": _("growth"),
    "rhythm": _("rhythm"),
    "conduct": _("conduct of invoicing"),
    "ticket": _("size of invoices"),
    "tax": _("tax"),
    "buyers": _("buyers"),
    "sellers": _("sellers"),
    "circularity": _("circularity"),
    "numbers": _("invoice numbers"),
}
