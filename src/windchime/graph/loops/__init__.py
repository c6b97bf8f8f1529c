"""Money that goes round: loops of payments and of invoices, collectors, pass-through accounts, sums kept below a limit."""
