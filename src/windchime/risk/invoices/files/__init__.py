"""Files of invoices as they come: shaped by proposal, staged by intake, completed where an export leaves out the obvious."""
