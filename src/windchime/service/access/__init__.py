"""Who may do what: accounts, sessions and tokens; permissions declared once; an answer that says why."""
