"""Migrations of the operational database, run by `service.database.migrate`."""
