"""Addresses of the server itself, which stand before every bank's: whether it lives, whether it is ready, what it counts."""

ALIVE, READY, METRICS = "/healthz", "/readyz", "/metrics"
