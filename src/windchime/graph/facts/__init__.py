"""What the library knows, as edges: one module a kind of tie, each from a reading to an Arrow table of a declared form.

Ids are those of nodes: firms and persons as identity resolved them (`facts.entities`).
"""
