"""The definitions, one module a group; an indicator is added here, in one place."""
