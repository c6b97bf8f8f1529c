"""Four eyes: one person proposes, another checks, and only then it takes effect; the kinds of change are told from above."""
