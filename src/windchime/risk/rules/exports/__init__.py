"""Rules handed over: SQL, decision tables, DMN, PMML, JSON and a workbook, each with the hits that the rules have here."""
