"""Who stands on the other side of the invoices: mutual and circular invoicing, shells, firms that ended, related, under enforcement."""
