"""All tables about money of some firms: accounts, loans, bureau, guarantees, statements, taxes, invoice lines."""

import pyarrow as pa

from windchime.twin import bank, bureau, filings, lending
from windchime.twin.books import Books
from windchime.twin.invoice_lines import invoice_lines
from windchime.twin.ledger import Ledger
from windchime.twin.statements import audit_opinions, statements
from windchime.twin.world import World


def tables(world: World, books: Books) -> dict[str, pa.Table]:
    """The tables by name, those of truth with its folder."""
    some, ledger = books.some, Ledger.of(world, books)
    shown, changed = statements(world, ledger)
    return {
        "invoice_lines": invoice_lines(world, some, books.rows),
        "bank_accounts": bank.bank_accounts(world, some),
        "bank_transactions": bank.bank_transactions(world, books.chain),
        "statements": shown,
        "audit_opinions": audit_opinions(world, some),
        "tax_filings": filings.tax_filings(world, books, ledger),
        "tax_credit_grades": filings.tax_credit_grades(world, some),
        "tax_arrears": filings.tax_arrears(world, books),
        "facilities": lending.facilities(world, some),
        "loans": lending.loans(world, some),
        "repayment_schedule": lending.repayment_schedule(world, some),
        "repayments": lending.repayments(world, some),
        "loan_outcomes": lending.loan_outcomes(world, some),
        "bureau_summaries": bureau.bureau_summaries(world, some),
        "bureau_queries": bureau.bureau_queries(world, some),
        "guarantees": bureau.guarantees(world, some),
        "truth/embellished_line": changed,
    }
