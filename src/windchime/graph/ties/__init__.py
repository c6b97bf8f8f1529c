"""Hidden ties: firms that share people, phones, addresses, accounts or money in two independent ways, and who hides behind whom."""
