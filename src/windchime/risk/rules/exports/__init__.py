"""Rules handed over: SQL, decision tables, DMN, PMML, JSON and a workbook, each with the hits that the rules have here."""

from windchime.risk.rules.exports.package import FILES, Package, package, sql, written
from windchime.risk.rules.literals import NotWritable

__all__ = ["FILES", "NotWritable", "Package", "package", "sql", "written"]
