"""Agreements between banks: what may cross, from whom to whom, what for and until when, signed by both or void."""
