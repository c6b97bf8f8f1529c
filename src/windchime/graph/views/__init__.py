"""The graph as people look at it: a neighbourhood, a path, a search; never more than a page can hold, and it says so."""
