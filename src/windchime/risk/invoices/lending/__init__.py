"""Lending from bills: how much of the sales can be believed, which receivables can be financed, what may be lent."""
