"""Whether an invoice can exist as it is written: its number and code, its day, the codes of its parties."""

from collections.abc import Iterator
from datetime import date
from functools import reduce
from operator import or_

import polars as pl

from windchime.core.text import _
from windchime.risk.invoices.checks.asking import Ask, Asked, single_check
from windchime.risk.invoices.checks.credit_codes import validity
from windchime.risk.invoices.ledger import DIGITAL, Ledger
from windchime.risk.invoices.settings import Settings

#: digits of a paper number, and of a code
PAPER_DIGITS, CODE_DIGITS = 8, (10, 12)
SPECIAL = ("special", "special_paper", "special_electronic")
GENERAL = ("general", "general_paper", "general_electronic", "roll", "toll")
#: kinds that never bear a number of twenty digits
NOT_DIGITAL = ("special_paper", "general_paper", "special_electronic", "general_electronic", "roll", "toll")

NUMBER_MALFORMED = single_check(
    "number_malformed", _("{count} of {of} invoices have a number that no kind of invoice has"), "invoice_no"
)
CODE_MALFORMED = single_check(
    "code_malformed",
    _("{count} of {of} invoices have a code that no kind of invoice has"),
    "invoice_code",
)
KIND_DISAGREES = single_check(
    "kind_disagrees_with_number",
    _("{count} of {of} invoices are of a kind that their number or code contradicts"),
    "kind",
    "invoice_no",
)
YEAR_DISAGREES = single_check(
    "year_disagrees",
    _("{count} of {of} fully digital invoices bear another year in their number than in their date"),
    "invoice_no",
    "issue_date",
)
KIND_NOT_YET = single_check(
    "kind_not_yet_issued",
    _("{count} of {of} invoices are dated before their kind of invoice existed"),
    "kind",
    "issue_date",
)
BEFORE_VAT = single_check(
    "issued_before_vat", _("{count} of {of} invoices are dated before there were VAT invoices"), "issue_date"
)
IN_THE_FUTURE = single_check(
    "issued_in_the_future", _("{count} of {of} invoices are dated after the day the list was made"), "issue_date"
)
INSTANT_DISAGREES = single_check(
    "instant_disagrees_with_date",
    _("{count} of {of} invoices were issued at an instant that lies on another day than their date"),
    "issued_at",
    "issue_date",
)
SELLER_CODE = single_check(
    "seller_code_invalid", _("{count} of {of} invoices have a seller whose credit code is not valid"), "seller_code"
)
BUYER_CODE = single_check(
    "buyer_code_invalid", _("{count} of {of} invoices have a buyer whose credit code is not valid"), "buyer_code"
)
CHECKS = (
    NUMBER_MALFORMED,
    CODE_MALFORMED,
    KIND_DISAGREES,
    YEAR_DISAGREES,
    KIND_NOT_YET,
    BEFORE_VAT,
    IN_THE_FUTURE,
    INSTANT_DISAGREES,
    SELLER_CODE,
    BUYER_CODE,
)


def asked(ledger: Ledger, settings: Settings) -> Iterator[Asked]:
    """All checks of structure."""
    yield Asked(ledger.rows, (*_numbers(ledger), *_days(ledger, settings)))
    if "issued_at" in ledger.told:
        at = ledger.column("issued_at").dt.convert_time_zone("Asia/Shanghai").dt.date()
        apart = pl.col("at") != pl.col("day")
        yield Asked(
            ledger.rows.select("firm", "row", "day", at=at), (Ask(INSTANT_DISAGREES, apart.is_not_null(), apart),)
        )
    for check, side in ((SELLER_CODE, "seller_code"), (BUYER_CODE, "buyer_code")):
        if side in ledger.told:
            valid = pl.col("valid")
            yield Asked(
                ledger.rows.select("firm", "row", valid=validity(ledger.column(side))),
                (Ask(check, valid.is_not_null(), ~valid),),
            )


def _numbers(ledger: Ledger) -> tuple[Ask, ...]:
    digital, stem, length = pl.col("digital"), pl.col("stem"), pl.col("length")
    forms = code_forms(ledger.codes)

    def bears(*wanted: str) -> pl.Expr:
        return stem.is_in([n for n, form in enumerate(forms) if form in wanted])

    special, general = ledger.of_kind(SPECIAL), ledger.of_kind(GENERAL)
    fits_no_kind = pl.col("number").is_null() | stem.is_null() & digital | (length > PAPER_DIGITS) & ~digital
    contradicted = (
        ledger.of_kind(DIGITAL) & ~digital
        | ledger.of_kind(NOT_DIGITAL) & digital
        | bears("special", "electronic_special") & general
        | bears("general", "electronic_general") & special
    )
    return (
        Ask(NUMBER_MALFORMED, length.is_not_null(), fits_no_kind, detail=pl.col("no")),
        Ask(CODE_MALFORMED, pl.col("coded"), digital | bears("malformed")),
        Ask(
            KIND_DISAGREES,
            ledger.of_kind((*DIGITAL, *NOT_DIGITAL))
            | (special | general) & ~bears("malformed", "other") & stem.is_not_null(),
            contradicted,
            detail=pl.col("no"),
        ),
    )


def _days(ledger: Ledger, settings: Settings) -> tuple[Ask, ...]:
    day = pl.col("day")
    since: dict[date, list[str]] = {}
    for kind, begin in settings.kinds_begin.items():
        since.setdefault(begin, []).append(kind)
    too_early = reduce(or_, (ledger.of_kind(kinds) & (day < begin) for begin, kinds in since.items()))
    return (
        Ask(
            YEAR_DISAGREES,
            pl.col("digital") & day.is_not_null() & pl.col("stem").is_not_null(),
            (-1 - pl.col("stem")) // _AFTER_YEAR != day.dt.year() % 100,
            detail=pl.col("no"),
        ),
        Ask(KIND_NOT_YET, ledger.of_kind(settings.kinds_begin) & day.is_not_null(), too_early),
        Ask(BEFORE_VAT, day.is_not_null(), day < settings.vat_begins),
        Ask(
            IN_THE_FUTURE,
            day.is_not_null(),
            day > ledger.as_of,
            figure=(day - pl.lit(ledger.as_of)).dt.total_days(),
            bound=pl.lit(0),
        ),
    )


#: a digital stem is five digits; what follows its year has three
_AFTER_YEAR = 1000


def code_forms(codes: pl.Series) -> pl.Series:
    """What each invoice code tells of its kind, as `core.invoice_number` reads it; `malformed`, or `other` where nothing."""
    code = pl.col("code")
    length, mark, tail = code.str.len_chars(), code.str.slice(7, 1), code.str.tail(2)
    well_formed = code.str.contains(r"^[0-9]+$") & length.is_in(CODE_DIGITS)
    ten, twelve = length == CODE_DIGITS[0], (length == CODE_DIGITS[1]) & code.str.starts_with("0")
    form = (
        pl.when(~well_formed)
        .then(pl.lit("malformed"))
        .when(ten & mark.is_in(["1", "5"]))
        .then(pl.lit("special"))
        .when(ten & mark.is_in(["3", "6"]))
        .then(pl.lit("general"))
        .when(twelve & (tail == "11"))
        .then(pl.lit("electronic_general"))
        .when(twelve & (tail == "13"))
        .then(pl.lit("electronic_special"))
        .when(twelve & ~tail.is_in(["06", "07", "12", "17"]))
        .then(pl.lit("general"))
        .otherwise(pl.lit("other"))
    )
    return pl.DataFrame({"code": codes.str.strip_chars()}).select(form=form)["form"]
