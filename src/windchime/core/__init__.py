"""The ground floor: money, time, identifiers, errors, settings and texts. It imports nothing of the project."""
