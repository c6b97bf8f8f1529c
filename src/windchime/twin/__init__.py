"""The twin: a simulated region whose firms, invoices, loans and failures have one cause, known as truth."""
