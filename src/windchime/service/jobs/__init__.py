"""Work in the background: the job table is the truth, written in the same transaction as what caused it."""
