"""The checks of invoices, a module for each thing that is looked at."""
