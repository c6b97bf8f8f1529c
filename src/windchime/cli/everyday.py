"""The everyday verbs: load, check, assess, decide, replay, report, serve, demo; health."""

from windchime.cli.verbs import assess, check, decide, demo, health, load, replay, report, serve

__all__ = ["assess", "check", "decide", "demo", "health", "load", "replay", "report", "serve"]
