"""The operators that indicators may use: those that DuckDB and Spark both have, with the same meaning on exact values."""

import ibis
import ibis.expr.operations as ops

_KINDS = (
    # tables and columns
    "UnboundTable Field SelfReference JoinReference JoinChain JoinLink Project DropColumns Filter Aggregate Union Distinct",
    "SortKey DummyTable WindowFunction WindowBoundary Literal Cast TryCast",
    # arithmetic and comparison
    "Add Subtract Multiply Divide Modulus Negate Abs Round Sqrt Ln Greatest Equals NotEquals Greater GreaterEqual Less",
    "LessEqual Between And Or Not IsNull NotNull InValues NullIf Coalesce IfElse SearchedCase",
    # dates and text
    "ExtractYear ExtractMonth ExtractDay DayOfWeekIndex DateAdd DateDelta RegexSearch",
    # folds and windows
    "Sum Max Count CountStar RowNumber Lag",
    # the calendar of months
    "IntegerRange Unnest",
)
#: by name of the Ibis operation; grow it only with an operator that gives the same answer on both engines
ALLOWED = frozenset(name for kind in _KINDS for name in kind.split())


def used(plan: ibis.Table) -> frozenset[str]:
    """Names of the operations in a plan."""
    return frozenset(type(node).__name__ for node in plan.op().find(ops.Node))
