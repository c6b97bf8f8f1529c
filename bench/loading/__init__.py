"""A service under load: the bank, the server with its database, the client that asks on time, what was measured."""
