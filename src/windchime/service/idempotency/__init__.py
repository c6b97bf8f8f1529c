"""A change that is asked for twice happens once: the key of the caller, the answer kept with the effect."""

from windchime.service.idempotency.calls import (
    Answer,
    Call,
    Claim,
    ClaimLost,
    InProgress,
    KeyReused,
    Terms,
    TermsOf,
    Work,
    answered,
    claimed,
    once,
    settle,
    sweep,
)

__all__ = [
    "Answer",
    "Call",
    "Claim",
    "ClaimLost",
    "InProgress",
    "KeyReused",
    "Terms",
    "TermsOf",
    "Work",
    "answered",
    "claimed",
    "once",
    "settle",
    "sweep",
]
