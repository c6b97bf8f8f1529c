"""Fuzzers of the readers; run one with `python -m fuzz.<name> -runs=<n>`."""
