"""Whether status, colour and parties of an invoice can go together."""

from collections.abc import Iterator

import polars as pl

from windchime.core.text import _
from windchime.risk.invoices.checks.asking import Ask, Asked, single_check
from windchime.risk.invoices.ledger import DIGITAL, Ledger
from windchime.risk.invoices.settings import Settings

DIGITAL_VOID = single_check(
    "digital_is_void",
    _("{count} of {of} fully digital invoices are void, which only paper and early electronic ones can be"),
    "status",
    "kind",
)
COLOUR_DISAGREES = single_check(
    "colour_disagrees_with_sign",
    _("{count} of {of} invoices are red with a positive total or blue with a negative one"),
    "colour",
    "total",
)
RED_WITHOUT_NUMBER = single_check(
    "red_names_no_original",
    _("{count} of {of} red letters do not name the invoice they offset"),
    "colour",
    "original_no",
)
ABNORMAL = single_check(
    "voucher_is_abnormal", _("{count} of {of} invoices are listed as lost or abnormal by the tax office"), "status"
)
NOT_VERIFIED = single_check(
    "verification_failed",
    _("{count} of {of} verified invoices differ from the tax office's record or are not in it"),
    "verified",
)
SELF = single_check(
    "seller_is_buyer", _("{count} of {of} invoices have the same party as seller and buyer"), "seller_id", "buyer_id"
)
NOT_A_PARTY = single_check(
    "firm_is_no_party",
    _("{count} of {of} invoices are listed by a firm that is neither their seller nor their buyer"),
    "seller_id",
    "buyer_id",
)
CHECKS = (DIGITAL_VOID, COLOUR_DISAGREES, RED_WITHOUT_NUMBER, ABNORMAL, NOT_VERIFIED, SELF, NOT_A_PARTY)
#: statuses and results of verification that the tax office gives to what is no good voucher
_ABNORMAL, _FAILED = ("lost_control", "abnormal"), ("mismatch", "not_found")


def asked(ledger: Ledger, settings: Settings) -> Iterator[Asked]:  # noqa: ARG001 - the one form of all modules of checks
    """All checks of standing."""
    total = pl.col("total")
    given = ledger.listing.invoices
    # text is compared where it stands; a Boolean is cheaper to bring into order than a text
    facts = given.select(
        abnormal=pl.col("status").is_in(_ABNORMAL),
        named=pl.col("original_no").is_not_null(),
        verified=pl.when(pl.col("verified") != "not_checked").then(pl.col("verified").is_in(_FAILED)),
        itself=pl.col("seller_id") == pl.col("buyer_id"),
        stranger=pl.when(pl.col("direction") == "sale").then("seller_id").otherwise("buyer_id")
        != pl.col("reporting_firm_id"),
    )
    yield Asked(
        ledger.rows.hstack(facts[ledger.rows["position"]]),
        (
            Ask(DIGITAL_VOID, ledger.of_kind(DIGITAL), pl.col("void")),
            Ask(
                COLOUR_DISAGREES,
                (total != 0) & (pl.col("red") | pl.col("blue")),
                (pl.col("red") & (total > 0)) | (pl.col("blue") & (total < 0)),
            ),
            Ask(RED_WITHOUT_NUMBER, pl.col("red"), ~pl.col("named")),
            Ask(ABNORMAL, pl.col("abnormal").is_not_null(), pl.col("abnormal")),
            Ask(NOT_VERIFIED, pl.col("verified").is_not_null(), pl.col("verified")),
            Ask(SELF, pl.col("itself").is_not_null(), pl.col("itself")),
            Ask(NOT_A_PARTY, pl.col("stranger").is_not_null(), pl.col("stranger")),
        ),
    )
