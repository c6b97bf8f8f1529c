"""The tamper lab: what can be done to a list of invoices, done on purpose, so that what the checks find is a number."""

from windchime.risk.invoices.lab.operation import OPERATIONS, Operation, operation
from windchime.risk.invoices.lab.operations import Tampered, tamper

__all__ = ["OPERATIONS", "Operation", "Tampered", "operation", "tamper"]
