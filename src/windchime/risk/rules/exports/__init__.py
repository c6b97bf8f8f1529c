"""Rules handed over: SQL, decision tables, DMN, PMML, JSON and a workbook, each with the hits that the rules have here."""

from windchime.risk.rules.exports.literals import NotWritable
from windchime.risk.rules.exports.package import FILES, Package, package, sql, written

__all__ = ["FILES", "NotWritable", "Package", "package", "sql", "written"]
