"""Rules as SQL of five dialects."""

from windchime.risk.rules.exports.sql.dialect import Dialect
from windchime.risk.rules.exports.sql.dialects import DIALECTS, dialect
from windchime.risk.rules.exports.sql.writing import condition_sql, first_hit_sql, rule_sql, script

__all__ = ["DIALECTS", "Dialect", "condition_sql", "dialect", "first_hit_sql", "rule_sql", "script"]
