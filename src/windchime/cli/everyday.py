"""The everyday verbs: load, check, assess, decide, replay, report, serve, demo."""

from windchime.cli.verbs import assess, check, decide, demo, load, replay, report, serve

__all__ = ["assess", "check", "decide", "demo", "load", "replay", "report", "serve"]
