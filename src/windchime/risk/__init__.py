"""Risk models: each reads indicators and the graph, and answers in findings and scores (`risk.findings`)."""
