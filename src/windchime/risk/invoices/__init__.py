"""Invoices that can be trusted (发票安心验): every invoice of a borrower checked alone, in its set, against copies, against all firms."""
