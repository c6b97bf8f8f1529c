"""The ground of the service: the operational database, the bank's home, units of work, the audit chain."""
